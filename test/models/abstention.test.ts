import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readAbstention } from '../../src/models/abstention.ts';
import { harmConfidence, unsureScores } from '../../src/models/index.ts';

const share = fc.double({ min: 0, max: 1, noNaN: true });

test('the scores told neither way are those whose confidence is too low', () => {
  fc.assert(
    fc.property(share, fc.double({ min: 0, max: 1.2, noNaN: true }), share, (score, cut, least) => {
      const { from, to } = unsureScores(cut, least);
      assert.ok(from <= cut && cut <= to);
      const confidence = harmConfidence(score, cut);
      if (Math.abs(confidence - least) < 1e-9) return;
      assert.equal(score > from && score < to, confidence < least && score !== from);
    }),
  );
});

test('at a threshold of one half the confidence is the probability of the likelier side', () => {
  for (const score of [0, 0.2, 0.5, 0.7, 1]) {
    assert.ok(Math.abs(harmConfidence(score, 0.5) - Math.max(score, 1 - score)) < 1e-12);
  }
  assert.equal(harmConfidence(0.3, 0.3), 0.5);
  assert.equal(harmConfidence(0, 0.3), 1);
  assert.equal(harmConfidence(1, 0.3), 1);
  assert.equal(harmConfidence(1, 1), 1);
  assert.equal(harmConfidence(0, 1.5), 1);
});

test('a file must say scores around its threshold', () => {
  const good = { from: 0.2, to: 0.6, class: 0.9, method: 'fixed', detail: { rows: 3 } };
  assert.deepEqual(readAbstention(good, 0.3, 'x'), good);
  for (const wrong of [
    7,
    null,
    { ...good, from: 0.4 },
    { ...good, to: 0.25 },
    { ...good, to: '1' },
    { ...good, class: -1 },
    { ...good, from: Number.NaN },
    { ...good, method: 1 },
  ]) {
    assert.throws(() => readAbstention(wrong, 0.3, 'x'), { code: 'MODEL_FILE' });
  }
});
