import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { WiresiftError } from '../../src/base/index.ts';
import {
  carveValidation,
  makeFolds,
  makeSplit,
  type Split,
  type SplitInput,
  type SplitPlan,
} from '../../src/evaluate/split.ts';

/** Rows with labels -1 to 2, up to twelve groups, times with ties and now and then none. */
const inputs: fc.Arbitrary<SplitInput> = fc
  .array(
    fc.record({
      label: fc.integer({ min: -1, max: 2 }),
      group: fc.nat(11),
      time: fc.oneof({ weight: 9, arbitrary: fc.nat(40) }, fc.constant(Number.NaN)),
      used: fc.boolean(),
    }),
    { minLength: 12, maxLength: 120 },
  )
  .map((cells) => ({
    rows: Int32Array.from(cells.flatMap(({ used }, row) => (used ? [row] : []))),
    labels: Int32Array.from(cells, ({ label }) => label),
    groups: Int32Array.from(cells, ({ group }) => group),
    times: Float64Array.from(cells, ({ time }) => time * 1e6),
  }));

const plans: fc.Arbitrary<SplitPlan> = fc.oneof(
  fc.record({
    kind: fc.constant('stratified' as const),
    testFraction: fc.constantFrom(0.2, 0.5),
    seed: fc.nat(9),
  }),
  fc.record({
    kind: fc.constant('grouped' as const),
    testFraction: fc.constantFrom(0.2, 0.5),
    seed: fc.nat(9),
  }),
  fc.record({
    kind: fc.constant('time' as const),
    trainFraction: fc.constantFrom(0.3, 0.6),
    by: fc.constantFrom('span' as const, 'rows' as const),
    embargoSeconds: fc.nat(3),
  }),
);

/**
 * Runs, or returns undefined when the rows are too few for the split, which is an error by design.
 */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    assert.ok(error instanceof WiresiftError && error.code === 'SPLIT', String(error));
    return undefined;
  }
}

const partsOf = (split: Split) => [split.train, split.validation ?? new Int32Array(0), split.test];

test('no row in two parts, none invented, ascending, and lost only for its time', () => {
  fc.assert(
    fc.property(inputs, plans, fc.boolean(), (input, plan, carve) => {
      const split = attempt(() => {
        const made = makeSplit(input, plan);
        return carve ? carveValidation(made, input, { fraction: 0.3, seed: 1 }) : made;
      });
      if (!split) return;
      const all = partsOf(split).flatMap((part) => [...part]);
      assert.equal(new Set(all).size, all.length);
      const allowed = new Set(input.rows);
      assert.ok(all.every((row) => allowed.has(row)));
      for (const part of partsOf(split)) {
        assert.ok(part.every((row, i) => i === 0 || row > part[i - 1]!));
      }
      const { withoutTime = 0, embargoed = 0 } = split.detail;
      assert.equal(all.length + withoutTime + embargoed, input.rows.length);
    }),
  );
});

test('the same plan gives the same split, whatever came before', () => {
  fc.assert(
    fc.property(inputs, plans, (input, plan) => {
      const first = attempt(() => makeSplit(input, plan));
      const copy = JSON.parse(JSON.stringify(plan)) as SplitPlan;
      assert.deepEqual(
        first,
        attempt(() => makeSplit(input, copy)),
      );
    }),
  );
});

test('a time split never trains on a row that starts at or after the cut', () => {
  fc.assert(
    fc.property(
      inputs,
      fc.constantFrom('span' as const, 'rows' as const),
      fc.nat(5),
      (input, by, embargo) => {
        const plan = { kind: 'time', trainFraction: 0.6, by, embargoSeconds: embargo } as const;
        const split = attempt(() =>
          carveValidation(makeSplit(input, plan), input, { fraction: 0.4, seed: 1, by }),
        );
        if (!split) return;
        const [train, validation, held] = partsOf(split).map((part) =>
          [...part].map((row) => input.times![row]!),
        );
        const cut = split.detail.cut!;
        assert.ok(Math.max(...train!) < Math.min(...validation!));
        assert.ok(Math.max(...validation!) < cut);
        assert.ok(Math.min(...held!) >= cut + embargo * 1e6);
      },
    ),
  );
});

test('a grouped split never parts a group, validation included', () => {
  fc.assert(
    fc.property(inputs, fc.nat(9), (input, seed) => {
      const split = attempt(() =>
        carveValidation(makeSplit(input, { kind: 'grouped', testFraction: 0.3, seed }), input, {
          fraction: 0.3,
          seed,
        }),
      );
      if (!split) return;
      const seen = new Map<number, number>();
      partsOf(split).forEach((part, index) => {
        for (const row of part) {
          const group = input.groups![row]!;
          assert.equal(seen.get(group) ?? index, index);
          seen.set(group, index);
        }
      });
    }),
  );
});

