import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import type {
  LayerDescription,
  NetworkDescription,
} from '../../../src/models/neural/description.ts';
import {
  binaryCrossEntropy,
  type ClassBatch,
  crossEntropy,
  focalLoss,
  squaredError,
  squaredShares,
} from '../../../src/models/neural/loss.ts';
import { Network } from '../../../src/models/neural/network.ts';
import { type Pieces, WHOLE } from '../../../src/models/neural/pieces.ts';

const ROWS = 5;
const INPUTS = 12;
const OUTPUTS = 3;

/** Holds slopes by sampled weights and inputs against differences of the loss. */
function check(
  description: NetworkDescription,
  columns: readonly number[] = [],
  { step, within, pieces }: { step: number; within: number; pieces?: readonly Pieces[] } = {
    step: 4e-3,
    within: 4e-3,
  },
): void {
  const rest = pieces ? { pieces } : {};
  const categories = { columns: columns.map((column) => ({ column, words: 4 })), size: 3 };
  const network = new Network(
    { description, inputs: INPUTS, outputs: OUTPUTS, categories, ...rest },
    { rows: ROWS, training: true, inputSlopes: true },
  );
  network.open(new Random(5));
  const { space, input, output } = network;
  const random = new Random(9);
  const cells = space.view(input.at, ROWS * INPUTS);
  cells.forEach((_, i) => {
    cells[i] = columns.includes(i % INPUTS) ? random.int(4) : random.normal();
  });
  // Biases and scales too are moved off where they begin.
  for (const weight of space.weights) {
    if (!weight.slope) continue;
    const values = space.view(weight.at, weight.size);
    values.forEach((value, i) => {
      values[i] = value + 0.2 * random.normal();
    });
  }
  const kept = network.snapshot();
  const labels = Int32Array.from({ length: ROWS }, (_, i) => i % OUTPUTS);
  const batch: ClassBatch = {
    out: space.view(output.at, ROWS * OUTPUTS),
    slopes: space.view(output.slope, ROWS * OUTPUTS),
    rows: ROWS,
    width: OUTPUTS,
    labels,
    weights: Float64Array.of(1, 2, 0.5, 1, 3),
    divisor: 1,
  };
  const lossAt = (): number => {
    network.forward(ROWS, { training: true, random: new Random(2) });
    return crossEntropy(batch);
  };
  lossAt();
  for (const { slope, size } of space.weights) if (slope) space.clear(slope, size);
  network.backward(ROWS);
  const compare = (name: string, at: number, slope: number, size: number): void => {
    const values = space.view(at, size);
    const slopes = space.view(slope, size).slice();
    const picks =
      size <= 24 ? [...slopes.keys()] : Array.from({ length: 24 }, () => random.int(size));
    for (const i of picks) {
      const value = values[i]!;
      values[i] = value + step;
      const above = lossAt();
      values[i] = value - step;
      const below = lossAt();
      values[i] = value;
      const seen = (above - below) / (2 * step);
      const gap = Math.abs(seen - slopes[i]!);
      assert.ok(gap < within * (1 + Math.abs(seen)), `${name} ${i}: ${slopes[i]} but ${seen}`);
    }
  };
  for (const { name, at, slope, size } of space.weights) if (slope) compare(name, at, slope, size);
  const inputs = space.view(input.slope, ROWS * INPUTS).slice();
  if (columns.length === 0) compare('input', input.at, input.slope, ROWS * INPUTS);
  assert.ok(
    inputs.some((value) => value !== 0),
    'slopes reach the input',
  );
  network.restore(kept);
}

