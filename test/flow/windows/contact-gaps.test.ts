import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ContactGaps, FOLLOWED, GAPS } from '../../../src/flow/windows/contact-gaps.ts';

const WINDOWS = [1, 10, 60, 600];

function read(starts: readonly number[]): number[] {
  const gaps = new ContactGaps(1, WINDOWS);
  const into = new Float64Array(4);
  let place = -1;
  for (const start of starts) place = gaps.add(0, 5, start * 1e6, true);
  gaps.read(place, into);
  return [...into];
}

/** As defined: the latest eight gaps that fit into the window, counted back. */
function model(starts: readonly number[]): number[] {
  const gaps = starts.slice(1).map((start, i) => start - starts[i]!);
  const latest = gaps.slice(-GAPS).reverse();
  return WINDOWS.map((window) => {
    let sum = 0;
    const used = latest.filter((gap) => {
      sum += gap;
      return sum <= window;
    });
    if (used.length < 3) return Number.NaN;
    const mean = used.reduce((all, gap) => all + gap, 0) / used.length;
    if (mean === 0) return 0;
    const variance = used.reduce((all, gap) => all + (gap - mean) ** 2, 0) / used.length;
    return mean / (mean + Math.sqrt(variance));
  });
}

test('regularity of the latest gaps equals the definition', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 30 }), (eighths) => {
      let time = 0;
      const starts = eighths.map((gap) => (time += gap / 8));
      const got = starts.length === 0 ? model([]) : read(starts);
      model(starts).forEach((value, w) => {
        const near = Number.isNaN(value) ? Number.isNaN(got[w]!) : Math.abs(got[w]! - value) < 1e-6;
        assert.ok(near, `${got[w]}, ${value}`);
      });
    }),
  );
});

test('a clock reads 1, bursts little, three contacts nothing', () => {
  assert.deepEqual(read([0, 60, 120, 180, 240]).slice(3), [1]);
  assert.ok(read([0, 0.1, 0.2, 300, 300.1, 300.2])[3]! < 0.4);
  assert.ok(Number.isNaN(read([0, 60, 120])[3]!));
});

test('records of a flow that goes on, and starts out of order, are no contacts', () => {
  const gaps = new ContactGaps(1, WINDOWS);
  const into = new Float64Array(4);
  assert.equal(gaps.add(0, 5, 1e6, false), -1);
  for (const start of [0, 60, 30, 120, 180]) gaps.add(0, 5, start * 1e6, true);
  gaps.read(gaps.add(0, 5, 200e6, false), into);
  assert.equal(into[3], 1);
});

test('a busy peer stays while others pass; hosts are apart', () => {
  const gaps = new ContactGaps(2, WINDOWS);
  const into = new Float64Array(4);
  let place = -1;
  for (let i = 0; i < 20; i++) {
    place = gaps.add(0, 1, i * 20e6, true);
    for (let other = 0; other < 3 * FOLLOWED; other++)
      gaps.add(0, 100 + i * 99 + other, i * 20e6, true);
    gaps.add(1, 1, i * i * 1e6, true);
    if (i < 1) gaps.add(0, 1, 0.5e6, true);
  }
  gaps.read(place, into);
  assert.equal(into[3], 1);
});
