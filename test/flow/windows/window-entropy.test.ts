import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { mixWord } from '../../../src/flow/windows/row-endpoints.ts';
import { Moment, Spans } from '../../../src/flow/windows/spans.ts';
import { blockChance, SAMPLES, WindowEntropy } from '../../../src/flow/windows/window-entropy.ts';
import { entropyOf } from './model.ts';

/** Feeds items, one a tick of 125 ms, and reads both entropies of the 600 s window at the end. */
function estimate(peers: readonly number[], seed = 1) {
  const spans = new Spans([600]);
  const moment = new Moment(spans);
  const entropy = new WindowEntropy(1, 1, seed);
  const into = new Float64Array(2);
  spans.moveTo(1e6);
  moment.set(spans, 1e6 - 100);
  for (const peer of peers) entropy.add(0, mixWord(peer), mixWord(peer >>> 2), moment);
  entropy.read(0, 0, Math.log2(peers.length), into);
  return { peer: into[0]!, port: into[1]!, exact: entropy.isExact(0, 0, peers.length) };
}

/** Root of the mean squared error in bits, over seeds. */
function deviation(make: (random: Random, i: number) => number, flows: number): number {
  let squares = 0;
  for (let seed = 0; seed < 60; seed++) {
    const random = new Random(seed);
    const items = Array.from({ length: flows }, (_, i) => make(random, i));
    squares += (estimate(items, seed).peer - entropyOf(items)) ** 2;
  }
  return Math.sqrt(squares / 60);
}

test('exact for as many flows as are kept, by peer and by port', () => {
  for (let seed = 0; seed < 50; seed++) {
    const random = new Random(seed);
    const items = Array.from({ length: 1 + random.int(SAMPLES) }, () => random.int(12));
    const got = estimate(items, seed);
    assert.ok(got.exact);
    assert.ok(Math.abs(got.peer - entropyOf(items)) < 1e-9);
    assert.ok(Math.abs(got.port - entropyOf(items.map((item) => item >>> 2))) < 1e-9);
  }
});

test('beyond, the error stays within what the page states', () => {
  const shapes = {
    scan: (_: Random, i: number) => i,
    one: () => 7,
    'few alike': (random: Random) => random.int(20),
    'some busy': (random: Random) => Math.floor(1000 * random.next() ** 4),
    'half one, half scan': (random: Random, i: number) => (random.next() < 0.5 ? 0 : 10 + i),
  };
  const bounds: Record<string, number> = {
    scan: 1e-9,
    one: 0.4,
    'few alike': 0.5,
    'some busy': 0.8,
    'half one, half scan': 1.8,
  };
  for (const [name, make] of Object.entries(shapes)) {
    const got = deviation(make, 3000);
    if (process.env['SHOW_DEVIATION'])
      console.log(name, got.toFixed(3), deviation(make, 300).toFixed(3));
    assert.ok(got <= bounds[name]!, `${name}: ${got}`);
  }
});

test('one flow of each aligned block of 2^n survives n levels', () => {
  for (const levels of [1, 3, 5]) {
    for (let block = 0; block < 50; block++) {
      let survivors = 0;
      for (let i = 0; i < 1 << levels; i++) {
        if (blockChance(block * (1 << levels) + i, 99) >= levels) survivors++;
      }
      assert.equal(survivors, 1);
    }
  }
});
