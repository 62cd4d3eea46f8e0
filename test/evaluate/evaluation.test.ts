import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Evaluation, type JudgeInput, judge } from '../../src/evaluate/evaluation.ts';
import { evaluationText } from '../../src/evaluate/evaluation-text.ts';
import { madeFlows } from './flows.ts';

const data = madeFlows(2000);

/** Scores that are mostly right: hostile rows 0.8, one in ten of the others 0.6, the rest 0.1. */
function input(change: Partial<JudgeInput> = {}): JudgeInput {
  const rows = change.rows ?? Int32Array.from({ length: data.table.rows }, (_, row) => row);
  const probabilities = new Float32Array(rows.length * 2);
  rows.forEach((row, i) => {
    const hostile = data.labels[row] === 1 ? 0.8 : row % 10 === 0 ? 0.6 : 0.1;
    probabilities[2 * i] = 1 - hostile;
    probabilities[2 * i + 1] = hostile;
  });
  return {
    data,
    rows,
    probabilities,
    classes: data.classes,
    harmless: 0,
    threshold: { value: 0.5, method: 'best-f1' },
    part: 'all rows',
    model: {
      kind: 'forest',
      parameters: {},
      features: ['Dur'],
      trainedOn: { dataset: 'made', hash: data.hash },
      background: 'exclude',
    },
    baselines: [],
    warnings: [],
    options: { replicates: 20 },
    ...change,
  };
}

const counted = (label: number): number => data.labels.filter((each) => each === label).length;

test('labelled rows and background stand beside each other, each named', () => {
  const evaluation = judge(input());
  const [labelled, counting] = evaluation.views;
  assert.equal(labelled!.name, 'labelled only');
  assert.equal(counting!.name, 'background counted as negative');
  assert.equal(labelled!.rows, counted(0) + counted(1));
  assert.equal(counting!.rows, data.table.rows);
  assert.equal(labelled!.positives, counted(1));
  assert.equal(labelled!.recall.value, 1);
  const { rows, above, share } = evaluation.background!;
  assert.equal(rows, counted(-1));
  assert.equal(share.value, above / rows);
  assert.equal(counting!.counts.fp, labelled!.counts.fp + above);
  assert.equal(evaluation.byClass.perClass[1]!.support, counted(1));
});

test('alerts an hour come from the span of the rows', () => {
  const evaluation = judge(input());
  const [labelled, counting] = evaluation.views;
  const hours = evaluation.data.spanSeconds! / 3600;
  assert.ok(Math.abs(hours - 1) < 0.01);
  const { tp, fp } = counting!.counts;
  assert.equal(counting!.alertsPerHour.value, (tp + fp) / hours);
  assert.equal(labelled!.flowsPerHour, counting!.flowsPerHour);
  assert.equal(labelled!.flowsPerHour, (data.table.rows * 3600) / evaluation.data.spanSeconds!);
});

test('stated prevalences use the rates of each view', () => {
  const evaluation = judge(
    input({ options: { replicates: 0, prevalence: [0.02], flowsPerHour: 5000 } }),
  );
  const { counts, atPrevalence } = evaluation.views[0]!;
  const fpr = counts.fp / (counts.fp + counts.tn);
  const [stated] = atPrevalence;
  assert.ok(Math.abs(stated!.precision.value! - 0.02 / (0.02 + fpr * 0.98)) < 1e-12);
  assert.ok(Math.abs(stated!.alertsPerHour.value! - 5000 * (0.02 + fpr * 0.98)) < 1e-9);
  const { low, high } = stated!.precision.interval!;
  assert.ok(low < stated!.precision.value! && stated!.precision.value! < high);
});

test('hits by published label and by host add up', () => {
  const evaluation = judge(input());
  const above = evaluation.views[1]!.counts.tp + evaluation.views[1]!.counts.fp;
  const sum = (counts: readonly { hits: number; rows: number }[]) =>
    counts.reduce((all, { hits, rows }) => ({ hits: all.hits + hits, rows: all.rows + rows }), {
      hits: 0,
      rows: 0,
    });
  assert.deepEqual(sum(evaluation.rawLabels.shown), { hits: above, rows: data.table.rows });
  assert.equal(evaluation.rawLabels.values, 3);
  assert.equal(evaluation.hosts.column, 'SrcAddr');
  assert.equal(evaluation.hosts.shown.length, 20);
  assert.equal(evaluation.hosts.hostileValues, 6);
  assert.equal(evaluation.hosts.valuesHit.hostile, 6);
});

