import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../../src/base/index.ts';
import { PEERS, PORTS, RecentFlows } from '../../../src/flow/windows/recent-flows.ts';
import { itemWord } from '../../../src/flow/windows/row-endpoints.ts';
import { BUCKETS, Moment, Spans } from '../../../src/flow/windows/spans.ts';
import { entropyOf } from './model.ts';

const WINDOWS = [1, 10, 60, 600];

/** One host's flows on a clock that a test moves, and all of them in a list. */
class Bench {
  readonly spans = new Spans(WINDOWS);
  readonly moment = new Moment(this.spans);
  readonly recent: RecentFlows;
  readonly seen: { tick: number; peer: number; port: number }[] = [];
  base = 1e6 - 5000;
  tick = 0;

  constructor(entries = 512) {
    const sets = [32, 16] as const;
    this.recent = new RecentFlows({ hosts: 2, windows: 4, sets, entries, moment: this.moment });
    this.at(1e6);
  }

  at(tick: number): void {
    const before = [...this.spans.bucket];
    this.spans.moveTo(tick);
    this.moment.set(this.spans, this.base);
    for (let w = 0; w < 4; w++) {
      const passed = Math.min(BUCKETS, this.spans.bucket[w]! - before[w]!);
      if (passed > 0) this.recent.advance(1, w, this.spans.head[w]!, passed);
    }
    this.recent.expire(1);
    this.tick = tick;
  }

  add(peer: number, port: number): boolean {
    this.seen.push({ tick: this.tick, peer, port });
    return this.recent.add(1, itemWord(peer), itemWord(port));
  }

  read(w: number) {
    const inside = this.seen.filter(({ tick }) => tick >= this.spans.first[w]!);
    const kinds = [inside.map(({ peer }) => peer), inside.map(({ port }) => port)];
    return [PEERS, PORTS].map((kind) => {
      const distinct = this.recent.distinct(1, kind, w);
      const entropy = this.recent.entropy(1, kind * 4 + w, inside.length, distinct);
      const items = kinds[kind]!;
      const expected = { distinct: new Set(items).size, entropy: entropyOf(items) };
      return { distinct, entropy, expected, exact: this.recent.isExact(1, kind, w) };
    });
  }
}

test('distinct items and entropies equal a rescan, over many more flows than the log has entries', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e6 }), (seed) => {
      const random = new Random(seed);
      const bench = new Bench();
      const step = [0, 1, 40][seed % 3]!;
      let tick = 1e6;
      for (let i = 0; i < 700; i++) {
        tick += random.int(step + 1);
        bench.at(tick);
        const peer = random.int(7);
        bench.add(peer, peer % 3);
        if (i % 20 !== 0) continue;
        for (let w = 0; w < 4; w++) {
          for (const { distinct, entropy, expected, exact } of bench.read(w)) {
            assert.ok(exact);
            assert.equal(distinct, expected.distinct);
            assert.ok(Math.abs(entropy - expected.entropy) < 1e-6);
          }
        }
      }
    }),
    { numRuns: 25 },
  );
});

test('a log too short for buckets keeps distinct items exact, and entropies near', () => {
  const random = new Random(2);
  const bench = new Bench();
  let worst = 0;
  for (let i = 0; i < 4000; i++) {
    bench.at(1e6 + i * 9);
    const peer = Math.floor(30 * random.next() ** 2);
    bench.add(peer, 0);
    const [peers] = bench.read(3);
    assert.ok(peers!.exact);
    assert.equal(peers!.distinct, peers!.expected.distinct);
    worst = Math.max(worst, Math.abs(peers!.entropy - peers!.expected.entropy));
  }
  assert.ok(worst > 0 && worst < 0.4, `${worst}`);
});

/** Root of the mean squared error of the peers' entropy in bits, over seeds, at the end of flows. */
function deviation(make: (random: Random, i: number) => number, flows: number): number {
  let squares = 0;
  for (let seed = 0; seed < 20; seed++) {
    const random = new Random(seed);
    const bench = new Bench();
    for (let i = 0; i < flows; i++) {
      bench.at(1e6 + Math.floor((i * 3000) / flows));
      bench.add(make(random, i) + 1e6 * seed, i & 3);
    }
    const [{ entropy, expected }] = bench.read(3) as [ReturnType<Bench['read']>[number]];
    squares += (entropy - expected.entropy) ** 2;
  }
  return Math.sqrt(squares / 20);
}

test('past what is kept, the error of entropies stays within what the page states', () => {
  const shapes = {
    scan: (_: Random, i: number) => i,
    'few alike': (random: Random) => random.int(20),
    'some busy': (random: Random) => Math.floor(1000 * random.next() ** 4),
    'half one, half scan': (random: Random, i: number) => (random.next() < 0.5 ? 0 : 10 + i),
    'one, then a scan': (_: Random, i: number) => (i < 2500 ? 0 : i),
  };
  const bounds: Record<string, number> = {
    scan: 0.25,
    'few alike': 0.05,
    'some busy': 0.6,
    'half one, half scan': 0.3,
    'one, then a scan': 0.3,
  };
  for (const [name, make] of Object.entries(shapes)) {
    const got = deviation(make, 3000);
    if (process.env['SHOW_DEVIATION']) {
      console.log(name, deviation(make, 300).toFixed(3), got.toFixed(3));
    }
    assert.ok(got <= bounds[name]!, `${name}: ${got}`);
  }
});

test('peers are new once, until pushed out; what was pushed out is still counted', () => {
  const bench = new Bench();
  assert.ok(bench.add(1, 1));
  assert.ok(!bench.add(1, 1));
  bench.at(1e6 + 20_000);
  assert.ok(!bench.add(1, 1));
  for (let i = 100; i < 1100; i++) bench.add(i, 1);
  const [peers] = bench.read(0);
  assert.ok(!peers!.exact);
  const load = 1001 / 512;
  const error = Math.sqrt(512 * (Math.exp(load) - load - 1));
  assert.ok(Math.abs(peers!.distinct - 1001) < 4 * error);
  assert.ok(bench.add(1, 1));
  // When all of it has left, counts are exact again.
  bench.at(1e6 + 40_000);
  bench.add(2, 2);
  assert.deepEqual(
    bench.read(3).map(({ distinct, exact }) => [distinct, exact]),
    [
      [1, true],
      [1, true],
    ],
  );
});

test('thousands of generations of items leave no flow behind', () => {
  const random = new Random(3);
  const bench = new Bench();
  for (let i = 0; i < 60_000; i++) {
    if (i % 50 === 0) bench.at(bench.tick + random.int(30));
    bench.recent.add(1, itemWord(random.int(5000)), itemWord(random.int(300)));
  }
  bench.at(bench.tick + 10_000);
  bench.add(5, 5);
  for (let w = 0; w < 4; w++) {
    for (const { distinct, entropy } of bench.read(w))
      assert.deepEqual([distinct, entropy], [1, 0]);
  }
});

test('a later base keeps counts, memory and the times of leaving', () => {
  const bench = new Bench();
  for (let i = 0; i < 200; i++) bench.add(i % 9, i % 4);
  bench.recent.rebase(1, 100);
  bench.base += 100;
  bench.at(bench.tick);
  assert.equal(bench.recent.distinct(1, PEERS, 3), 9);
  assert.ok(!bench.recent.add(1, itemWord(3), itemWord(3)));
  bench.at(bench.tick + 8000);
  assert.equal(bench.recent.distinct(1, PEERS, 3), 0);
  bench.recent.clear(1);
  assert.ok(bench.recent.add(1, itemWord(3), itemWord(3)));
});
