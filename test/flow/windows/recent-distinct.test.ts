import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { RecentDistinct } from '../../../src/flow/windows/recent-distinct.ts';
import { mixWord } from '../../../src/flow/windows/row-endpoints.ts';
import { BUCKETS, Moment, Spans } from '../../../src/flow/windows/spans.ts';

const WINDOWS = [1, 10, 60];

/** One host's counter on a clock that a test moves. */
class Bench {
  readonly spans = new Spans(WINDOWS);
  readonly moment = new Moment(this.spans);
  readonly distinct = new RecentDistinct({ hosts: 2, windows: 3, sets: 16, cells: 512 });
  readonly last = new Map<number, number>();
  readonly base = 1000;
  #tick = 0;

  at(tick: number): void {
    this.spans.moveTo(tick);
    for (let w = 0; w < 3; w++) {
      const ticks = this.spans.bucketTicks[w]!;
      const passed = Math.floor(tick / ticks) - Math.floor(this.#tick / ticks);
      this.distinct.advance(1, w, this.spans.head[w]!, Math.min(BUCKETS, passed));
    }
    this.moment.set(this.spans, this.base);
    this.#tick = tick;
  }

  touch(item: number): boolean {
    this.last.set(item, this.#tick);
    return this.distinct.touch(1, mixWord(item), this.moment);
  }

  exact(window: number): number {
    return [...this.last.values()].filter((tick) => tick >= this.spans.first[window]!).length;
  }
}

test('counts of every window equal a map of last touches while exact, and errors hold after', () => {
  const random = new Random(4);
  const bench = new Bench();
  let tick = 2000;
  let exact = 0;
  for (let i = 0; i < 8000; i++) {
    tick += random.next() < 0.2 ? random.int(6) : 0;
    // Calm and busy by turns, so that counts become exact again.
    const busy = Math.floor(tick / 700) % 2 === 1;
    if (!busy && random.next() < 0.5) tick += random.int(20);
    bench.at(tick);
    bench.touch(busy ? random.int(3000) : random.int(30));
    for (let w = 0; w < 3; w++) {
      const got = bench.distinct.count(1, w, bench.moment);
      const n = bench.exact(w);
      if (bench.distinct.isExact(1, w, bench.moment)) {
        assert.equal(got, n);
        exact++;
      } else {
        const error = Math.sqrt(512 * (Math.exp(n / 512) - n / 512 - 1));
        assert.ok(Math.abs(got - n) <= 4 * error + 2, `${got} for ${n}`);
      }
    }
  }
  assert.ok(exact > 4000 && exact < 24_000, `${exact}`);
});

test('an item is new once, until it is pushed out', () => {
  const bench = new Bench();
  bench.at(2000);
  assert.ok(bench.touch(1));
  assert.ok(!bench.touch(1));
  bench.at(9000);
  assert.ok(!bench.touch(1));
  for (let i = 100; i < 2000; i++) bench.touch(i);
  assert.ok(bench.touch(1));
});

test('a later base keeps counts and memory', () => {
  const bench = new Bench();
  bench.at(3000);
  for (let i = 0; i < 9; i++) bench.touch(i);
  bench.distinct.rebase(1, 1500);
  bench.moment.set(bench.spans, bench.base + 1500);
  assert.equal(bench.distinct.count(1, 2, bench.moment), 9);
  assert.ok(!bench.distinct.touch(1, mixWord(3), bench.moment));
  assert.equal(bench.distinct.count(1, 2, bench.moment), 9);
  bench.distinct.clear(1);
  assert.equal(bench.distinct.count(1, 2, bench.moment), 0);
});
