import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { WiresiftError } from '../../src/base/index.ts';
import { chooseThreshold, type ValidationScores } from '../../src/evaluate/threshold.ts';

const validation: ValidationScores = {
  scores: Float64Array.of(0.9, 0.8, 0.7, 0.6, 0.2, 0.1),
  truth: Int8Array.of(1, -1, 1, 0, 0, 0),
  spanSeconds: 43_200,
  background: 'exclude',
};

const random: fc.Arbitrary<ValidationScores> = fc
  .record({
    cells: fc.array(fc.record({ score: fc.nat(10), truth: fc.constantFrom(-1, 0, 0, 1) }), {
      minLength: 1,
      maxLength: 50,
    }),
    background: fc.constantFrom('exclude' as const, 'negative' as const),
  })
  .map(({ cells, background }) => ({
    scores: Float64Array.from(cells, ({ score }) => score / 10),
    truth: Int8Array.from(cells, ({ truth }) => truth),
    spanSeconds: 3600,
    background,
  }));

/** Counts above a threshold over rows that a rule keeps. */
const above = (v: ValidationScores, value: number, keep: (truth: number) => boolean): number =>
  [...v.scores].reduce((sum, score, i) => sum + (keep(v.truth[i]!) && score >= value ? 1 : 0), 0);

test('best F1 by hand, with and without background', () => {
  const apart = chooseThreshold(validation, { kind: 'best-f1' });
  assert.equal(apart.value, (0.7 + 0.6) / 2);
  assert.equal(apart.method, 'best-f1');
  assert.equal(apart.detail.recall.value, 1);
  assert.equal(apart.detail.precision.value, 1);
  assert.equal(apart.detail.falsePositiveRate.value, 0);
  assert.equal(apart.detail.backgroundRate.value, 1);
  assert.equal(apart.detail.falsePositiveRateWithBackground.value, 0.25);
  assert.equal(apart.detail.alertsPerDay, 6);
  assert.match(apart.detail.text, /1\.0000/);
  const counted = chooseThreshold({ ...validation, background: 'negative' }, { kind: 'best-f1' });
  assert.equal(counted.value, (0.7 + 0.6) / 2);
  assert.match(counted.detail.text, /0\.8000/);
});

test('a budget counts background only when told to', () => {
  const apart = chooseThreshold(validation, { kind: 'fpr', budget: 0 });
  assert.equal(apart.value, (0.7 + 0.6) / 2);
  const counted = chooseThreshold(
    { ...validation, background: 'negative' },
    { kind: 'fpr', budget: 0.01 },
  );
  assert.ok(Math.abs(counted.value - 0.85) < 1e-12);
  assert.equal(counted.method, 'fpr<=0.01');
  assert.match(counted.detail.text, /too few rows to tell/);
});

test('alerts a day count rows of any label', () => {
  const four = chooseThreshold(validation, { kind: 'alerts', perDay: 4 });
  assert.equal(four.value, 0.75);
  assert.equal(four.detail.alertsPerDay, 4);
  const none = chooseThreshold(validation, { kind: 'alerts', perDay: 0 });
  assert.ok(none.value > 0.9);
  assert.equal(none.detail.recall.value, 0);
});

test('a threshold above 1 says that it cannot be reached', () => {
  const sure = { ...validation, scores: Float64Array.of(1, 1, 1, 1, 0, 0) };
  const chosen = chooseThreshold(sure, { kind: 'fpr', budget: 0 });
  assert.ok(chosen.value > 1);
  assert.match(chosen.detail.text, /never alert/);
});

test('best F1 equals brute force', () => {
  fc.assert(
    fc.property(random, (v) => {
      const known = (truth: number) => truth >= 0 || v.background === 'negative';
      const positives = above(v, Number.NEGATIVE_INFINITY, (truth) => truth === 1);
      fc.pre(positives > 0);
      const f1 = (value: number): number => {
        const told = above(v, value, known);
        return (2 * above(v, value, (truth) => truth === 1)) / (positives + told);
      };
      const best = Math.max(...[...v.scores].map(f1));
      const { value } = chooseThreshold(v, { kind: 'best-f1' });
      assert.ok(Math.abs(f1(value) - best) < 1e-12);
    }),
  );
});

test('budgets are kept, and the next lower score would break them', () => {
  fc.assert(
    fc.property(random, fc.constantFrom(0, 0.1, 0.3, 1), fc.nat(200), (v, budget, perDay) => {
      const negative = (truth: number) => truth === 0 || (truth < 0 && v.background === 'negative');
      const negatives = above(v, Number.NEGATIVE_INFINITY, negative);
      const check = (value: number, keep: (truth: number) => boolean, allowed: number) => {
        assert.ok(above(v, value, keep) <= allowed);
        const lower = Math.max(
          ...[...v.scores].filter((score, i) => keep(v.truth[i]!) && score < value),
        );
        if (Number.isFinite(lower)) assert.ok(above(v, lower, keep) > allowed);
      };
      if (negatives > 0) {
        const { value } = chooseThreshold(v, { kind: 'fpr', budget });
        check(value, negative, Math.floor(budget * negatives + 1e-9));
      }
      const { value } = chooseThreshold(v, { kind: 'alerts', perDay });
      check(value, () => true, Math.floor((perDay * 3600) / 86_400 + 1e-9));
    }),
  );
});

test('rows that cannot decide are refused', () => {
  const refused = (error: unknown) => error instanceof WiresiftError && error.code === 'THRESHOLD';
  const harmless = { ...validation, truth: new Int8Array(6) };
  assert.throws(() => chooseThreshold(harmless, { kind: 'best-f1' }), refused);
  const hostile = { ...validation, truth: new Int8Array(6).fill(1) };
  assert.throws(() => chooseThreshold(hostile, { kind: 'fpr', budget: 0.1 }), refused);
  assert.throws(() => chooseThreshold(validation, { kind: 'fpr', budget: 2 }), refused);
  const timeless = { ...validation, spanSeconds: Number.NaN };
  assert.throws(() => chooseThreshold(timeless, { kind: 'alerts', perDay: 5 }), refused);
});

test('a fixed value is kept, and undefined costs have reasons', () => {
  const harmless = { ...validation, truth: new Int8Array(6) };
  const { value, method, detail } = chooseThreshold(harmless, { kind: 'fixed', value: 0.95 });
  assert.equal(value, 0.95);
  assert.equal(method, 'fixed');
  assert.deepEqual(detail.recall, { value: null, reason: 'no positive rows' });
  assert.equal(detail.precision.value, null);
  assert.equal(detail.backgroundRate.value, null);
  assert.deepEqual(JSON.parse(JSON.stringify(detail)), detail);
});
