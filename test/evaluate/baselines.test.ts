import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BaselineInput, baselines } from '../../src/evaluate/baselines.ts';
import { createMatrix, type Matrix } from '../../src/features/index.ts';

/** `noise` tells nothing of the label; of the two columns of `pair`, the first tells it. */
function matrix(labels: readonly number[]): Matrix {
  const made = createMatrix(labels.length, ['noise', 'pair=a', 'pair=b']);
  labels.forEach((label, row) => {
    made.data.set([row % 3, label === 1 ? 1 : 0, row % 2], row * 3);
  });
  return made;
}

const trainLabels = [0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0];
const testLabels = [1, 0, 0, 1, -1, -1];

const input: BaselineInput = {
  train: matrix(trainLabels),
  test: matrix(testLabels),
  sources: ['noise', 'pair', 'pair'],
  trainLabels: Int32Array.from(trainLabels),
  testLabels: Int32Array.from(testLabels),
  classes: ['normal', 'botnet'],
  harmless: 0,
  host: {
    kind: 'text',
    name: 'SrcAddr',
    dictionary: ['bot', 'office', 'new'],
    codes: Int32Array.from([...trainLabels.map((l) => (l === 1 ? 0 : 1)), 0, 1, 1, 0, 2, 0]),
  },
  trainRows: Int32Array.from(trainLabels, (_, row) => row),
  testRows: Int32Array.from(testLabels, (_, row) => trainLabels.length + row),
  seed: 1,
};

test('the majority knows nothing: its areas are chance', async () => {
  const [majority] = await baselines(input);
  assert.equal(majority!.note, 'always normal');
  assert.equal(majority!.rocAuc.value, 0.5);
  assert.equal(majority!.averagePrecision.value, 0.5);
  assert.equal(majority!.averagePrecisionWithBackground.value, 2 / 6);
});

test('the best column is found by its source, and told to be too easy', async () => {
  const [, column] = await baselines(input);
  assert.match(column!.note, /^depth-2 tree on pair; WARNING: .*trivially separable/);
  assert.equal(column!.rocAuc.value, 1);
});

test('identity scores a host by its past, and an unseen host by the prior', async () => {
  const [, , identity] = await baselines(input);
  assert.equal(identity!.averagePrecision.value, 1);
  // A background row of the bot ties with its two hostile rows: precision 2/3 at recall 1.
  assert.ok(Math.abs(identity!.averagePrecisionWithBackground.value! - 2 / 3) < 1e-9);
  assert.match(identity!.note, /1 of 6 rows from hosts not seen in training/);
});

test('without hostile test rows the areas are undefined, with the reason', async () => {
  const list = await baselines({ ...input, testLabels: Int32Array.of(0, 0, 0, 0, -1, -1) });
  for (const each of list) {
    assert.deepEqual(each.rocAuc, { value: null, reason: 'no positive rows' });
    assert.deepEqual(each.averagePrecisionWithBackground, {
      value: null,
      reason: 'no positive rows',
    });
    assert.doesNotMatch(each.note, /WARNING/);
  }
});
