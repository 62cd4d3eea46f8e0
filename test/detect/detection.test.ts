import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../src/base/index.ts';
import { createDetection, type DetectionOptions, type ModelFacts } from '../../src/detect/index.ts';
import { batchOf, many, REFUSED, SYN_ONLY, type TestFlow } from './flows.ts';
import { judged, namesOf } from './judged.ts';

const MODEL: ModelFacts = {
  name: '',
  hash: 'abc123',
  className: 'botnet',
  threshold: 0.8,
  falsePositiveRate: 0.01,
  falsePositiveRateUpper: 0.015,
};
const explained = [
  { feature: 'Dur', value: 1.5, contribution: 0.1 },
  { feature: 'State=FSPA_FSPA', value: 1, contribution: -0.4 },
];

/** `count` flows of a host, of which the first `above` score above the threshold. */
function scored(
  host: string,
  count: number,
  above: number,
  options: Partial<DetectionOptions> = {},
) {
  const flows = many(count, (i) => ({
    from: host,
    to: `198.51.100.${i % 200}`,
    at: i * 3 + (i % 7),
  }));
  const scores = Float32Array.from(flows, (_, i) => (i < above ? 0.9 : 0.1));
  const calls: number[] = [];
  const detection = createDetection({ version: '1.2.3', models: [MODEL], ...options });
  const explain = (row: number) => {
    calls.push(row);
    return explained;
  };
  detection.addBatch(batchOf(flows), [{ model: 0, scores, explain }]);
  return { alerts: detection.finish(), calls, summary: detection.summary };
}

test('the model raises a host by its count, never for one flow', () => {
  const { alerts, calls, summary } = scored('10.0.0.7', 300, 60);
  const [alert, ...rest] = alerts;
  assert.deepEqual(rest, []);
  assert.equal(alert!.kind, 'model');
  assert.equal(alert!.source, 'model');
  assert.equal(alert!.flows, 60);
  assert.deepEqual([alert!.models[0]!.scored, alert!.models[0]!.above], [300, 60]);
  assert.ok(alert!.models[0]!.tailProbability < alert!.models[0]!.level);
  assert.equal(alert!.agreement, 'model only');
  assert.equal(
    alert!.agreementText,
    'The model scored 60 of 300 flows of this host above its threshold; the detectors saw nothing.',
  );
  assert.deepEqual(alert!.technique, {
    id: 'T1071',
    name: 'Application Layer Protocol',
    possible: true,
  });
  assert.equal(alert!.reasons[0]!.feature, 'State=FSPA_FSPA');
  assert.equal(alert!.reasons[0]!.contribution, -0.4);
  assert.ok(calls.length >= 1 && calls.length <= 5, String(calls));
  assert.equal(alert!.unit, 'probability of botnet');
  assert.ok(Math.abs(alert!.score - 0.9) < 1e-6);
  assert.deepEqual(alert!.versions, {
    program: '1.2.3',
    modelHash: 'abc123',
    modelClass: 'botnet',
  });
  assert.deepEqual([summary.scored, summary.above], [300, 60]);
});

test('as many as the false-positive rate explains raise nothing', () => {
  assert.deepEqual(scored('10.0.0.7', 1000, 10).alerts, []);
  assert.deepEqual(scored('10.0.0.7', 1, 1).alerts, []);
  assert.deepEqual(scored('10.0.0.7', 4, 4).alerts, []);
});

test('a higher bound of the false-positive rate needs more flows', () => {
  const wide = { ...MODEL, falsePositiveRateUpper: 0.2 };
  assert.equal(scored('10.0.0.7', 300, 40).alerts.length, 1);
  assert.deepEqual(scored('10.0.0.7', 300, 40, { models: [wide] }).alerts, []);
});

test('refuses a model whose false-positive rate is unknown', () => {
  for (const falsePositiveRateUpper of [0, 1, Number.NaN]) {
    const model = { ...MODEL, falsePositiveRateUpper };
    assert.throws(() => createDetection({ version: '0', models: [model] }), /DETECT_MODEL/);
  }
});

test('without false hosts: hosts that score at the false-positive rate', () => {
  const random = new Random(11);
  const flows = many(20_000, (i) => ({ from: `10.1.${i % 100}.1`, to: '198.51.100.1', at: i / 9 }));
  const scores = Float32Array.from(flows, () => (random.next() < 0.01 ? 0.95 : 0.2));
  const detection = createDetection({ version: '0', models: [MODEL] });
  detection.addBatch(batchOf(flows), [{ model: 0, scores }]);
  assert.deepEqual(detection.finish(), []);
});

const scan: TestFlow[] = many(60, (i) => ({
  from: '10.0.0.66',
  to: `10.2.0.${i + 1}`,
  at: i,
  ...SYN_ONLY,
}));

