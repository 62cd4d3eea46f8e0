import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { createMatrix } from '../../../src/features/index.ts';
import { foldRows } from '../../../src/models/fold-rows.ts';
import { type FitInput, type Model, modelKind } from '../../../src/models/index.ts';
import { minimise } from '../../../src/models/logistic/minimise.ts';
import { minimiseNewton } from '../../../src/models/logistic/newton.ts';
import { LogisticObjective } from '../../../src/models/logistic/objective.ts';
import { minimiseOrthant } from '../../../src/models/logistic/orthant.ts';
import { layOutLogistic } from '../../../src/models/logistic/task.ts';
import { generateInput } from '../generated.ts';

/** Made by `bench/scikit/penalties.py`, which says how. */
interface Fixtures {
  readonly cells: readonly number[];
  readonly cases: readonly {
    readonly C: number;
    readonly l1Ratio: number;
    readonly labels: readonly number[];
    readonly coefficients: readonly number[];
    readonly shares: readonly number[];
  }[];
}

const fixtures = JSON.parse(
  readFileSync(new URL('../fixtures/penalties.json', import.meta.url), 'utf8'),
) as Fixtures;

function objectiveOf(input: FitInput, c: number, l1Ratio: number): LogisticObjective {
  const classes = input.classes.length;
  const plan = { outputs: classes === 2 ? 1 : classes, threads: 1, c, l1Ratio };
  const limits = { maxIterations: 5000, tolerance: 1e-9 };
  const factors = new Float64Array(classes).fill(1);
  return new LogisticObjective(
    layOutLogistic({ folded: foldRows(input), factors, ...plan, ...limits }),
  );
}

function tensor(model: Model, name: string): Float64Array {
  return model.tensors().find((each) => each.name === name)!.data as Float64Array;
}

function furthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  assert.equal(a.length, b.length);
  let most = 0;
  for (let i = 0; i < b.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
}

describe('penalties of logistic regression', () => {
  it('agree with scikit-learn: coefficients within 1e-4, probabilities within 1e-5', async () => {
    for (const { C, l1Ratio, labels, coefficients, shares } of fixtures.cases) {
      const matrix = createMatrix(labels.length, ['a', 'b', 'c', 'd', 'e', 'f']);
      matrix.data.set(fixtures.cells);
      const classes = ['low', 'middle', 'high'].slice(0, Math.max(...labels) + 1);
      const input = { matrix, labels: Int32Array.from(labels), classes };
      const penalty = l1Ratio === 1 ? 'l1' : 'elasticnet';
      const estimator = modelKind('logistic').create({ C, l1Ratio, penalty, tolerance: 1e-10 });
      const model = await estimator.fit(input, { seed: 1 });
      const where = `${classes.length} classes, C ${C}, ratio ${l1Ratio}`;
      const apart = furthest(tensor(model, 'coefficients'), coefficients);
      assert.ok(apart < 1e-4, `${where}: coefficients ${apart}`);
      const own = furthest(model.score(matrix), shares);
      assert.ok(own < 1e-5, `${where}: probabilities ${own}`);
      const zeros = (values: ArrayLike<number>): number =>
        Array.from(values).filter((value) => Math.abs(value) < 1e-6).length;
      assert.equal(zeros(tensor(model, 'coefficients')), zeros(coefficients), where);
    }
  });

  it('leave fewer columns the stronger they are, exact zeros', async () => {
    const input = generateInput({ rows: 300, classes: 3 });
    const left: number[] = [];
    for (const C of [10, 0.05, 0.01, 1e-6]) {
      const model = await modelKind('logistic').create({ C, penalty: 'l1' }).fit(input, {
        seed: 1,
      });
      left.push(tensor(model, 'coefficients').filter((value) => value !== 0).length);
    }
    assert.deepEqual(
      left,
      left.toSorted((a, b) => b - a),
    );
    assert.ok(left[0]! > left[2]!);
    assert.equal(left[3], 0);
  });
});

describe('minimiseNewton', () => {
  it('reaches the minimum that L-BFGS reaches, in fewer steps', async () => {
    for (const classes of [2, 4]) {
      for (const c of [0.1, 1, 1000]) {
        const objective = objectiveOf(generateInput({ rows: 400, classes }), c, 0);
        const { violation } = objective;
        const options = { maxIterations: 5000, tolerance: 1e-8, violation };
        const fast = await minimiseNewton(objective, options);
        const start = new Float64Array(objective.task.size);
        const slow = await minimise(objective.evaluate, start, options);
        assert.ok(fast.converged && slow.converged);
        assert.ok(fast.iterations <= 14 && fast.iterations < slow.iterations);
        const free = objective.task.cols * objective.task.outputs;
        const apart = furthest(fast.point.subarray(0, free), slow.point.subarray(0, free));
        assert.ok(apart < 1e-3 * Math.max(1, c / 100), `${classes} classes, C ${c}: ${apart}`);
      }
    }
  });

  it('reaches the minimum that orthant-wise L-BFGS reaches', async () => {
    for (const classes of [2, 4]) {
      for (const [c, l1Ratio] of [
        [0.1, 1],
        [1, 0.5],
      ] as const) {
        const objective = objectiveOf(generateInput({ rows: 400, classes }), c, l1Ratio);
        const { violation, task } = objective;
        const options = { maxIterations: 5000, tolerance: 1e-7, violation };
        const fast = await minimiseNewton(objective, options);
        const free = task.cols * task.outputs;
        const start = new Float64Array(task.size);
        const penalty = { l1: task.l1, free };
        const slow = await minimiseOrthant(objective.evaluate, start, penalty, options);
        assert.ok(fast.converged, `${classes} classes, C ${c}`);
        const value = (point: Float64Array): number =>
          objective.evaluate(point, new Float64Array(task.size)) + objective.absolute(point);
        assert.ok(Math.abs(value(fast.point) - value(slow.point)) < 1e-7);
        assert.ok(value(fast.point) <= value(slow.point) + 1e-12);
      }
    }
  });

  it('finds the same from a sample of the points', async () => {
    const objective = objectiveOf(generateInput({ rows: 3000, classes: 3 }), 1, 0);
    const whole = await minimiseNewton(objective, { maxIterations: 100, tolerance: 1e-9 });
    const curve = objective.curve.bind(objective);
    objective.curve = (point, wanted) => curve(point, Math.min(wanted, 300));
    const part = await minimiseNewton(objective, { maxIterations: 100, tolerance: 1e-9 });
    assert.ok(whole.converged && part.converged && part.iterations > whole.iterations);
    assert.ok(furthest(whole.point, part.point) < 1e-5);
  });

  it('gives the same bytes for any number of threads when there is work for them', async () => {
    const input = generateInput({ rows: 20_000, classes: 3 });
    const wanted: Float64Array[] = [];
    for (const threads of [1, 2, 3]) {
      const model = await modelKind('logistic').create({ tolerance: 1e-5 }).fit(input, {
        seed: 1,
        threads,
      });
      wanted.push(tensor(model, 'coefficients'));
    }
    assert.deepEqual(wanted[1], wanted[0]);
    assert.deepEqual(wanted[2], wanted[0]);
  });

  it('fits a hundred classes of many columns without second derivatives', async () => {
    const input = generateInput({ rows: 900, classes: 200 });
    for (const penalty of ['l2', 'l1']) {
      const estimator = modelKind('logistic').create({ penalty, C: 0.1, maxIterations: 60 });
      const model = await estimator.fit(input, { seed: 1 });
      assert.ok(model.score(input.matrix).every(Number.isFinite));
      assert.ok(model.importances()[0]! > 0.2, penalty);
    }
  });
});
