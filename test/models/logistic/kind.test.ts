import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { createMatrix } from '../../../src/features/index.ts';
import { type FitInput, type Model, modelKind } from '../../../src/models/index.ts';
import { minimise } from '../../../src/models/logistic/minimise.ts';
import { generateInput } from '../generated.ts';

function tensor(model: Model, name: string): Float64Array {
  return model.tensors().find((each) => each.name === name)!.data as Float64Array;
}

/**
 * Gradient of scikit-learn's objective, `C sum w_i loss_i + |coefficients|² / 2`, from the model's
 * own probabilities: independent of the code that fitted it.
 */
function gradient(model: Model, input: FitInput, c: number): number {
  const { matrix, labels, classes } = input;
  const shares = model.score(matrix);
  const coefficients = tensor(model, 'coefficients');
  const outputs = classes.length === 2 ? [1] : classes.map((_, k) => k);
  let worst = 0;
  outputs.forEach((k, output) => {
    for (let column = -1; column < matrix.cols; column++) {
      let sum = column < 0 ? 0 : coefficients[output * matrix.cols + column]!;
      for (let i = 0; i < matrix.rows; i++) {
        const cell = column < 0 ? 1 : matrix.data[i * matrix.cols + column]!;
        const weight = input.weights ? input.weights[i]! : 1;
        const target = labels[i] === k ? 1 : 0;
        sum += c * weight * (shares[i * classes.length + k]! - target) * cell;
      }
      worst = Math.max(worst, Math.abs(sum));
    }
  });
  return worst;
}

describe('logistic regression', () => {
  it('ends where the gradient vanishes, for any classes, weights and strengths', async () => {
    for (const classes of [2, 4]) {
      const input = generateInput({ rows: 300, classes });
      const weights = Float32Array.from(input.labels, (_, i) => 0.5 + (i % 3));
      for (const c of [0.01, 1, 50]) {
        const estimator = modelKind('logistic').create({ C: c, tolerance: 1e-9 });
        const model = await estimator.fit({ ...input, weights }, { seed: 1 });
        const worst = gradient(model, { ...input, weights }, c);
        // Scores are 32-bit: their rounding, times the rows, bounds what can be seen.
        assert.ok(worst < 1e-3 * Math.max(1, c), `${classes} classes, C ${c}: ${worst}`);
      }
    }
  });

  it('agrees with Newton iterations on one column', async () => {
    const random = new Random(11);
    const rows = 80;
    const matrix = createMatrix(rows, ['x']);
    const labels = new Int32Array(rows);
    for (let i = 0; i < rows; i++) {
      matrix.data[i] = random.normal();
      labels[i] = random.next() < 1 / (1 + Math.exp(-1 - 2 * matrix.data[i]!)) ? 1 : 0;
    }
    let slope = 0;
    let intercept = 0;
    for (let step = 0; step < 50; step++) {
      const g = [slope, 0] as [number, number];
      const h = [1, 0, 0] as [number, number, number];
      for (let i = 0; i < rows; i++) {
        const x = matrix.data[i]!;
        const share = 1 / (1 + Math.exp(-intercept - slope * x));
        g[0] += (share - labels[i]!) * x;
        g[1] += share - labels[i]!;
        h[0] += share * (1 - share) * x * x;
        h[1] += share * (1 - share) * x;
        h[2] += share * (1 - share);
      }
      const determinant = h[0] * h[2] - h[1] * h[1];
      slope -= (h[2] * g[0] - h[1] * g[1]) / determinant;
      intercept -= (h[0] * g[1] - h[1] * g[0]) / determinant;
    }
    const estimator = modelKind('logistic').create({ tolerance: 1e-10 });
    const model = await estimator.fit({ matrix, labels, classes: ['a', 'b'] }, { seed: 1 });
    assert.ok(Math.abs(tensor(model, 'coefficients')[0]! - slope) < 1e-7);
    assert.ok(Math.abs(tensor(model, 'intercepts')[0]! - intercept) < 1e-7);
  });

  it('gives softmax coefficients that sum to zero over the classes', async () => {
    const input = generateInput({ rows: 200, classes: 3 });
    const model = await modelKind('logistic').create({ tolerance: 1e-9 }).fit(input, { seed: 1 });
    const coefficients = tensor(model, 'coefficients');
    for (let c = 0; c < 6; c++) {
      const sum = coefficients[c]! + coefficients[6 + c]! + coefficients[12 + c]!;
      assert.ok(Math.abs(sum) < 1e-6);
    }
  });

  it('explains by parts that sum to the log-odds against the mean row', async () => {
    const input = generateInput({ rows: 200 });
    const model = await modelKind('logistic').create({}).fit(input, { seed: 1 });
    const shares = model.score(input.matrix);
    const bases = new Set<string>();
    for (let row = 0; row < 20; row++) {
      const parts = model.explain(input.matrix, row, 1);
      const opposite = model.explain(input.matrix, row, 0);
      assert.ok(parts.every((part, i) => part === -opposite[i]!));
      const odds = Math.log(shares[2 * row + 1]! / shares[2 * row]!);
      bases.add((odds - parts.reduce((a, b) => a + b, 0)).toFixed(2));
    }
    assert.ok(bases.size <= 2, [...bases].join());
  });

  it('stays finite on separable rows and huge cells', async () => {
    const matrix = createMatrix(4, ['x']);
    matrix.data.set([-3e38, -1, 1, 3e38]);
    const input = { matrix, labels: Int32Array.of(0, 0, 1, 1), classes: ['a', 'b'] };
    const model = await modelKind('logistic').create({}).fit(input, { seed: 1 });
    assert.ok(model.score(matrix).every(Number.isFinite));
  });
});

describe('minimise', () => {
  it('finds the minimum of an ill-conditioned bowl', async () => {
    const scales = [1, 10, 100, 1000];
    const found = await minimise(
      (point, gradient) => {
        let value = 0;
        for (let i = 0; i < 4; i++) {
          value += (scales[i]! * (point[i]! - i) ** 2) / 2;
          gradient[i] = scales[i]! * (point[i]! - i);
        }
        return value;
      },
      new Float64Array(4),
      { maxIterations: 200, tolerance: 1e-10 },
    );
    assert.ok(found.converged);
    found.point.forEach((value, i) => {
      assert.ok(Math.abs(value - i) < 1e-9);
    });
  });
});
