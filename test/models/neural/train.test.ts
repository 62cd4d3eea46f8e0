import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createMatrix, takeMatrixRows } from '../../../src/features/index.ts';
import { modelKind, type Parameters } from '../../../src/models/index.ts';
import type { FitInput } from '../../../src/models/model.ts';
import { NeuralModel } from '../../../src/models/neural/model.ts';
import { Schedule } from '../../../src/models/neural/schedule.ts';
import { refusesDamage } from '../damaged.ts';
import { accuracy, generateInput } from '../generated.ts';

async function fit(kind: string, input: FitInput, parameters: Parameters): Promise<NeuralModel> {
  const model = await modelKind(kind).create(parameters).fit(input, { seed: 4 });
  assert.ok(model instanceof NeuralModel);
  return model;
}

const KINDS = ['ann', 'dnn', 'cnn', 'rnn', 'gru', 'gru-deep', 'lstm', 'transformer'];

describe('neural networks', () => {
  it('learn a tiny set by heart, each named one with its own layers', async () => {
    const input = generateInput({ rows: 24, classes: 3 });
    // Labels that follow from nothing.
    const labels = input.labels.map((_, i) => (i * 7 + (i >> 2)) % 3);
    for (const kind of KINDS) {
      const more = kind === 'gru-deep' ? { epochs: 250, l1: 0 } : { epochs: 120 };
      const model = await fit(
        kind,
        { ...input, labels },
        { batch: 24, learningRate: 0.02, ...more },
      );
      const reached = accuracy(model.score(input.matrix), { ...input, labels });
      assert.equal(reached, 1, `${kind} ${reached}`);
      assert.ok(model.epochs.at(-1)!.loss < model.epochs[0]!.loss);
    }
  });

  it('learn with every optimiser, loss and schedule', async () => {
    const input = generateInput({ rows: 300, classes: 3 });
    const fresh = generateInput({ rows: 300, classes: 3, seed: 8 });
    const variants: Parameters[] = [
      { optimiser: 'sgd', learningRate: 0.05 },
      { optimiser: 'adamw', l2: 0.01 },
      { loss: 'focal' },
      { loss: 'squared-error', labelSmoothing: 0.05 },
      { loss: 'binary-cross-entropy', labelSmoothing: 0.05 },
      { labelSmoothing: 0.1, l1: 1e-4 },
      { schedule: 'step' },
      { schedule: 'plateau' },
      { schedule: 'constant', classWeight: 'balanced' },
    ];
    for (const variant of variants) {
      const base = { batch: 32, learningRate: 0.01, epochs: 15 };
      const model = await fit('ann', input, { ...base, ...variant });
      const reached = accuracy(model.score(fresh.matrix), fresh);
      assert.ok(reached > 0.65, `${JSON.stringify(variant)} ${reached}`);
    }
  });

  it('stop early by rows held out and keep the weights of the best epoch', async () => {
    const input = generateInput({ rows: 200, classes: 3 });
    const heldOut = Int32Array.from({ length: 60 }, (_, i) => 3 * i);
    const base = { batch: 16, learningRate: 0.02, epochs: 200, schedule: 'constant' };
    const model = await fit('ann', { ...input, heldOut }, { ...base, earlyStopping: 5 });
    assert.equal(model.ending, 'early stopping');
    const losses = model.epochs.map((epoch) => epoch.heldOutLoss!);
    assert.equal(losses.indexOf(Math.min(...losses)), losses.length - 6);
    const scores = model.score(takeMatrixRows(input.matrix, heldOut));
    let loss = 0;
    heldOut.forEach((row, i) => {
      loss -= Math.log(scores[3 * i + input.labels[row]!]!) / heldOut.length;
    });
    assert.ok(Math.abs(loss - Math.min(...losses)) < 1e-4, 'the weights are those of that epoch');
    const own = await fit('ann', input, { ...base, earlyStopping: 3 });
    assert.ok(own.epochs.every((epoch) => epoch.heldOutLoss! >= 0));
  });

  it('end a training that diverges, with the reason and weights that still score', async () => {
    const input = generateInput({ rows: 200, classes: 3 });
    const wild = { optimiser: 'sgd', learningRate: 10, clip: 0, epochs: 50 };
    const model = await fit('ann', input, wild);
    assert.equal(model.ending, 'divergence');
    assert.ok(model.epochs.length < 50);
    assert.ok(model.score(input.matrix).every((share) => share >= 0 && share <= 1));
    const calm = await fit('ann', input, { epochs: 2 });
    assert.equal(calm.ending, 'epochs');
    assert.equal(calm.epochs.length, 2);
  });

  it('embed categories, which standardising would put in an order', async () => {
    const rows = 600;
    const matrix = createMatrix(rows, ['noise', 'code']);
    const labels = new Int32Array(rows);
    for (let i = 0; i < rows; i++) {
      const code = (i * 31 + (i >> 3)) % 40;
      matrix.data.set([Math.sin(i), code], 2 * i);
      labels[i] = (code * 13 + (code >> 1)) % 2;
    }
    const input = { matrix, labels, classes: ['a', 'b'] };
    const base = { epochs: 25, batch: 32, learningRate: 0.02 };
    const model = await fit('ann', input, { ...base, categories: 'code' });
    assert.ok(accuracy(model.score(matrix), input) > 0.99);
    const [noise, code] = model.importances();
    assert.ok(code! > 3 * noise!);
    const unknown = modelKind('ann').create({ categories: 'nobody' });
    await assert.rejects(unknown.fit(input, { seed: 1 }), { code: 'MODEL_PARAMETER' });
  });

  it('score a row alone as among others, each named one', async () => {
    const input = generateInput({ rows: 70, classes: 3 });
    for (const kind of KINDS) {
      const model = await fit(kind, input, { epochs: 1 });
      const together = model.score(input.matrix);
      for (const row of [0, 33, 69]) {
        const alone = model.score(takeMatrixRows(input.matrix, Int32Array.of(row)));
        assert.deepEqual(alone, together.slice(3 * row, 3 * row + 3), kind);
      }
    }
  });

  it('explain the gap of a row to the mean row', async () => {
    const input = generateInput({ rows: 300, classes: 3 });
    for (const kind of ['ann', 'dnn', 'gru']) {
      const model = await fit(kind, input, { epochs: 8, batch: 32, learningRate: 0.01 });
      const means = createMatrix(1, input.matrix.names);
      for (let at = 0; at < input.matrix.data.length; at++) {
        means.data[at % 6]! += input.matrix.data[at]! / 300;
      }
      const margin = (shares: Float32Array, k: number): number => {
        const logs = [0, 1, 2].map((at) => Math.log(shares[at]!));
        return logs[k]! - (logs[0]! + logs[1]! + logs[2]!) / 3;
      };
      for (const [row, k] of [
        [5, 0],
        [17, 2],
      ] as const) {
        const own = margin(model.score(takeMatrixRows(input.matrix, Int32Array.of(row))), k);
        const wanted = own - margin(model.score(means), k);
        const sum = model.explain(input.matrix, row, k).reduce((total, part) => total + part, 0);
        assert.ok(
          Math.abs(sum - wanted) < 0.05 * (1 + Math.abs(wanted)),
          `${kind} ${sum} ${wanted}`,
        );
      }
    }
  });

  it('refuse networks that cannot be', () => {
    const wrong = [
      'no JSON',
      '[]',
      '{"layers":5}',
      '{"layers":[{"layer":"magic"}]}',
      '{"layers":[{"layer":"dense"}]}',
      '{"layers":[{"layer":"dense","units":0}]}',
      '{"layers":[{"layer":"dense","units":4,"colour":"red"}]}',
      '{"layers":[{"layer":"dropout","share":1}]}',
      '{"layers":[],"steps":0}',
      '{"layers":[],"more":1}',
    ];
    for (const network of wrong) {
      assert.throws(
        () => modelKind('ann').create({ network }),
        { code: 'MODEL_PARAMETER' },
        network,
      );
    }
    modelKind('ann').create({ network: '{"layers":[]}' });
  });

  it('keep their history in the file, and read files without accuracies', async () => {
    const input = generateInput({ rows: 90, classes: 3 });
    const model = await fit('ann', input, { epochs: 3, earlyStopping: 9 });
    const { kind, parameters, classes, features } = model;
    const facts = { kind, parameters, classes, features };
    const tensors = new Map(model.tensors().map((tensor) => [tensor.name, tensor]));
    const load = () => modelKind('ann').load({ ...facts, tensors });
    assert.deepEqual(load().training, model.training);
    assert.equal(model.training.epochs.length, 3);
    assert.ok(model.training.epochs.every(({ balancedAccuracy }) => balancedAccuracy !== null));
    const data = Float64Array.of(0.5, -1, 0.002, 3);
    tensors.set('epochs', { name: 'epochs', type: 'F64', shape: [1, 4], data });
    const none = { accuracy: null, heldOutAccuracy: null, balancedAccuracy: null };
    assert.deepEqual(load().training?.epochs, [
      { loss: 0.5, heldOutLoss: null, rate: 0.002, slope: 3, ...none },
    ]);
    tensors.set('epochs', { name: 'epochs', type: 'F64', shape: [2, 2], data });
    assert.throws(load, { code: 'MODEL_FILE' });
  });

  it('refuse damaged files', async () => {
    const input = generateInput({ rows: 60, classes: 3 });
    const model = await fit('dnn', input, { epochs: 1 });
    refusesDamage(model, [
      ['layer0.weight', 3, Number.NaN],
      ['layer1.variance', 0, -1],
      ['scale', 2, -1],
      ['shift', 0, Number.POSITIVE_INFINITY],
      ['present', 0, 1],
      ['present', 2, 3],
      ['ending', 0, 7],
      ['epochs', 0, Number.NaN],
    ]);
  });

  it('lower the learning rate as planned', () => {
    const rates = (schedule: 'constant' | 'step' | 'cosine' | 'plateau', losses: number[]) => {
      const plan = new Schedule({ schedule, rate: 1, epochs: 6 });
      return losses.map((loss, epoch) => {
        const rate = plan.rate(epoch);
        plan.saw(loss);
        return Number(rate.toFixed(3));
      });
    };
    const falling = [6, 5, 4, 3, 2, 1];
    assert.deepEqual(rates('constant', falling), [1, 1, 1, 1, 1, 1]);
    assert.deepEqual(rates('step', falling), [1, 1, 0.3, 0.3, 0.09, 0.09]);
    assert.deepEqual(rates('cosine', falling), [1, 0.933, 0.75, 0.5, 0.25, 0.067]);
    assert.deepEqual(rates('plateau', [6, 5, 5, 5, 4, 4]), [1, 1, 1, 1, 0.3, 0.3]);
  });
});