test('says when detector and model agree, and when only one sees something', () => {
  const run = (score: number) => {
    const detection = createDetection({ version: '0', models: [MODEL] });
    detection.addBatch(batchOf(scan), [{ model: 0, scores: new Float32Array(60).fill(score) }]);
    return detection.finish();
  };
  const both = run(0.9);
  assert.deepEqual(namesOf(both), ['horizontal-scan 10.0.0.66', 'model 10.0.0.66']);
  for (const alert of both) {
    assert.equal(alert.agreement, 'both');
    assert.equal(alert.severity, 'high');
  }
  assert.equal(
    both[0]!.agreementText,
    'The model scored 60 of 60 flows of this host above its threshold; the detectors saw: horizontal scan.',
  );
  const [only] = run(0.1);
  assert.equal(only!.agreement, 'detector only');
  assert.equal(
    only!.agreementText,
    'The detectors saw: horizontal scan; the model scored 0 of 60 flows of this host above its threshold.',
  );
  assert.equal(only!.severity, 'medium');
  const [alone] = judged(scan);
  assert.equal(alone!.agreement, 'no model');
  assert.equal(alone!.agreementText, 'No model was used; the detectors saw: horizontal scan.');
  assert.deepEqual(alone!.models, []);
});

test('says how many flows have an uncertain originator', () => {
  const flows = many(20, (i) => ({
    from: '10.0.0.7',
    to: '198.51.100.9',
    at: i * 40,
    certain: i >= 8,
    bytes: [100, 100 * 2 ** (i % 9)] as const,
  }));
  const detection = createDetection({ version: '0', models: [MODEL] });
  detection.addBatch(batchOf(flows), [{ model: 0, scores: new Float32Array(20).fill(1) }]);
  const [alert] = detection.finish();
  assert.equal(alert!.uncertainFlows, 8);
});

test('a row without a score is not counted', () => {
  const detection = createDetection({ version: '0', models: [MODEL] });
  detection.addBatch(batchOf(scan), [{ model: 0, scores: new Float32Array(60).fill(Number.NaN) }]);
  assert.deepEqual(detection.finish()[0]!.models, []);
  assert.equal(detection.summary.scored, 0);
});

/** Attack and harmless traffic together, in order of time. */
const mixed: TestFlow[] = [
  ...scan,
  ...many(90, (i) => ({ from: '10.0.0.67', to: '10.0.0.9', port: i + 1, at: i / 3, ...REFUSED })),
  ...many(40, (i) => ({ from: '10.0.0.23', to: '203.0.113.7', port: 8080, at: i * 20 })),
  ...many(300, (i) => ({ from: `198.51.100.${i % 250}`, to: '10.0.0.80', port: 443, at: i * 2 })),
].sort((a, b) => a.at - b.at);

test('the same input gives the same alerts, however it is cut into batches', () => {
  const whole = judged(mixed);
  assert.deepEqual(namesOf(whole), [
    'horizontal-scan 10.0.0.66',
    'vertical-scan 10.0.0.67',
    'beacon 10.0.0.23',
  ]);
  const detection = createDetection({ version: '0.0.0-test' });
  for (let i = 0; i < mixed.length; i += 37) {
    detection.addBatch(batchOf(mixed.slice(i, i + 37), i + 1));
  }
  const cut = detection.finish();
  const named = (alerts: typeof cut) => alerts.map(({ communityIds: _, ...alert }) => alert.id);
  assert.deepEqual(named(cut), named(whole));
  assert.deepEqual(judged(mixed), whole);
  assert.equal(detection.finish(), cut);
});

test('the order of leaving changes no host and no kind', () => {
  const expected = namesOf(judged(mixed)).sort();
  for (const seed of [1, 2, 3]) {
    const random = new Random(seed);
    // A flow leaves up to a minute late, as idle timeouts make it.
    const late = mixed.map((flow) => ({ flow, key: flow.at + 60 * random.next() }));
    late.sort((a, b) => a.key - b.key);
    assert.deepEqual(namesOf(judged(late.map(({ flow }) => flow))).sort(), expected);
  }
});

test('a seed changes no alert when nothing is evicted', () => {
  assert.deepEqual(judged(mixed, { seed: 99 }), judged(mixed));
});

test('status records count as one connection', () => {
  const records = many(100, (i) => ({
    from: '10.0.0.4',
    to: '203.0.113.22',
    port: 22,
    sourcePort: 50_000,
    at: i * 5,
    duration: 4,
    closed: 'status' as const,
  }));
  const detection = createDetection({ version: '0' });
  detection.addBatch(batchOf(records));
  assert.deepEqual(detection.finish(), []);
  assert.equal(detection.summary.continuations, 99);
});

test('a restarted flow is another connection', () => {
  const flows = scan.map((flow) => ({ ...flow, closed: 'restarted' as const }));
  assert.equal(judged(flows)[0]!.flows, 60);
});

test('flows that are not IP pass by', () => {
  const batch = batchOf(scan);
  batch.protocol.fill(0);
  batch.etherType.fill(0x0806);
  const detection = createDetection({ version: '0', models: [MODEL] });
  detection.addBatch(batch, [{ model: 0, scores: new Float32Array(60).fill(0.1) }]);
  assert.deepEqual(detection.finish(), []);
  assert.equal(detection.summary.flows, 60);
});

test('refuses a network that is none', () => {
  assert.throws(
    () => createDetection({ version: '0', internal: ['10.0.0.0/33'] }),
    /DETECT_NETWORK/,
  );
  assert.throws(() => createDetection({ version: '0', internal: ['here'] }), /DETECT_NETWORK/);
});

test('inside is what the user says', () => {
  const flows = scan.map((flow) => ({ ...flow, from: '147.32.84.165' }));
  assert.equal(judged(flows)[0]!.technique.id, 'T1595');
  assert.equal(judged(flows, { internal: ['147.32.0.0/16'] })[0]!.technique.id, 'T1046');
});
