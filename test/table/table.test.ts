import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WiresiftError } from '../../src/base/index.ts';
import {
  columnIndex,
  NumberBuilder,
  numbers,
  schemaId,
  TextBuilder,
  takeRows,
  textAt,
  texts,
} from '../../src/table/index.ts';
import { sampleSchema, sampleTable } from './sample.ts';

const table = sampleTable([
  [10, 1, 'a'],
  [20, undefined, undefined],
  [30, 3, 'c'],
]);

test('cells are found by column name', () => {
  assert.equal(schemaId(sampleSchema), 'sample@1');
  assert.equal(columnIndex(sampleSchema, 'Word'), 2);
  assert.equal(columnIndex(sampleSchema, 'word'), -1);
  assert.deepEqual([...numbers(table, 'When')], [10, 20, 30]);
  assert.equal(textAt(texts(table, 'Word'), 2), 'c');
  assert.equal(textAt(texts(table, 'Word'), 1), undefined);
});

test('a column of another kind, or none, is a coded error', () => {
  const coded = (error: unknown) => error instanceof WiresiftError && error.code === 'TABLE_COLUMN';
  assert.throws(() => numbers(table, 'Word'), coded);
  assert.throws(() => texts(table, 'When'), coded);
  assert.throws(() => texts(table, 'Nope'), coded);
});

test('takeRows takes rows in the order named, again if named twice', () => {
  const taken = takeRows(table, Int32Array.of(2, 1, 2));
  assert.equal(taken.rows, 3);
  assert.deepEqual([...numbers(taken, 'size, "big"')], [3, Number.NaN, 3]);
  assert.deepEqual(
    [0, 1, 2].map((row) => textAt(texts(taken, 'Word'), row)),
    ['c', undefined, 'c'],
  );
});

test('builders grow past their capacity', () => {
  const builtNumbers = new NumberBuilder(1);
  const builtTexts = new TextBuilder(1);
  for (let i = 0; i < 100; i++) {
    builtNumbers.push(i % 10 ? i : Number.NaN);
    builtTexts.push(i % 10 ? `w${i % 3}` : undefined);
  }
  const column = builtNumbers.finish();
  assert.ok(column.kind === 'number');
  assert.equal(column.values.length, 100);
  assert.equal(column.values[99], 99);
  assert.ok(Number.isNaN(column.values[90]!));
  const words = builtTexts.finish();
  assert.deepEqual(words.dictionary, ['w1', 'w2', 'w0']);
  assert.equal(textAt(words, 99), 'w0');
  assert.equal(textAt(words, 50), undefined);
});
