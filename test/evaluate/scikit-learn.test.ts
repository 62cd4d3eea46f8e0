import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  averagePrecision,
  balancedAccuracy,
  brier,
  confusion,
  countsAt,
  eliminateColumns,
  f1,
  logLoss,
  prAucTrapezoid,
  prCurve,
  precision,
  rank,
  recall,
  reliability,
  rocAuc,
  rocCurve,
  scoringMetric,
} from '../../src/evaluate/index.ts';
import { keepBest } from '../../src/features/index.ts';
import type { LabelledTable, Schema } from '../../src/table/index.ts';

/** Made by bench/scikit/metrics.py. */
interface Fixture {
  readonly twoClasses: {
    readonly scores: number[];
    readonly truth: number[];
    readonly threshold: number;
    readonly figures: Readonly<Record<string, number>>;
    readonly roc: Curve;
    readonly pr: Curve;
    readonly calibration: {
      readonly scores: number[];
      readonly shares: number[];
      readonly means: number[];
    };
  };
  readonly manyClasses: {
    readonly truth: number[];
    readonly shares: number[];
    readonly figures: Readonly<Record<string, number>>;
    readonly confusion: number[];
  };
  readonly selection: {
    readonly x: number[];
    readonly y: number[];
    readonly importances: number[];
    readonly byImportance: { readonly median: boolean[]; readonly mean: boolean[] };
    readonly eliminated: boolean[];
  };
}
interface Curve {
  readonly x: number[];
  readonly y: number[];
  readonly at: number[];
}
const path = new URL('fixtures/scikit-learn.json', import.meta.url);
const fixture = JSON.parse(readFileSync(path, 'utf8')) as Fixture;

/** All of these are a few sums of 64-bit numbers; probabilities in 32 bits lose 1e-7. */
const TOLERANCE = 1e-11;
const SINGLE = 1e-6;

function near(saw: ArrayLike<number>, expected: readonly number[], tolerance = TOLERANCE): void {
  assert.equal(saw.length, expected.length);
  expected.forEach((value, i) => {
    assert.ok(Math.abs(saw[i]! - value) <= tolerance, `${i}: ${saw[i]} is not ${value}`);
  });
}

describe('agreement with scikit-learn', () => {
  const { twoClasses, manyClasses, selection } = fixture;
  const scores = Float64Array.from(twoClasses.scores);
  const truth = Uint8Array.from(twoClasses.truth);
  const ranking = rank(scores, truth);

  it('tells two classes apart by the same figures', () => {
    const counts = countsAt(ranking, twoClasses.threshold);
    const found: Readonly<Record<string, number>> = {
      precision: precision(counts),
      recall: recall(counts),
      f1: f1(counts),
      balancedAccuracy: balancedAccuracy(counts),
      averagePrecision: averagePrecision(ranking),
      rocAuc: rocAuc(ranking),
      prAucTrapezoid: prAucTrapezoid(ranking),
      brier: brier(scores, truth),
      logLoss: logLoss(scores, truth),
    };
    assert.deepEqual(Object.keys(found), Object.keys(twoClasses.figures));
    for (const [name, value] of Object.entries(twoClasses.figures)) near([found[name]!], [value]);
  });

  it('draws the same curves', () => {
    const points = rocCurve(ranking, 1000);
    const { roc, pr } = twoClasses;
    near(
      points.map(({ x }) => x),
      roc.x,
    );
    near(
      points.map(({ y }) => y),
      roc.y,
    );
    near(
      points.slice(1).map(({ threshold }) => threshold!),
      roc.at,
    );
    // Theirs goes by rising threshold and ends in a point of its own, (0, 1).
    const falling = prCurve(ranking, 1000).reverse();
    near([...falling.map(({ x }) => x), 0], pr.x);
    near([...falling.map(({ y }) => y), 1], pr.y);
    near(
      falling.map(({ threshold }) => threshold!),
      pr.at,
    );
  });

  it('bins scores for calibration alike', () => {
    const { calibration } = twoClasses;
    const bins = reliability(Float64Array.from(calibration.scores), truth);
    const full = bins.filter(({ rows }) => rows > 0);
    near(
      full.map(({ positiveShare }) => positiveShare!),
      calibration.shares,
    );
    near(
      full.map(({ meanScore }) => meanScore!),
      calibration.means,
    );
  });

  it('tells many classes apart by the same figures', () => {
    const classes = ['normal', 'b', 'c', 'd', 'e'];
    const probabilities = Float32Array.from(manyClasses.shares);
    const labels = Int32Array.from(manyClasses.truth);
    for (const [name, value] of Object.entries(manyClasses.figures)) {
      const { score } = scoringMetric(name);
      near([score({ probabilities, truth: labels, classes })], [value], SINGLE);
    }
    const told = labels.map((_, row) => {
      const own = manyClasses.shares.slice(row * 5, row * 5 + 5);
      return own.indexOf(Math.max(...own));
    });
    near(confusion(labels, told, classes).counts, manyClasses.confusion, 0);
  });

  it('keeps the same columns by importance and by elimination', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const kept = (mask: readonly boolean[]) => [...mask.keys()].filter((column) => mask[column]);
    const { importances, byImportance } = selection;
    assert.deepEqual(keepBest(importances, 'median', names), kept(byImportance.median));
    assert.deepEqual(keepBest(importances, 'mean', names), kept(byImportance.mean));
    const data = labelled(names);
    const plans = names.map((from) => ({ from, steps: [] }));
    const found = await eliminateColumns({
      data,
      modelKind: 'tree',
      parameters: { maxDepth: 4 },
      spec: { schema: data.table.schema, plans },
      keep: 3,
      seed: 1,
    });
    assert.deepEqual(
      found.pipeline.names,
      kept(selection.eliminated).map((column) => names[column]!),
    );
    assert.equal(found.dropped.length, 4);
  });

  function labelled(names: readonly string[]): LabelledTable {
    const rows = selection.y.length;
    const schema: Schema = {
      name: 'plain',
      version: 1,
      columns: names.map((name) => ({
        name,
        type: 'number',
        role: 'feature',
        live: true,
        meaning: 'a number',
      })),
    };
    const columns = names.map((_, column) => ({
      kind: 'number' as const,
      values: Float64Array.from({ length: rows }, (_row, i) => selection.x[i * 7 + column]!),
    }));
    const groups = Int32Array.from({ length: rows }, (_, i) => i);
    return {
      table: { schema, rows, columns },
      dataset: 'plain',
      classes: ['normal', 'attack'],
      labels: Int32Array.from(selection.y),
      rawLabel: { kind: 'text', codes: Int32Array.from(selection.y), dictionary: ['0', '1'] },
      groups,
      groupNames: Array.from(groups, String),
      hash: '',
      problems: [],
      problemCount: 0,
    };
  }
});
