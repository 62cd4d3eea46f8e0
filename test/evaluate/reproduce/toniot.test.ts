import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDataset } from '../../../src/datasets/index.ts';
import { reproduce, reproductionText } from '../../../src/evaluate/index.ts';
import { figuresOf } from '../../../src/evaluate/reproduce/arm.ts';
import {
  partTonIot,
  TONIOT_COLUMNS,
  tonIotArm,
  tonIotSpec,
} from '../../../src/evaluate/reproduce/toniot-rows.ts';
import { sharedMissing, sharedPath } from '../../shared-data.ts';
import { madeFlows } from '../flows.ts';
import { madeZeekFlows } from './zeek-flows.ts';

const options = { seed: 2, quick: 2000 };
const data = madeZeekFlows(2000, false);
const binary = await reproduce('toniot-binary', madeZeekFlows(2000, true), options);
const multiclass = await reproduce('toniot-multiclass', data, options);

test('logarithms stand before the scaling of numbers alone', () => {
  const kinds = (log: boolean): string[][] =>
    tonIotSpec(data, { select: false, log }).plans.map(({ steps }) =>
      steps.map((each) => each.kind),
    );
  assert.deepEqual(kinds(true)[0], ['impute', 'log1p', 'standard']);
  assert.deepEqual(kinds(false)[0], ['impute', 'standard']);
  assert.deepEqual(kinds(true).at(-1), kinds(false).at(-1));
});

test('equal rows stay on one side of the honest split and no other', () => {
  const cells = (row: number): string =>
    TONIOT_COLUMNS.map((name) => {
      const at = data.table.schema.columns.findIndex((column) => column.name === name);
      const column = data.table.columns[at]!;
      return column.kind === 'text' ? column.codes[row] : column.values[row];
    }).join();
  const shared = (split: 'random' | 'identical'): number => {
    const { train, test: judged } = partTonIot(data, split, options);
    assert.equal(train.length + judged.length, 2000);
    const taught = new Set(Array.from(train, cells));
    return judged.filter((row) => taught.has(cells(row))).length;
  };
  assert.equal(shared('identical'), 0);
  assert.ok(shared('random') > 100);
});

test('a lost class teaches nothing and counts as another', async () => {
  const form = {
    fittedOn: 'all',
    split: 'random',
    select: false,
    log: false,
    weigh: false,
  } as const;
  const arm = await tonIotArm(data, { ...form, lost: { class: 'backdoor', as: 'ddos' } }, options);
  assert.deepEqual(arm.train.classes, ['normal', 'ddos', 'scanning']);
  const taught = arm.parts.train.filter((row) => data.labels[row] !== 1);
  assert.equal(arm.train.labels.length, taught.length);
  arm.parts.test.forEach((row, i) => {
    assert.equal(arm.truth[i], [0, 1, 1, 2][data.labels[row]!]);
  });
});

test('the preparation learns from training rows alone where it is honest', async () => {
  const form = {
    fittedOn: 'train',
    split: 'random',
    select: true,
    log: false,
    weigh: true,
  } as const;
  const honest = await tonIotArm(data, form, options);
  const leaky = await tonIotArm(data, { ...form, fittedOn: 'all' }, options);
  // As in the release that the report used, 65 % of the weight is normal.
  const { weights, labels } = honest.train;
  const sum = (wanted: number): number =>
    weights!.reduce((total, weight, i) => total + (labels[i] === wanted ? weight : 0), 0);
  const normal = sum(0) / weights!.reduce((total, weight) => total + weight, 0);
  assert.ok(Math.abs(normal - 300_000 / 461_043) < 1e-4);
  assert.notEqual(honest.fitted.pipeline.hash(), leaky.fitted.pipeline.hash());
  assert.ok(leaky.fitted.encoded > leaky.fitted.uncorrelated);
  assert.ok(leaky.fitted.uncorrelated >= leaky.fitted.pipeline.names.length);
});

test('the gate marks preparation and split of the protocol, and passes the honest one', () => {
  for (const found of [binary, multiclass]) {
    const [, , prepared] = found.steps;
    assert.ok(prepared!.leaks.includes('fitted-on-test-cells'));
    const split = found.steps.at(-1)!;
    assert.ok(split.leaks.includes('identical-vectors') && split.leaks.includes('group-overlap'));
    assert.deepEqual(split.flaws, ['leaks']);
    assert.equal(found.honestLeaks.passed, true);
    assert.ok(found.steps.flatMap(({ costs }) => costs).every(({ after }) => after.rows > 0));
  }
});

test('the binary part has five models with their best parameters', () => {
  assert.deepEqual(
    binary.models.map(({ kind, printed }) => [kind, printed['balanced accuracy']]),
    [
      ['logistic', 0.8598],
      ['logistic', 0.8596],
      ['tree', 0.9885],
      ['knn', 0.9891],
      ['forest', 0.9891],
    ],
  );
  assert.equal(binary.goals[0]!.printed, 0.9891);
});

test('the multiclass part says which class is lost, and has every net of the report', () => {
  const step = multiclass.steps.find(({ name }) => name.startsWith('one-hot targets'))!;
  assert.deepEqual(step.flaws, ['loses rows']);
  const gone = data.labels.filter((label) => label === 1).length;
  assert.equal(step.rows, 2000 - gone);
  const [cost] = step.costs;
  assert.equal(cost!.after.rows, cost!.before.rows);
  assert.ok(cost!.after.trained > cost!.before.trained);
  assert.equal(multiclass.goals[0]!.printed, 0.7887);
  const nets = multiclass.models.filter(({ printed }) => printed.accuracy !== undefined);
  assert.deepEqual(
    nets.map(({ name, printed }) => [name, printed.accuracy]),
    [
      ['ANN', 0.4533],
      ['CNN', 0.453],
      ['RNN', 0.7887],
      ['GRU', 0.7794],
      ['deep GRU', 0.65],
    ],
  );
  for (const { name, parameters, protocol } of nets) {
    assert.match(String(parameters['network']), /^prior-/);
    assert.ok(protocol.figures.accuracy.value! > 0.25, name);
  }
  const costs = multiclass.steps.flatMap((each) => each.costs.map(({ instead }) => instead));
  assert.ok(costs.includes('logarithms before scaling'));
  assert.match(reproductionText(multiclass), /Seconds an epoch, .*deep GRU \d.* 34 to 139/);
  assert.match(reproductionText(multiclass), /one-hot targets, first dropped .*LOSES ROWS/);
});

test('figures of a row of probabilities', () => {
  const figures = figuresOf(
    Float32Array.of(0.9, 0.1, 0.2, 0.8, 0.6, 0.4, 0.3, 0.7),
    Int32Array.of(0, 1, 1, 0),
    ['normal', 'attack'],
  );
  assert.equal(figures.accuracy.value, 0.5);
  assert.equal(figures['balanced accuracy'].value, 0.5);
  assert.equal(figures['ROC AUC'].value, 0.75);
});

test('other data are refused', async () => {
  await assert.rejects(reproduce('toniot-binary', madeFlows(1000), { seed: 1 }), /TON_IoT/);
});

test('the protocol meets its printed figure on the published file', {
  skip: sharedMissing,
}, async () => {
  const reader = await openDataset('ton-iot');
  const path = sharedPath('data/ton_iot/train_test_network.csv.gz');
  const table = await reader.read([path], { target: 'type' });
  const found = await reproduce('toniot-multiclass', table, { seed: 1, quick: 20_000 });
  assert.ok(found.goals[0]!.met, JSON.stringify(found.goals));
  assert.equal(found.honestLeaks.passed, true);
});
