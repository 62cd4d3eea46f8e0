import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { Activation } from '../../../src/models/neural/layers/activation.ts';
import { Attention } from '../../../src/models/neural/layers/attention.ts';
import { Gru, Lstm, SimpleRnn } from '../../../src/models/neural/layers/cells.ts';
import { Convolution } from '../../../src/models/neural/layers/convolution.ts';
import { Dense } from '../../../src/models/neural/layers/dense.ts';
import {
  BatchNormalisation,
  LayerNormalisation,
} from '../../../src/models/neural/layers/normalisation.ts';
import { Pooling } from '../../../src/models/neural/layers/pooling.ts';
import {
  binaryCrossEntropy,
  crossEntropy,
  focalLoss,
  squaredError,
} from '../../../src/models/neural/loss.ts';
import { Optimiser, type OptimiserPlan } from '../../../src/models/neural/optimiser.ts';
import {
  constant,
  glorot,
  type Layer,
  type Signal,
  Workspace,
} from '../../../src/models/neural/workspace.ts';

interface LayerCase {
  readonly out: readonly number[];
  readonly input: readonly number[];
  readonly weights: readonly (readonly number[])[];
}

/** Made by bench/scikit/neural-fixtures.py with PyTorch. */
const torch: {
  readonly layers: Readonly<Record<string, LayerCase>>;
  readonly losses: Readonly<Record<string, { loss: number; slopes: readonly number[] }>>;
  readonly optimisers: Readonly<Record<string, readonly number[]>>;
} = JSON.parse(readFileSync(new URL('fixtures/torch.json', import.meta.url), 'utf8'));

const ROWS = 3;
const SHAPE = { steps: 4, channels: 5 };
const UNITS = 6;

/** The numbers that the script makes by the same formula. */
const numbers = (n: number, count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(1 + i + 17 * n) / 2);

function close(found: ArrayLike<number>, wanted: ArrayLike<number>, where: string): void {
  assert.equal(found.length, wanted.length, where);
  for (let i = 0; i < found.length; i++) {
    const gap = Math.abs(found[i]! - wanted[i]!);
    const message = `${where} ${i}: ${found[i]} and ${wanted[i]}`;
    assert.ok(gap <= 2e-5 * (1 + Math.abs(wanted[i]!)), message);
  }
}

const recurrent = { name: 'r', units: UNITS, sequence: true };
const convolution = { name: 'c', filters: UNITS, stride: 1 };
const MAKE: Readonly<Record<string, (space: Workspace, input: Signal) => Layer>> = {
  dense: (space, input) =>
    new Dense(space, input, { name: 'd', units: UNITS, start: glorot(1, 1) }),
  rnn: (space, input) => new SimpleRnn(space, input, recurrent),
  gru: (space, input) => new Gru(space, input, recurrent),
  lstm: (space, input) => new Lstm(space, input, recurrent),
  attention: (space, input) => new Attention(space, input, { name: 'a', heads: 2 }),
  'layer-norm': (space, input) => new LayerNormalisation(space, input, 'n'),
  'batch-norm': (space, input) => new BatchNormalisation(space, input, 'n'),
  gelu: (space, input) => new Activation(space, input, { name: 'gelu', inPlace: false }),
  'max-pool': (space, input) => new Pooling(space, input, { method: 'max', width: 2, stride: 2 }),
  'average-pool': (space, input) =>
    new Pooling(space, input, { method: 'average', width: 2, stride: 2 }),
  conv1d: (space, input) =>
    new Convolution(space, input, { ...convolution, width: 3, dilation: 1, padding: 'same' }),
  'conv1d dilated': (space, input) =>
    new Convolution(space, input, { ...convolution, width: 2, dilation: 2, padding: 'valid' }),
};

describe('as PyTorch has it', () => {
  assert.deepEqual(Object.keys(torch.layers).sort(), Object.keys(MAKE).sort());
  for (const [name, wanted] of Object.entries(torch.layers)) {
    it(`${name}: output and slopes`, () => {
      const space = new Workspace({ rows: ROWS, training: true });
      // Two heads need an even number of channels.
      const own = name === 'attention' ? { ...SHAPE, channels: 6 } : SHAPE;
      const input = space.signal(own);
      const layer = MAKE[name]!(space, input);
      space.open();
      const cells = ROWS * own.steps * own.channels;
      space.view(input.at, cells).set(numbers(9, cells).map((value) => 2 * value));
      const trained = space.weights.filter(({ slope }) => slope > 0);
      trained.forEach(({ at, size }, i) => {
        space.view(at, size).set(numbers(i, size));
      });
      layer.forward(ROWS, { training: true, random: new Random(1) });
      const { at, slope, shape } = layer.output;
      const size = ROWS * shape.steps * shape.channels;
      close(space.view(at, size), wanted.out, 'output');
      space.view(slope, size).set(numbers(8, size));
      layer.backward(ROWS);
      close(space.view(input.slope, cells), wanted.input, 'input');
      trained.forEach((weight, i) => {
        close(space.view(weight.slope, weight.size), wanted.weights[i]!, weight.name);
      });
    });
  }

  it('losses and their slopes', () => {
    const [rows, width] = [5, 4];
    const slopes = new Float32Array(rows * width);
    const batch = {
      out: numbers(4, rows * width).map((value) => 6 * value),
      slopes,
      rows,
      width,
      labels: Int32Array.of(0, 3, 1, 1, 2),
      weights: Float64Array.of(1, 0.5, 2, 1, 3),
      divisor: 1,
      values: numbers(5, rows * width),
    };
    const own: Readonly<Record<string, () => number>> = {
      crossEntropy: () => crossEntropy(batch),
      smoothed: () => crossEntropy(batch, { smoothing: 0.1 }),
      focal: () => focalLoss(batch, { focus: 2 }),
      binary: () => binaryCrossEntropy(batch),
      squared: () => squaredError(batch),
    };
    for (const [name, wanted] of Object.entries(torch.losses)) {
      close([own[name]!()], [wanted.loss], name);
      close(slopes, wanted.slopes, name);
    }
  });

  it('optimisers, six steps each', () => {
    const base: OptimiserPlan = { method: 'sgd', momentum: 0, l1: 0, l2: 0.1, clip: 0 };
    const plans: Readonly<Record<string, OptimiserPlan>> = {
      sgd: { ...base, momentum: 0.9 },
      clipped: { ...base, l2: 0, clip: 1.5 },
      adam: { ...base, method: 'adam' },
      adamw: { ...base, method: 'adamw' },
    };
    for (const [name, wanted] of Object.entries(torch.optimisers)) {
      const space = new Workspace({ rows: 1, training: true });
      const weight = space.weight('w', [5, 3], constant(0), 'matrix');
      const optimiser = new Optimiser(space, plans[name]!);
      space.open();
      const values = space.view(weight.at, 15);
      const slopes = space.view(weight.slope, 15);
      values.set(numbers(0, 15));
      for (let step = 0; step < 6; step++) {
        optimiser.clear();
        const given = numbers(20 + step, 15);
        slopes.forEach((_, i) => {
          slopes[i] = 4 * given[i]! + values[i]!;
        });
        optimiser.step(0.05);
      }
      close(values, wanted, name);
    }
  });
});
