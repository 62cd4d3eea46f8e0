import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { createMatrix, type Matrix, takeMatrixRows } from '../../../src/features/index.ts';
import { type FitInput, modelKind, type Parameters } from '../../../src/models/index.ts';
import type { AutoencoderModel } from '../../../src/models/neural/autoencoder.ts';
import {
  learnMirror,
  mirrorColumns,
  mirrorWidth,
  writeMirror,
} from '../../../src/models/neural/mirror.ts';
import type { TrainingEvent } from '../../../src/models/training.ts';
import { refusesDamage } from '../damaged.ts';
import { generateInput } from '../generated.ts';

/** Points on a plane in four dimensions; `off` times a normal number away from it. */
function plane(rows: number, seed: number, off = 0): Matrix {
  const random = new Random(seed);
  const matrix = createMatrix(rows, ['a', 'b', 'c', 'd']);
  for (let i = 0; i < rows; i++) {
    const [x, y] = [random.normal(), random.normal()];
    matrix.data.set([x, y, x + y + off * random.normal(), x - y], 4 * i);
  }
  return matrix;
}

const LINEAR: Parameters = {
  network: '{"layers":[{"layer":"dense","units":2}]}',
  ...{ epochs: 30, batch: 32, learningRate: 0.02 },
};
const fit = async (input: FitInput, own: Parameters = LINEAR): Promise<AutoencoderModel> =>
  (await modelKind('autoencoder').create(own).fit(input, { seed: 2 })) as AutoencoderModel;

const classes = ['normal', 'threat'];
const usual: FitInput = { matrix: plane(2000, 1), labels: new Int32Array(2000), classes };

/** A number and two columns of three words, of which the second always is that of the first. */
const worded: FitInput = (() => {
  const random = new Random(8);
  const matrix = createMatrix(1200, ['a', 'first', 'second']);
  for (let i = 0; i < 1200; i++) {
    const word = random.int(3);
    matrix.data.set([random.normal(), word, word], 3 * i);
  }
  return { matrix: { ...matrix, codes: [1, 2] }, labels: new Int32Array(1200), classes };
})();

const mean = (values: Float64Array): number =>
  values.reduce((sum, each) => sum + each, 0) / values.length;

