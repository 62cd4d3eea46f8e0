import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { gatherWindow, pastOf } from '../../../src/models/neural/windows.ts';
import { generateHistory } from './history.ts';

it('a window is the last rows of the host up to the row itself, in the order of time and row', () => {
  fc.assert(
    fc.property(fc.nat(10_000), fc.integer({ min: 1, max: 6 }), (seed, window) => {
      const rows = 50;
      const history = generateHistory({ rows, hosts: 4, seed });
      const { hosts, times } = history;
      const past = pastOf(history, rows);
      const cells = Float32Array.from({ length: rows }, (_, row) => row + 1);
      const plan = { window, cols: 1, gap: true };
      for (let row = 0; row < rows; row++) {
        const earlier = [...hosts.keys()]
          .filter((other) => hosts[other] === hosts[row] && other !== row)
          .filter(
            (other) => times[other]! < times[row]! || (times[other] === times[row] && other < row),
          )
          .sort((a, b) => times[a]! - times[b]! || a - b);
        const known = hosts[row]! >= 0 && !Number.isNaN(times[row]!);
        const expected = [...(known ? earlier : []), row].slice(-window);
        const out = new Float32Array(2 * window).fill(-1);
        const found = gatherWindow(out, { cells, past }, row, plan);
        assert.equal(found, expected.length);
        const blank = new Array(2 * (window - found)).fill(0);
        const told = expected.flatMap((own, i) => {
          const gap = i === 0 ? 0 : (times[own]! - times[expected[i - 1]!]!) / 1000;
          return [own + 1, Math.fround(Math.log1p(gap) / 8)];
        });
        assert.deepEqual([...out], [...blank, ...told]);
      }
    }),
    { numRuns: 40 },
  );
});

it('without a history every row stands alone', () => {
  const { before } = pastOf(undefined, 4);
  assert.deepEqual([...before], [-1, -1, -1, -1]);
});
