import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  alertRows,
  createDetection,
  eveRecord,
  type ModelFacts,
  type ModelScores,
} from '../../src/detect/index.ts';
import { batchOf, many, SYN_ONLY } from './flows.ts';
import { namesOf } from './judged.ts';

const botnet: ModelFacts = {
  name: 'botnet',
  schema: 'argus@1',
  hash: 'aa',
  className: 'botnet',
  threshold: 0.8,
  falsePositiveRate: 0.001,
  falsePositiveRateUpper: 0.002,
};
const threat: ModelFacts = {
  ...botnet,
  name: 'threat',
  schema: 'zeek@1',
  role: 'corroborates',
  hash: 'bb',
  className: 'attack',
};
const kinds: ModelFacts = { ...threat, name: 'kinds', hash: 'cc', kinds: ['dos', 'scanning'] };

const FLOWS = 60;
const scan = batchOf(
  many(FLOWS, (i) => ({ from: '10.0.0.66', to: `10.2.0.${i + 1}`, at: i, ...SYN_ONLY })),
);
const quiet = batchOf(
  many(FLOWS, (i) => ({ from: '10.0.0.7', to: `198.51.100.${i}`, at: i * 3 + (i % 7) })),
);

const all = (model: number, score: number): ModelScores => ({
  model,
  scores: new Float32Array(FLOWS).fill(score),
});

/** Each row of kinds is the same pair. */
const withKinds = (model: number, pair: readonly [number, number]): ModelScores => ({
  ...all(model, 0.95),
  kinds: Float32Array.from({ length: 2 * FLOWS }, (_, i) => pair[i % 2]!),
});

test('a model that corroborates accuses nobody, however sure it is', () => {
  const detection = createDetection({ version: '0', models: [threat], minimumSeverity: 'low' });
  detection.addBatch(quiet);
  detection.addScores(quiet, [all(0, 1)]);
  assert.deepEqual(detection.finish(), []);
  const [seen] = detection.summary.models;
  assert.deepEqual(seen, {
    ...{ name: 'threat', scored: 60, above: 60, abstained: 0 },
    ...{ hosts: 1, raised: 1 },
  });
  assert.equal(detection.summary.flows, FLOWS);
});

test('its voice stands in the alerts of others, and changes neither severity nor agreement', () => {
  const detection = createDetection({ version: '0', models: [botnet, threat] });
  detection.addBatch(scan, [all(0, 0.1)]);
  detection.addScores(scan, [all(1, 0.99)]);
  const [alert, ...rest] = detection.finish();
  assert.deepEqual(rest, []);
  assert.equal(alert!.kind, 'horizontal-scan');
  assert.equal(alert!.agreement, 'detector only');
  assert.equal(alert!.severity, 'medium');
  assert.equal(
    alert!.agreementText,
    'The detectors saw: horizontal scan; the model botnet scored 0 of 60 flows of this host above its threshold.',
  );
  const voices = alert!.models.map(({ model, above, raised }) => [model.name, above, raised]);
  assert.deepEqual(voices, [
    ['botnet', 0, false],
    ['threat', 60, true],
  ]);
  assert.match(
    alertRows([alert!])[0]!.models,
    /^botnet 0 of 60 flows; threat 60 of 60 flows, 0\.99 \(0\.8\), corroborates$/,
  );
  const { wiresift } = eveRecord(alert!) as { wiresift: { models: Record<string, unknown>[] } };
  assert.equal(wiresift.models[1]!['role'], 'corroborates');
  assert.equal(wiresift.models[1]!['schema'], 'zeek@1');
  assert.equal(wiresift.models[1]!['score'], Math.fround(0.99));
});

test('alone beside a detector it is quoted with its restraint', () => {
  const detection = createDetection({ version: '0', models: [threat] });
  detection.addBatch(scan);
  detection.addScores(scan, [all(0, 0.99)]);
  assert.match(detection.finish()[0]!.agreementText, /\(it corroborates only\)\.$/);
});

test('two models that raise one host make one alert, of the one that finds it less likely', () => {
  const second = { ...botnet, name: 'second', hash: 'dd', falsePositiveRateUpper: 0.3 };
  for (const models of [
    [botnet, second],
    [second, botnet],
  ]) {
    const detection = createDetection({ version: '0', models });
    detection.addBatch(quiet, [all(0, 0.9), all(1, 0.9)]);
    const alerts = detection.finish();
    assert.deepEqual(namesOf(alerts), ['model 10.0.0.7']);
    assert.match(alerts[0]!.agreementText, /^The model botnet scored 60 of 60/);
    assert.ok(alerts[0]!.models.every(({ raised }) => raised));
  }
});

test('a kind of harm is named when the model is sure of it, else it abstains', () => {
  const kindOf = (pair: readonly [number, number], limits: Record<string, number> = {}) => {
    const detection = createDetection({ version: '0', models: [kinds], thresholds: limits });
    detection.addBatch(scan);
    detection.addScores(scan, [withKinds(0, pair)]);
    return detection.finish()[0]!.models[0]!.kind;
  };
  const named = kindOf([0.05, 0.9]);
  assert.equal(named!.name, 'scanning');
  assert.ok(Math.abs(named!.probability - 0.9) < 1e-6);
  assert.equal(kindOf([0.5, 0.45]), null);
  assert.equal(kindOf([0.5, 0.45], { kindProbability: 0.4 })!.name, 'dos');
  assert.equal(kindOf([0.05, 0.9], { modelFlowsFloor: 61 }), null);
});

test('a model without kinds names none, and one that saw nothing above has nothing to name', () => {
  const detection = createDetection({ version: '0', models: [threat, kinds] });
  detection.addBatch(scan);
  detection.addScores(scan, [all(0, 0.99), { ...withKinds(1, [0.1, 0.9]), ...all(1, 0.2) }]);
  const { models } = detection.finish()[0]!;
  assert.deepEqual(
    models.map(({ kind }) => kind),
    [undefined, undefined],
  );
});

test('flows that a model abstains on are counted, and are no evidence', () => {
  const careful = { ...botnet, unsure: { from: 0.4, to: 0.97 } };
  const judged = (score: number) => {
    const detection = createDetection({ version: '0', models: [careful], minimumSeverity: 'low' });
    detection.addBatch(quiet, [all(0, score)]);
    const alerts = detection.finish().length;
    const { scored, above, abstained } = detection.summary.models[0]!;
    return { alerts, scored, above, abstained };
  };
  const none = { alerts: 0, scored: FLOWS, above: 0, abstained: 0 };
  assert.deepEqual(judged(0.3), none);
  assert.deepEqual(judged(0.5), { ...none, abstained: FLOWS });
  // Above the threshold, and yet not sure.
  assert.deepEqual(judged(0.9), { ...none, abstained: FLOWS });
  assert.deepEqual(judged(0.98), { ...none, alerts: 1, above: FLOWS });
});
