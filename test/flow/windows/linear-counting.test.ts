import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { LinearCounting } from '../../../src/flow/windows/linear-counting.ts';
import { itemWord } from '../../../src/flow/windows/row-endpoints.ts';
import { BUCKETS, Moment, Spans } from '../../../src/flow/windows/spans.ts';

const CELLS = 512;
const BASE = 1000;

test('estimates of every window stay within four standard errors of the distinct items', () => {
  const random = new Random(4);
  const spans = new Spans([1, 10, 60]);
  const moment = new Moment(spans);
  const cells = new LinearCounting(2, 3, CELLS);
  const last = new Map<number, number>();
  let tick = 2000;
  spans.moveTo(tick);
  for (let i = 0; i < 6000; i++) {
    const before = [...spans.bucket];
    if (random.next() < 0.2) tick += random.int(6);
    spans.moveTo(tick);
    for (let w = 0; w < 3; w++) {
      const passed = spans.bucket[w]! - before[w]!;
      cells.advance(1, w, spans.head[w]!, Math.min(BUCKETS, passed));
    }
    moment.set(spans, BASE);
    const item = random.int(900);
    last.set(item, tick);
    cells.touch(1, itemWord(item), moment.stamp, moment);
    for (let w = 0; w < 3; w++) {
      const n = [...last.values()].filter((each) => each >= spans.first[w]!).length;
      const error = Math.sqrt(CELLS * (Math.exp(n / CELLS) - n / CELLS - 1));
      const got = cells.count(1, w);
      assert.ok(Math.abs(got - n) <= 4 * error + 2, `${got} for ${n}`);
    }
  }
  cells.clear(1);
  assert.equal(cells.count(1, 2), 0);
});

test('filled anew with older stamps it counts as if it had been there', () => {
  const spans = new Spans([1, 10]);
  const moment = new Moment(spans);
  const [along, anew] = [new LinearCounting(1, 2, CELLS), new LinearCounting(1, 2, CELLS)];
  const last = new Map<number, number>();
  for (let tick = 2000; tick < 2200; tick++) {
    const before = [...spans.bucket];
    spans.moveTo(tick);
    for (let w = 0; w < 2; w++) {
      const passed = Math.min(BUCKETS, spans.bucket[w]! - before[w]!);
      along.advance(0, w, spans.head[w]!, passed);
    }
    moment.set(spans, BASE);
    last.set(tick % 70, moment.stamp);
    along.touch(0, itemWord(tick % 70), moment.stamp, moment);
  }
  for (const [item, stamp] of last) anew.touch(0, itemWord(item), stamp, moment);
  for (let w = 0; w < 2; w++) assert.equal(anew.count(0, w), along.count(0, w));
  anew.rebase(0, 900);
  moment.set(spans, BASE + 900);
  anew.touch(0, itemWord(2199 % 70), moment.stamp, moment);
  assert.equal(anew.count(0, 1), along.count(0, 1));
});