describe('autoencoder', () => {
  it('gives back what lies where harmless rows lie, and nothing else', async () => {
    const model = await fit(usual);
    const [on, off] = [model.errors(plane(500, 5)), model.errors(plane(500, 5, 1))];
    assert.ok(mean(on) < 0.01, `${mean(on)} on the plane`);
    assert.ok(mean(off) > 20 * mean(on), `${mean(off)} off the plane`);
    assert.ok(model.epochs.at(-1)!.loss < 0.05);
    assert.equal(model.ending, 'epochs');
    assert.deepEqual(
      model.training.layers.map(({ layer, channels }) => [layer, channels]),
      [
        ['dense', 2],
        ['dense (output)', 4],
      ],
    );
  });

  it('scores one half where one harmless row in a hundred is given back worse', async () => {
    const noisy = { ...usual, matrix: plane(2000, 1, 0.3) };
    const model = await fit(noisy);
    const scores = model.score(noisy.matrix);
    const above = usual.labels.filter((_, row) => scores[2 * row + 1]! > 0.5).length;
    assert.ok(above >= 15 && above <= 20, `${above} of 2000`);
    for (let row = 0; row < 50; row++) {
      assert.ok(Math.abs(scores[2 * row]! + scores[2 * row + 1]! - 1) < 1e-6);
    }
    const asked = plane(50, 9, 2);
    const [errors, shares] = [model.errors(asked), model.score(asked)];
    for (let a = 0; a < 50; a++) {
      for (let b = 0; b < 50; b++) {
        if (errors[a]! > errors[b]!) assert.ok(shares[2 * a + 1]! >= shares[2 * b + 1]!);
      }
    }
  });

  it('explains a score by the columns that were given back badly', async () => {
    const model = await fit(usual);
    const asked = plane(20, 7);
    for (let row = 0; row < 20; row++) asked.data[4 * row + 2]! += 6;
    const scores = model.score(asked);
    for (let row = 0; row < 20; row++) {
      const parts = model.explain(asked, row, 1);
      const sum = parts.reduce((total, part) => total + part, 0);
      assert.ok(Math.abs(sum - scores[2 * row + 1]!) < 1e-5);
      assert.ok(parts.every((part) => part >= 0));
      const other = model.explain(asked, row, 0);
      parts.forEach((part, c) => {
        assert.ok(Math.abs(part + other[c]!) < 1e-12);
      });
    }
  });

  it('learns from harmless rows alone: what threats look like changes no weight', async () => {
    const threats = plane(300, 3, 5);
    const matrix = createMatrix(2300, ['a', 'b', 'c', 'd']);
    matrix.data.set(usual.matrix.data);
    matrix.data.set(threats.data, 4 * 2000);
    const labels = Int32Array.from({ length: 2300 }, (_, row) => Number(row >= 2000));
    const both = await fit({ matrix, labels, classes });
    const alone = await fit(usual);
    const weights = (model: AutoencoderModel) =>
      model.tensors().filter(({ name }) => name !== 'importances' && name !== 'shares');
    assert.deepEqual(weights(both), weights(alone));
    // Their rows do say which columns the errors of these data come from.
    assert.notDeepEqual(both.importances(), alone.importances());
    const second = await fit({ matrix, labels, classes }, { ...LINEAR, harmless: '["threat"]' });
    assert.notDeepEqual(weights(second), weights(alone));
    await assert.rejects(fit(usual, { ...LINEAR, harmless: '["nobody"]' }), {
      code: 'MODEL_INPUT',
    });
  });

  it('sees a column change that never changed before', async () => {
    const input = { ...usual, matrix: createMatrix(2000, ['a', 'b', 'c', 'd', 'flag', 'port']) };
    for (let row = 0; row < 2000; row++) {
      const cells = usual.matrix.data.subarray(4 * row, 4 * row + 4);
      input.matrix.data.set([...cells, 0, 443], 6 * row);
    }
    const model = await fit(input);
    const asked = takeMatrixRows(input.matrix, Int32Array.of(0, 0, 0));
    asked.data[6 + 4] = 1;
    asked.data[12 + 5] = 5353;
    const [plain, flagged, moved] = model.errors(asked);
    assert.ok(flagged! > plain! + 0.1 && moved! > plain! + 10, `${plain} ${flagged} ${moved}`);
  });

  it('stops early by held-out harmless rows, and tells nothing of classes', async () => {
    const events: TrainingEvent[] = [];
    const input = generateInput({ rows: 600, classes: 3 });
    const model = (await modelKind('autoencoder')
      .create({ ...LINEAR, epochs: 200, earlyStopping: 2, learningRate: 0.05 })
      .fit(input, { seed: 1, onTraining: (event) => events.push(event) })) as AutoencoderModel;
    assert.equal(model.ending, 'early stopping');
    const [first] = events;
    const harmless = input.labels.filter((label) => label === 0).length;
    assert.ok(first?.event === 'network' && first.rows + first.heldOut === harmless);
    for (const { accuracy, heldOutLoss, balancedAccuracy } of model.epochs) {
      assert.equal(accuracy, null);
      assert.equal(balancedAccuracy, null);
      assert.ok(heldOutLoss! > 0);
    }
    const heldOut = Int32Array.from(input.labels.keys()).filter((row) => row % 3 === 0);
    const own = { ...LINEAR, earlyStopping: 2 };
    const given = await fit({ ...input, heldOut }, own);
    assert.ok(given.epochs[0]!.heldOutLoss! > 0);
  });

  it('gives words back by a mark each: a strange pair and a word never seen are unusual', async () => {
    const model = await fit(worded);
    const { matrix } = worded;
    assert.deepEqual([...model.tensors()[0]!.data], [1, 3, 2, 3]);
    const asked = createMatrix(4, matrix.names);
    [0, 1, 255, -1].forEach((second, i) => {
      asked.data.set([0.5, 0, second], 3 * i);
    });
    const [usualPair, strangePair, unseen, none] = model.errors(asked);
    assert.ok(strangePair! > 10 * usualPair!, `${usualPair} and ${strangePair}`);
    assert.ok(unseen! > 5 * usualPair!, `${usualPair} and ${unseen}`);
    assert.equal(unseen, none);
    const scores = model.score(asked);
    for (let row = 0; row < 4; row++) {
      const parts = model.explain(asked, row, 1);
      assert.equal(parts.length, 3);
      const sum = parts.reduce((total, part) => total + part, 0);
      assert.ok(Math.abs(sum - scores[2 * row + 1]!) < 1e-5);
    }
    const importances = model.importances();
    assert.ok(Math.abs(importances.reduce((sum, each) => sum + each, 0) - 1) < 1e-9);
    refusesDamage(model, [
      ['categories', 1, 4],
      ['marks.on', 0, 13],
      ['marks.off', 2, -13],
    ]);
  });

  it('standardises marks, and one that never changed counts by its unit', () => {
    const rows = {
      cells: Float32Array.of(7, 0, 8, 0, 9, 1, 10, 0),
      point: Int32Array.of(0, 1, 2, 3),
      label: new Int32Array(4),
      weight: Float64Array.of(1, 1, 1, 1),
    };
    const codes = [{ column: 1, words: 2 }];
    const plan = learnMirror(codes, rows, 2);
    const to = new Float32Array(2 * mirrorWidth(plan));
    writeMirror(to, Float32Array.of(7, 1, 8, 255), 2, plan);
    const deviation = Math.sqrt(3 / 16);
    const marks = [-0.75 / deviation, 0.75 / deviation, 0, -0.75 / deviation, -0.25 / deviation, 1];
    [7, ...marks.slice(0, 3), 8, ...marks.slice(3)].forEach((wanted, i) => {
      assert.ok(Math.abs(to[i]! - wanted) < 1e-6, `${to[i]} for ${wanted} at ${i}`);
    });
    assert.deepEqual([...mirrorColumns(plan)], [0, 1, 1, 1]);
  });

  it('refuses what belongs to classes, wrong networks and damaged files', async () => {
    const create = (own: Parameters) => () => modelKind('autoencoder').create(own);
    for (const name of ['loss', 'classWeight', 'pieces']) {
      assert.throws(create({ [name]: 'balanced' }), { code: 'MODEL_PARAMETER' });
    }
    assert.throws(create({ network: '{"layers":[{"layer":"dense"}]}' }), {
      code: 'MODEL_PARAMETER',
    });
    assert.throws(create({ harmless: 'normal' }), { code: 'MODEL_PARAMETER' });
    refusesDamage(await fit(usual, { ...LINEAR, epochs: 1 }), [
      ['usual', 0, 0],
      ['shares', 0, 0.5],
      ['scale', 0, -1],
      ['ending', 0, 7],
      ['importances', 1, -1],
    ]);
  });
});