const LAYERS: Readonly<Record<string, NetworkDescription>> = {
  dense: { layers: [{ layer: 'dense', units: 7 }] },
  'dense over steps': { steps: 4, layers: [{ layer: 'dense', units: 5, activation: 'tanh' }] },
  sigmoid: { layers: [{ layer: 'dense', units: 6, activation: 'sigmoid' }] },
  gelu: { layers: [{ layer: 'dense', units: 6, activation: 'gelu' }] },
  softmax: { layers: [{ layer: 'dense', units: 6, activation: 'softmax' }] },
  'activation not in place': {
    steps: 3,
    layers: [
      { layer: 'rnn', units: 5, sequence: true },
      { layer: 'activation', activation: 'sigmoid' },
    ],
  },
  'conv1d valid': { steps: 6, layers: [{ layer: 'conv1d', filters: 5, padding: 'valid' }] },
  'conv1d same': { steps: 'columns', layers: [{ layer: 'conv1d', filters: 5, width: 4 }] },
  'conv1d with strides': {
    steps: 6,
    layers: [{ layer: 'conv1d', filters: 3, stride: 2 }],
  },
  'conv1d causal and dilated': {
    steps: 6,
    layers: [
      { layer: 'conv1d', filters: 4, dilation: 2, padding: 'causal' },
      { layer: 'conv1d', filters: 4, dilation: 2, width: 2 },
    ],
  },
  'average pool': {
    steps: 6,
    layers: [
      { layer: 'conv1d', filters: 4 },
      { layer: 'average-pool', width: 4 },
    ],
  },
  flatten: { steps: 4, layers: [{ layer: 'flatten' }, { layer: 'dense', units: 4 }] },
  'steps that need filling up': { steps: 5, layers: [{ layer: 'dense', units: 4 }] },
  rnn: { steps: 4, layers: [{ layer: 'rnn', units: 5 }] },
  gru: { steps: 4, layers: [{ layer: 'gru', units: 5 }] },
  lstm: { steps: 4, layers: [{ layer: 'lstm', units: 5 }] },
  'gru over gru': {
    steps: 4,
    layers: [
      { layer: 'gru', units: 6, sequence: true },
      { layer: 'gru', units: 5 },
    ],
  },
  'lstm in both directions': {
    steps: 4,
    layers: [
      { layer: 'lstm', units: 3, sequence: true, bidirectional: true },
      { layer: 'rnn', units: 4, bidirectional: true },
    ],
  },
  attention: { steps: 4, layers: [{ layer: 'attention' }] },
  'attention with heads': {
    steps: 3,
    layers: [
      { layer: 'dense', units: 6 },
      { layer: 'attention', heads: 2 },
      { layer: 'layer-norm' },
    ],
  },
  position: {
    steps: 4,
    layers: [{ layer: 'dense', units: 4 }, { layer: 'position' }, { layer: 'attention', heads: 2 }],
  },
  'batch-norm': { layers: [{ layer: 'dense', units: 6 }, { layer: 'batch-norm' }] },
  'batch-norm over steps': { steps: 3, layers: [{ layer: 'batch-norm' }] },
  'layer-norm': { layers: [{ layer: 'layer-norm' }, { layer: 'dense', units: 6 }] },
  dropout: {
    layers: [
      { layer: 'dense', units: 9 },
      { layer: 'dropout', share: 0.4 },
    ],
  },
};

describe('slopes', () => {
  for (const [name, description] of Object.entries(LAYERS)) {
    it(`through ${name} are what differences of the loss show`, () => check(description));
  }

  it('through relu and max-pool, too, away from their kinks', () => {
    const layers: LayerDescription[] = [
      { layer: 'conv1d', filters: 4, activation: 'relu' },
      { layer: 'max-pool', width: 2 },
    ];
    // A short step meets few kinks, but rounding shows more.
    check({ steps: 6, layers }, [], { step: 3e-4, within: 1e-2 });
  });

  it('through tables of categories', () => {
    check({ layers: [{ layer: 'dense', units: 5 }] }, [2, 7]);
  });

  it('through pieces of columns, in one step or each column a step', () => {
    const own = (c: number): Pieces => {
      const edges = Float32Array.of(-2, -0.5, 0.1 * c, 1.5 + 0.1 * c);
      const shift = Float32Array.of(0.9, 0.5, 0.1);
      return { edges, shift, scale: Float32Array.of(1.5, 2, 0.7) };
    };
    const pieces = Array.from({ length: INPUTS }, (_, c) => (c % 3 === 0 ? WHOLE : own(c)));
    const layers: LayerDescription[] = [{ layer: 'dense', units: 5, activation: 'tanh' }];
    for (const steps of [1, 4, 'columns'] as const) {
      check({ steps, layers }, [], { step: 2e-3, within: 8e-3, pieces });
      check({ steps, layers }, [2, 7], { step: 2e-3, within: 8e-3, pieces });
    }
  });

  it('of every loss are what its differences show', () => {
    const random = new Random(3);
    const [rows, width] = [6, 4];
    const out = Float32Array.from({ length: rows * width }, () => 2 * random.normal());
    const slopes = new Float32Array(out.length);
    const base = {
      out,
      slopes,
      rows,
      width,
      labels: Int32Array.of(0, 1, 2, 3, 1, 2),
      weights: Float64Array.of(1, 0.5, 2, 1, 3, 0),
      divisor: 2,
      values: Float32Array.from(out, () => random.normal()),
    };
    const losses: Readonly<Record<string, () => number>> = {
      crossEntropy: () => crossEntropy(base),
      smoothed: () => crossEntropy(base, { smoothing: 0.1 }),
      focal: () => focalLoss(base, { focus: 2 }),
      binary: () => binaryCrossEntropy(base),
      binarySmoothed: () => binaryCrossEntropy(base, { smoothing: 0.2 }),
      squared: () => squaredError(base),
      squaredShares: () => squaredShares(base),
      squaredSharesSmoothed: () => squaredShares(base, { smoothing: 0.2 }),
    };
    for (const [name, loss] of Object.entries(losses)) {
      loss();
      const given = slopes.slice();
      for (let i = 0; i < out.length; i++) {
        const value = out[i]!;
        out[i] = value + 1e-2;
        const above = loss();
        out[i] = value - 1e-2;
        const below = loss();
        out[i] = value;
        const seen = (above - below) / 2e-2 / base.divisor;
        assert.ok(Math.abs(seen - given[i]!) < 2e-4, `${name} ${i}: ${given[i]} but ${seen}`);
      }
    }
  });
});
