import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { takeMatrixRows } from '../../../src/features/index.ts';
import {
  type FitInput,
  type Model,
  modelKind,
  type Parameters,
} from '../../../src/models/index.ts';
import { refusesDamage } from '../damaged.ts';
import { accuracy, generateInput } from '../generated.ts';

const PLAIN: Parameters = {
  first: 'tree',
  firstParameters: '{"maxDepth":3}',
  second: 'naive-bayes',
  calibration: 'none',
};
const fit = (input: FitInput, parameters: Parameters = PLAIN): Promise<Model> =>
  modelKind('staged').create(parameters).fit(input, { seed: 4 });

const input = generateInput({ rows: 500, classes: 4 });
const fresh = generateInput({ rows: 500, classes: 4, seed: 8 });

/** Gap between stated and seen share of the told class, in the mean over ten bins. */
function calibrationError(scores: Float32Array, { labels, classes }: FitInput): number {
  const sums = Array.from({ length: 10 }, () => ({ rows: 0, stated: 0, right: 0 }));
  labels.forEach((label, row) => {
    const shares = scores.subarray(row * classes.length, (row + 1) * classes.length);
    const top = Math.max(...shares);
    const bin = sums[Math.min(9, Math.floor(10 * top))]!;
    bin.rows++;
    bin.stated += top;
    bin.right += Number(shares.indexOf(top) === label);
  });
  return sums.reduce((sum, bin) => sum + Math.abs(bin.stated - bin.right), 0) / labels.length;
}