test('a stratified split keeps every class within one row of its share', () => {
  fc.assert(
    fc.property(inputs, fc.constantFrom(0.2, 0.5), fc.nat(9), (input, testFraction, seed) => {
      const split = attempt(() => makeSplit(input, { kind: 'stratified', testFraction, seed }));
      if (!split) return;
      for (const label of [-1, 0, 1, 2]) {
        const count = (rows: Int32Array) =>
          rows.filter((row) => input.labels[row] === label).length;
        assert.ok(Math.abs(count(split.test) - testFraction * count(input.rows)) <= 1);
      }
    }),
  );
});

test('folds test every row once; time folds train on the past alone', () => {
  fc.assert(
    fc.property(
      inputs,
      fc.constantFrom('stratified' as const, 'grouped' as const, 'time' as const),
      fc.integer({ min: 2, max: 4 }),
      (input, kind, folds) => {
        const splits = attempt(() => makeFolds(input, { kind, folds, seed: 4 }));
        if (!splits) return;
        assert.equal(splits.length, folds);
        const tested = splits.flatMap((split) => [...split.test]);
        assert.equal(new Set(tested).size, tested.length);
        if (kind !== 'time') assert.equal(tested.length, input.rows.length);
        for (const { train, test: held } of splits) {
          const trained = new Set(train);
          assert.ok(held.every((row) => !trained.has(row)));
          if (kind === 'time') {
            const times = (rows: Int32Array) => [...rows].map((row) => input.times![row]!);
            assert.ok(Math.max(...times(train)) < Math.min(...times(held)));
          }
          if (kind === 'grouped') {
            const groups = new Set([...train].map((row) => input.groups![row]));
            assert.ok(held.every((row) => !groups.has(input.groups![row])));
          }
        }
      },
    ),
  );
});

test('span and rows cut a bursty time line in different places', () => {
  const times = Float64Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 100).map((s) => s * 1e6);
  const input = {
    rows: Int32Array.from(times, (_, i) => i),
    labels: new Int32Array(10),
    times,
  };
  const bySpan = makeSplit(input, { kind: 'time', trainFraction: 0.6, by: 'span' });
  assert.equal(bySpan.detail.cut, 60e6);
  assert.equal(bySpan.train.length, 9);
  const byRows = makeSplit(input, { kind: 'time', trainFraction: 0.6, by: 'rows' });
  assert.equal(byRows.detail.cut, 6e6);
  assert.deepEqual([...byRows.test], [6, 7, 8, 9]);
  assert.match(byRows.detail.text, /first 60 % of the rows in time order/);
});

test('groups are balanced by class, not by rows alone', () => {
  // Forty groups of equal size; every fourth holds the rare class.
  const labels = Int32Array.from({ length: 400 }, (_, i) => (Math.floor(i / 10) % 4 === 0 ? 1 : 0));
  const groups = Int32Array.from({ length: 400 }, (_, i) => Math.floor(i / 10));
  const rows = Int32Array.from({ length: 400 }, (_, i) => i);
  const split = makeSplit(
    { rows, labels, groups },
    { kind: 'grouped', testFraction: 0.3, seed: 2 },
  );
  const rare = split.test.filter((row) => labels[row] === 1).length;
  assert.equal(rare, 30);
  assert.equal(split.test.length, 120);
});

test('what cannot be split is refused with a reason', () => {
  const rows = Int32Array.of(0, 1, 2);
  const labels = Int32Array.of(0, 1, 0);
  const refused = (expected: RegExp) => (error: unknown) =>
    error instanceof WiresiftError && error.code === 'SPLIT' && expected.test(error.message);
  const time = { kind: 'time', trainFraction: 0.5, by: 'span' } as const;
  assert.throws(() => makeSplit({ rows, labels }, time), refused(/no times/));
  const tied = { rows, labels, times: new Float64Array(3) };
  assert.throws(() => makeSplit(tied, time), refused(/no row in the train part/));
  const nowhen = { rows, labels, times: new Float64Array(3).fill(Number.NaN) };
  assert.throws(() => makeSplit(nowhen, time), refused(/no row with a time/));
  const grouped = { kind: 'grouped', testFraction: 0.5, seed: 1 } as const;
  assert.throws(() => makeSplit({ rows, labels }, grouped), refused(/no groups/));
  const one = { rows, labels, groups: new Int32Array(3) };
  assert.throws(() => makeSplit(one, grouped), refused(/no row in the/));
  assert.throws(
    () => makeSplit(one, { ...grouped, testFraction: 1.5 }),
    refused(/testFraction 1.5/),
  );
  assert.throws(
    () => makeFolds(one, { kind: 'stratified', folds: 1, seed: 1 }),
    refused(/1 folds/),
  );
});
