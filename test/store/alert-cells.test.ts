import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ModelVoice } from '../../src/detect/index.ts';
import { modelOf } from '../../src/store/alert-cells.ts';

const voice = (
  name: string,
  raised: boolean,
  tailProbability: number,
  role: 'raises' | 'corroborates' = 'raises',
): ModelVoice => ({
  model: {
    ...{ name, role, hash: name, className: 'attack', threshold: 0.5 },
    ...{ falsePositiveRate: 0.001, falsePositiveRateUpper: 0.002 },
  },
  ...{ scored: 10, above: 5, best: 0.9, tailProbability, level: 1e-4, raised },
});

test('an alert is known by the model that raised it, not by one that only spoke', () => {
  assert.equal(modelOf({ models: [] }), '');
  assert.equal(modelOf({ models: [voice('a', false, 0.2)] }), '');
  const models = [
    voice('quiet', false, 0.3),
    voice('beside', true, 1e-90, 'corroborates'),
    voice('sure', true, 1e-9),
    voice('surer', true, 1e-20),
  ];
  assert.equal(modelOf({ models }), 'surer');
  assert.equal(modelOf({ models: models.slice(0, 2) }), '');
});