test('the record is plain JSON: nothing undefined, no NaN', () => {
  const evaluation = judge(input());
  assert.deepEqual(JSON.parse(JSON.stringify(evaluation)), evaluation);
});

test('without positives figures are null with a reason, printed as NaN', () => {
  const rows = Int32Array.from([...data.labels.keys()].filter((row) => data.labels[row] !== 1));
  const evaluation = judge(input({ rows }));
  const [labelled] = evaluation.views;
  assert.deepEqual(labelled!.recall, { value: null, reason: 'no positive rows' });
  assert.equal(labelled!.averagePrecision.value, null);
  assert.deepEqual(JSON.parse(JSON.stringify(evaluation)), evaluation);
  const text = evaluationText(evaluation);
  assert.match(text, /recall +NaN \(no positive rows\)/);
  assert.match(text, /ROC AUC +NaN \(no positive rows\)/);
});

test('few hostile rows or hosts are told', () => {
  const few = Int32Array.from(
    [...data.labels.keys()].filter((row, i) => data.labels[row] !== 1 || i < 60),
  );
  const { warnings } = judge(input({ rows: few }));
  assert.match(warnings.join('\n'), /Only \d+ hostile rows/);
  const one = [...data.labels.keys()].find((row) => data.labels[row] === 1)!;
  const host = data.groups[one]!;
  const rows = Int32Array.from(
    [...data.labels.keys()].filter((row) => data.labels[row] !== 1 || data.groups[row] === host),
  );
  assert.match(judge(input({ rows })).warnings.join('\n'), /All hostile rows come from one host/);
});

test('the text leads with warnings, never with accuracy', () => {
  const evaluation = judge(input({ warnings: ['Trained on these rows.'] }));
  const text = evaluationText(evaluation);
  assert.ok(text.indexOf('! Trained on these rows.') < text.indexOf('average precision'));
  assert.doesNotMatch(text.replaceAll('balanced accuracy', ''), /accuracy/i);
  for (const word of [
    'labelled only',
    'background counted as negative',
    'flow=From-Normal',
    'PR AUC (trapezoid',
  ]) {
    assert.ok(text.includes(word), word);
  }
  assert.ok(text.split('\n').every((line) => line === line.trimEnd()));
});

test('hostile names from a file reach the terminal as plain text', () => {
  const evaluation = judge(input());
  const shown = evaluation.rawLabels.shown.map((each) => ({ ...each, name: '\u001b[31mred\n' }));
  const odd: Evaluation = { ...evaluation, rawLabels: { ...evaluation.rawLabels, shown } };
  const text = evaluationText(odd);
  assert.ok(!text.includes('\u001b'));
  assert.ok(text.includes('\ufffd[31mred\ufffd'));
});

test('three classes are told by the highest probability', () => {
  const three = {
    ...data,
    classes: ['normal', 'scan', 'spam'],
    labels: data.labels.map((label, row) => (label === 1 ? 1 + (row % 2) : label)),
  };
  const probabilities = new Float32Array(data.table.rows * 3);
  three.labels.forEach((label, row) => {
    probabilities.set([0.2, 0.2, 0.2], row * 3);
    probabilities[row * 3 + Math.max(label, 0)]! += 0.4;
  });
  const evaluation = judge(input({ data: three, classes: three.classes, probabilities }));
  assert.equal(evaluation.byClass.rule, 'by the highest probability');
  assert.equal(evaluation.byClass.macroF1.value, 1);
  assert.equal(evaluation.byClass.perClass[2]!.averagePrecision.value, 1);
  assert.equal(evaluation.harmlessClass, 'normal');
  assert.equal(evaluation.views[0]!.rocAuc.value, 1);
});
