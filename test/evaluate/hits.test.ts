import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countHits } from '../../src/evaluate/hits.ts';

const input = {
  column: {
    kind: 'text' as const,
    codes: Int32Array.of(0, 0, 1, 1, 2, -1),
    dictionary: ['a', 'b', 'c', 'never'],
  },
  rows: Int32Array.of(0, 1, 2, 3, 4, 5),
  scores: Float32Array.of(0.9, 0.1, 0.8, 0.7, 0.2, 0.6),
  truth: Int8Array.of(1, 0, 0, 0, -1, -1),
  threshold: 0.5,
  limit: 10,
};

test('rows and hits by value, most hits first, empty cells named', () => {
  const table = countHits(input);
  assert.deepEqual(table.shown, [
    { name: 'b', rows: 2, hits: 2, hostile: 0, harmless: 2, unknown: 0 },
    { name: 'a', rows: 2, hits: 1, hostile: 1, harmless: 1, unknown: 0 },
    { name: '(empty)', rows: 1, hits: 1, hostile: 0, harmless: 0, unknown: 1 },
    { name: 'c', rows: 1, hits: 0, hostile: 0, harmless: 0, unknown: 1 },
  ]);
  assert.equal(table.values, 4);
  assert.deepEqual(table.valuesHit, { hostile: 1, harmless: 1, unknown: 1 });
  assert.equal(table.hostileValues, 1);
});

test('the limit cuts what is shown, not what is counted', () => {
  const table = countHits({ ...input, limit: 1 });
  assert.equal(table.shown.length, 1);
  assert.equal(table.values, 4);
  assert.deepEqual(table.valuesHit, { hostile: 1, harmless: 1, unknown: 1 });
});

test('only the rows named are counted, in parallel with their scores', () => {
  const table = countHits({
    ...input,
    rows: Int32Array.of(4, 0),
    scores: Float32Array.of(0.9, 0.1),
    truth: Int8Array.of(-1, 1),
  });
  assert.deepEqual(
    table.shown.map(({ name, hits }) => [name, hits]),
    [
      ['c', 1],
      ['a', 0],
    ],
  );
});
