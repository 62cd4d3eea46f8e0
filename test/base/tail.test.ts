import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { binomialUpperTail } from '../../src/base/index.ts';

/** The sum as the definition has it, for small n. */
function direct(k: number, n: number, p: number): number {
  let sum = 0;
  for (let i = k; i <= n; i++) {
    let term = p ** i * (1 - p) ** (n - i);
    for (let j = 1; j <= i; j++) term *= (n - j + 1) / j;
    sum += term;
  }
  return sum;
}

const near = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(1e-3, b);

test('agrees with the direct sum', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 0, max: 62 }),
      fc.double({ min: 1e-4, max: 0.9, noNaN: true }),
      (n, k, p) => near(binomialUpperTail(k, n, p), k > n ? 0 : direct(k, n, p)),
    ),
    { numRuns: 500, seed: 2 },
  );
});

test('known values and edges', () => {
  assert.equal(binomialUpperTail(0, 10, 0.1), 1);
  assert.equal(binomialUpperTail(11, 10, 0.1), 0);
  assert.ok(near(binomialUpperTail(1, 10, 0.1), 1 - 0.9 ** 10));
  assert.ok(near(binomialUpperTail(10, 10, 0.5), 2 ** -10));
});

test('stays finite and falls with k for millions of flows', () => {
  let last = 1;
  for (const k of [900, 1000, 1100, 1200, 2000, 500_000]) {
    const tail = binomialUpperTail(k, 1_000_000, 1e-3);
    assert.ok(tail >= 0 && tail <= last, `${k}: ${tail}`);
    last = tail;
  }
  assert.ok(Math.abs(binomialUpperTail(1000, 1_000_000, 1e-3) - 0.5) < 0.02);
});