describe('two stages', () => {
  it('tell the epochs of each, by its name, and are the same told or not', async () => {
    const own = '{"epochs":2,"batch":64}';
    const nets = { first: 'ann', firstParameters: own, second: 'gru', secondParameters: own };
    for (const calibration of ['isotonic', 'none']) {
      const told: string[] = [];
      const estimator = modelKind('staged').create({ ...nets, calibration });
      const model = await estimator.fit(input, {
        seed: 4,
        onTraining: (event) => {
          told.push(event.event === 'network' ? event.part! : event.event);
        },
      });
      const each = ['epoch', 'epoch', 'end'];
      assert.deepEqual(told, ['first stage', ...each, 'second stage', ...each]);
      const silent = await estimator.fit(input, { seed: 4 });
      assert.deepEqual(silent.score(fresh.matrix), model.score(fresh.matrix));
    }
  });

  it('give the product of what a model of harm and a model of the threats alone say', async () => {
    const staged = await fit(input);
    const first = await modelKind('tree')
      .create({ maxDepth: 3 })
      .fit(
        {
          ...input,
          labels: input.labels.map((k) => Number(k > 0)),
          classes: ['harmless', 'threat'],
        },
        { seed: 4 },
      );
    const rows = Int32Array.from(input.labels.keys()).filter((row) => input.labels[row]! > 0);
    const second = await modelKind('naive-bayes')
      .create({})
      .fit(
        {
          matrix: takeMatrixRows(input.matrix, rows),
          labels: rows.map((row) => input.labels[row]! - 1),
          classes: input.classes.slice(1),
        },
        { seed: 4 },
      );
    const [sides, types] = [first.score(fresh.matrix), second.score(fresh.matrix)];
    const joint = staged.score(fresh.matrix);
    for (let row = 0; row < fresh.labels.length; row++) {
      assert.ok(Math.abs(joint[4 * row]! - sides[2 * row]!) < 1e-6);
      for (let j = 0; j < 3; j++) {
        const expected = sides[2 * row + 1]! * types[3 * row + j]!;
        assert.ok(Math.abs(joint[4 * row + 1 + j]! - expected) < 1e-6);
      }
    }
  });

  it('are calibrated on rows that neither stage learned from', async () => {
    const wild: Parameters = { ...PLAIN, firstParameters: '{}', second: 'tree' };
    const many = generateInput({ rows: 4000, classes: 4 });
    const raw = calibrationError((await fit(many, wild)).score(fresh.matrix), fresh);
    for (const calibration of ['isotonic', 'platt']) {
      const model = await fit(many, { ...wild, calibration });
      const reached = calibrationError(model.score(fresh.matrix), fresh);
      assert.ok(reached < raw / 2, `${calibration}: ${reached} of ${raw}`);
    }
    const heldOut = Int32Array.from({ length: 1000 }, (_, i) => 4 * i);
    const given = await fit({ ...many, heldOut }, { ...wild, calibration: 'isotonic' });
    assert.ok(calibrationError(given.score(fresh.matrix), fresh) < raw / 2);
    // What is held out decides calibration alone: the first stage's tree never saw those labels.
    const labels = many.labels.map((label, row) => (row % 4 === 0 ? (label + 1) % 4 : label));
    const spoiled = await fit({ ...many, labels, heldOut }, { ...wild, calibration: 'isotonic' });
    const tree = (model: Model) => model.tensors().filter(({ name }) => name.includes('0.base.'));
    const told = (model: Model) => tree(model).find(({ name }) => name.endsWith('feature'));
    assert.deepEqual(told(spoiled)?.data, told(given)?.data);
  });

  it('take several harmless classes as one, and split them by their rows', async () => {
    const model = await fit(input, { ...PLAIN, harmless: '["class2","class3"]' });
    const shares = model.score(fresh.matrix);
    const count = (k: number): number => input.labels.filter((label) => label === k).length;
    const ratio = count(2) / count(3);
    for (let row = 0; row < 20; row++) {
      const [two, three] = [shares[4 * row + 2]!, shares[4 * row + 3]!];
      if (three > 1e-3) assert.ok(Math.abs(two / three - ratio) < 1e-4);
    }
    await assert.rejects(fit(input, { ...PLAIN, harmless: '["nobody"]' }), { code: 'MODEL_INPUT' });
  });

  it('need no second stage where there is one threat, or none to learn from', async () => {
    const two = generateInput({ rows: 300 });
    const model = await fit(two);
    assert.ok(model.tensors().every(({ name }) => !name.startsWith('second.')));
    assert.ok(accuracy(model.score(two.matrix), two) > 0.8);
    const harmless = { ...input, labels: new Int32Array(500) };
    const quiet = await fit(harmless);
    assert.ok(quiet.score(fresh.matrix).every((share, i) => share === (i % 4 === 0 ? 1 : 0)));
  });

  it('may begin with novelty, and explain harm by the first stage alone', async () => {
    const model = await fit(input, {
      ...{ first: 'isolation-forest', second: 'tree' },
      calibration: 'isotonic',
    });
    assert.ok(accuracy(model.score(fresh.matrix), fresh) > 0.3);
    const plain = await fit(input);
    const first = await modelKind('tree')
      .create({ maxDepth: 3 })
      .fit(
        {
          ...input,
          labels: input.labels.map((k) => Number(k > 0)),
          classes: ['harmless', 'threat'],
        },
        { seed: 4 },
      );
    assert.deepEqual(plain.explain(fresh.matrix, 7, 0), first.explain(fresh.matrix, 7, 0));
    const parts = plain.explain(fresh.matrix, 7, 2);
    assert.ok(parts.reduce((sum, part) => sum + Math.abs(part), 0) <= 1 + 1e-9);
  });

  it('refuse stages that would nest, unknown kinds and damaged files', async () => {
    for (const wrong of [
      { first: 'staged' },
      { second: 'calibrated' },
      { first: 'nobody' },
      { second: 'tree', secondParameters: '{"depth":3}' },
      { firstParameters: 'trees' },
      { harmless: 'class0' },
    ]) {
      assert.throws(() => modelKind('staged').create(wrong), { name: 'WiresiftError' });
    }
    for (const kind of ['voting', 'stacking']) {
      const members = '[{"kind":"staged"}]';
      assert.throws(() => modelKind(kind).create({ members }), { code: 'MODEL_PARAMETER' });
    }
    refusesDamage(await fit(input), [
      ['shares', 0, 0.5],
      ['second.0.variance', 0, 0],
    ]);
  });
});
