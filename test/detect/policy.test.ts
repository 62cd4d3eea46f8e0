import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVIDENCE_KINDS, type Evidence, RULES } from '../../src/detect/index.ts';
import { isShown, severityOf, techniqueOf } from '../../src/detect/policy.ts';

const base: Evidence = {
  source: 'detector',
  kind: 'horizontal-scan',
  host: '10.0.0.1',
  role: 'source',
  peers: [],
  peerCount: 0,
  ports: [],
  portCount: 0,
  protocols: [],
  first: 0,
  last: 0,
  flows: 1,
  uncertainFlows: 0,
  score: 30,
  threshold: 25,
  unit: 'destinations',
  reasons: [],
  anomalies: [],
  communityIds: [],
  flowIds: [],
};

test('every kind has a rule with a number of its own in the local range', () => {
  const numbers = EVIDENCE_KINDS.map((kind) => RULES[kind].signatureId);
  assert.equal(new Set(numbers).size, EVIDENCE_KINDS.length);
  assert.ok(numbers.every((number) => number > 1_000_000 && number < 2_000_000));
});

test('severity follows from facts alone', () => {
  assert.equal(severityOf(base, false), 'medium');
  assert.equal(severityOf({ ...base, score: 250 }, false), 'high');
  assert.equal(severityOf(base, true), 'high');
  assert.equal(severityOf({ ...base, kind: 'flood' }, false), 'high');
  assert.equal(severityOf({ ...base, kind: 'beacon', score: 1 }, false), 'medium');
  assert.equal(severityOf({ ...base, kind: 'beacon', context: 'popular' }, true), 'low');
  assert.equal(severityOf({ ...base, kind: 'model', score: 1, threshold: 0.05 }, false), 'medium');
});

test('techniques follow ATT&CK, and say when they are only possible', () => {
  const technique = (part: Partial<Evidence>, internal = true): string => {
    const { id, possible } = techniqueOf({ ...base, ...part }, internal);
    return id + (possible ? '?' : '');
  };
  assert.equal(technique({}), 'T1046');
  assert.equal(technique({ kind: 'vertical-scan' }, false), 'T1595');
  assert.equal(technique({ kind: 'brute-force' }), 'T1110');
  assert.equal(technique({ kind: 'flood', unit: 'SYN/s' }), 'T1499');
  assert.equal(technique({ kind: 'flood', unit: 'SYN/s', role: 'victim' }), 'T1498');
  assert.equal(technique({ kind: 'flood', unit: 'packets/s' }), 'T1498');
  assert.equal(technique({ kind: 'beacon' }), 'T1071');
  assert.equal(technique({ kind: 'beacon', context: 'echo' }), 'T1071?');
  assert.equal(technique({ kind: 'model' }), 'T1071?');
});

test('what is less than the minimum is not shown', () => {
  assert.ok(isShown('high', 'medium') && isShown('medium', 'medium') && isShown('low', 'low'));
  assert.ok(!isShown('low', 'medium') && !isShown('medium', 'high'));
});
