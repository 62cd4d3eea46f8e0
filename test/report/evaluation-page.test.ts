import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LeakVerdict, trainModel } from '../../src/evaluate/index.ts';
import { confusionChart, evaluationPage, pageHtml, viewCharts } from '../../src/report/index.ts';
import { madeFlows } from '../evaluate/flows.ts';

const { evaluation } = await trainModel({
  data: madeFlows(3000),
  modelKind: 'tree',
  parameters: { maxDepth: 4 },
  seed: 1,
});

test('the page leads with the warnings, never with accuracy, and says the same each time', () => {
  const html = pageHtml(evaluationPage(evaluation));
  const first = html.indexOf('Know this first');
  assert.ok(first > 0 && first < html.indexOf('>Figures</h2>'));
  assert.doesNotMatch(html, />accuracy</i);
  assert.equal(html, pageHtml(evaluationPage(evaluation)));
  assert.doesNotMatch(html, /NaN|undefined/);
});

test('curves carry the threshold in use and the band', () => {
  const view = evaluation.views[0]!;
  const [roc] = viewCharts(view, evaluation.threshold.value);
  assert.ok(roc?.kind === 'lines');
  assert.equal(roc.points?.[0]?.y, view.recall.value);
  assert.equal(roc.points?.[0]?.x, view.falsePositiveRate.value);
  assert.equal(roc.lines[1]?.bandOnly, true);
  assert.match(roc.note ?? '', /band: bootstrap/);
});

test('shares of a confusion add up to one a true class, counts to its rows', () => {
  const size = evaluation.classes.length;
  for (const shares of [false, true]) {
    const { values } = confusionChart(evaluation, shares);
    for (let row = 0; row < size; row++) {
      const sum = values
        .slice(row * size, (row + 1) * size)
        .reduce<number>((a, b) => a + (b ?? 0), 0);
      const { support } = evaluation.byClass.perClass[row]!;
      assert.ok(Math.abs(sum - (shares ? 1 : support)) < 1e-9);
    }
  }
});

test('a failed leak gate stands on the page', () => {
  const leaks: LeakVerdict = {
    version: 1,
    passed: false,
    findings: [
      { name: 'same-rows', weight: 'leak', where: 'split', text: '5 rows.', todo: 'Part them' },
    ],
    accepted: [],
    checked: ['same-rows'],
    unchecked: [],
  };
  const html = pageHtml(evaluationPage(evaluation, leaks));
  assert.match(html, /figures are not to be trusted/);
  assert.match(html, /LEAK same-rows: 5 rows\. Part them\./);
});
