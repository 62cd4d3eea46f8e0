import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FACTS, WindowCounters } from '../../../src/flow/windows/counters.ts';
import { BUCKETS, Moment, Spans } from '../../../src/flow/windows/spans.ts';

test('totals are those of the last eight buckets, of one host alone', () => {
  const spans = new Spans([1]);
  const moment = new Moment(spans);
  const counters = new WindowCounters(2, 1);
  const into = new Float64Array(FACTS);
  const added: { tick: number; facts: Float64Array }[] = [];
  let before = 0;
  for (const tick of [100, 100, 103, 107, 108, 111, 130, 131, 500, 501, 507, 508]) {
    spans.moveTo(tick);
    counters.advance(1, 0, spans.head[0]!, Math.min(BUCKETS, tick - before));
    moment.set(spans, 0);
    const facts = Float64Array.from({ length: FACTS }, (_, f) => tick * (f < 4 ? 1e10 : 1) + f);
    counters.add(1, moment, facts);
    added.push({ tick, facts });
    before = tick;
    counters.read(1, 0, spans.head[0]!, into);
    for (let f = 0; f < FACTS; f++) {
      const inside = added.filter((each) => each.tick > tick - BUCKETS);
      assert.equal(
        into[f],
        inside.reduce((sum, each) => sum + each.facts[f]!, 0),
      );
    }
  }
  counters.read(0, 0, spans.head[0]!, into);
  assert.ok(into.every((total) => total === 0));
  counters.clear(1, spans.head);
  counters.read(1, 0, spans.head[0]!, into);
  assert.ok(into.every((total) => total === 0));
});

test('sums stay exact long after all ever added would have outgrown 53 bits', () => {
  const spans = new Spans([1]);
  const moment = new Moment(spans);
  const counters = new WindowCounters(1, 1);
  const into = new Float64Array(FACTS);
  for (let tick = 100; tick < 3000; tick++) {
    spans.moveTo(tick);
    counters.advance(0, 0, spans.head[0]!, 1);
    moment.set(spans, 0);
    const facts = Float64Array.from({ length: FACTS }, (_, f) => (f < 4 ? 2 ** 44 - tick - f : 1));
    counters.add(0, moment, facts);
    counters.read(0, 0, spans.head[0]!, into);
    if (tick < 107) continue;
    // The latest eight ticks, whose mean lies 3.5 before this one.
    for (let f = 0; f < 4; f++) assert.equal(into[f], 8 * (2 ** 44 - f) - 8 * tick + 28);
    assert.equal(into[4], 8);
  }
});
