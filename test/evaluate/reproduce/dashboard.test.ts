import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WiresiftError } from '../../../src/base/index.ts';
import { reproduce, reproductionText } from '../../../src/evaluate/index.ts';
import {
  AS_PUBLISHED,
  dashboardArm,
  HONEST,
} from '../../../src/evaluate/reproduce/dashboard-rows.ts';
import { pageHtml, reproducePage } from '../../../src/report/index.ts';
import { numbers, texts } from '../../../src/table/index.ts';
import { madeFlows } from '../flows.ts';

const data = madeFlows(4000);
const truth = data.labels.map((label) => (label === 1 ? 1 : 0));
const input = { data, truth, seed: 3, dropShare: 0.5 };
const found = await reproduce('ctu13-dashboard', data, { seed: 3, quick: 3000 });

test('as published, half the judged rows are hostile and many of them made up', () => {
  const arm = dashboardArm(input, AS_PUBLISHED);
  const hostile = arm.truth.reduce((sum, label) => sum + label, 0);
  assert.ok(Math.abs(hostile / arm.truth.length - 0.5) < 0.06);
  assert.ok(arm.made.test > 0);
  const [drop, complete, smote] = arm.counts;
  assert.ok(drop!.rows < 4000 && complete!.rows < drop!.rows);
  assert.equal(smote!.rows, 2 * smote!.hostile);
  // A made row stands for a row of its own class in the file.
  arm.origin.test.rows.forEach((row, i) => {
    assert.equal(truth[row], arm.truth[i]);
  });
});

test('the honest form judges every later row and no made one', () => {
  const arm = dashboardArm(input, HONEST);
  assert.equal(arm.made.test, 0);
  assert.ok(arm.made.train > 0);
  const times = numbers(data.table, 'StartTime');
  const first = Math.min(...Array.from(arm.origin.test.rows, (row) => times[row]!));
  assert.equal(arm.truth.length, times.filter((time) => time >= first).length);
  assert.ok(arm.origin.train.rows.every((row) => times[row]! < first));
});

test('each step alone changes what it names and nothing else', () => {
  const published = dashboardArm(input, AS_PUBLISHED);
  const natural = dashboardArm(input, { ...AS_PUBLISHED, drop: 'train' });
  assert.deepEqual(natural.train.labels, published.train.labels);
  assert.ok(natural.truth.length > published.truth.length);
  const whole = dashboardArm(input, { ...AS_PUBLISHED, complete: false });
  assert.ok(whole.counts[1]!.rows > published.counts[1]!.rows);
  const after = dashboardArm(input, { ...AS_PUBLISHED, smote: 'after' });
  assert.equal(after.made.test, 0);
  const later = dashboardArm(input, { ...AS_PUBLISHED, split: 'time' });
  const times = numbers(data.table, 'StartTime');
  const first = Math.min(...Array.from(later.origin.test.rows, (row) => times[row]!));
  assert.ok(later.origin.train.rows.every((row) => times[row]! < first));
});

test('the gate finds the leaks, each at its step; the honest form has none', () => {
  const leaks = Object.fromEntries(found.steps.map(({ name, leaks: own }) => [name, own]));
  assert.deepEqual(leaks['file'], []);
  assert.deepEqual(leaks['drop rows with an empty cell'], []);
  const smote = leaks['SMOTE-NC to 50/50, before the split']!;
  assert.ok(smote.includes('resampled-before-split') && smote.includes('synthetic-test-rows'));
  assert.ok(smote.includes('fitted-on-test-cells'));
  const split = found.steps.at(-1)!;
  assert.ok(split.leaks.includes('future-in-training'));
  assert.equal(split.costs.length, 2);
  assert.equal(found.leaks.passed, false);
  assert.equal(found.honestLeaks.passed, true);
});

test('three figures a model, and the goals they are held to', () => {
  assert.deepEqual(
    found.models.map(({ kind, printed }) => [kind, printed.accuracy]),
    [
      ['logistic', 0.638],
      ['forest', 0.887],
      ['boosting', 0.89],
    ],
  );
  assert.deepEqual(
    found.goals.map(({ figure, printed }) => [figure, printed]),
    [
      ['average precision', 0.967],
      ['ROC AUC', 0.968],
      ['accuracy', 0.89],
    ],
  );
  for (const { met, ours, printed } of found.goals) assert.equal(met, ours! >= printed);
  const [model] = found.models;
  assert.ok(model!.honest.prevalence < 0.2 && model!.protocol.prevalence > 0.4);
});

test('the terminal and the page show steps, costs and figures', () => {
  const text = reproductionText(found);
  assert.match(text, /SMOTE-NC to 50\/50, before the split .*LEAKS/);
  assert.match(text, /later rows judged/);
  assert.match(text, /A quick look at 3000 rows/);
  const html = pageHtml(reproducePage(found));
  assert.ok(html.includes('rows with empty cells kept') && html.includes('<svg'));
});

test('the same seed repeats it; another data set is refused', async () => {
  const timeless = (text: string): string => text.replaceAll(/"fitSeconds":[\d.e-]+/g, '');
  const again = await reproduce('ctu13-dashboard', data, { seed: 3, quick: 3000 });
  assert.equal(timeless(JSON.stringify(again)), timeless(JSON.stringify(found)));
  const rawLabel = texts(data.table, 'Proto');
  await assert.rejects(
    reproduce('ctu13-dashboard', { ...data, rawLabel }, { seed: 1 }),
    (error: unknown) => error instanceof WiresiftError && error.code === 'PRIOR_WORK',
  );
});
