import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { identicalGroups } from '../../src/datasets/index.ts';
import { NumberBuilder, type Schema, type Table, TextBuilder } from '../../src/table/index.ts';

const schema: Schema = {
  name: 'sample',
  version: 1,
  columns: [
    { name: 'host', type: 'text', role: 'identity', live: true, meaning: 'who' },
    { name: 'word', type: 'text', role: 'feature', live: true, meaning: 'a word' },
    { name: 'size', type: 'number', role: 'feature', live: true, meaning: 'a number' },
  ],
};

type Row = readonly [host: string, word: string | undefined, size: number];

function tableOf(rows: readonly Row[]): Table {
  const host = new TextBuilder();
  const word = new TextBuilder();
  const size = new NumberBuilder();
  for (const row of rows) {
    host.push(row[0]);
    word.push(row[1]);
    size.push(row[2]);
  }
  return { schema, rows: rows.length, columns: [host.finish(), word.finish(), size.finish()] };
}

const key = (row: Row): string => JSON.stringify([row[1] ?? null, row[2] === 0 ? 0 : row[2]]);

test('rows of one group are exactly those with the same cells', () => {
  const row = fc.tuple(
    fc.constantFrom('a', 'b'),
    fc.constantFrom('x', 'y', undefined),
    fc.constantFrom(0, -0, 1, 2 ** 32, 2 ** -32, Number.NaN, 1e300),
  );
  fc.assert(
    fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
      const { groups, groupNames } = identicalGroups(tableOf(rows));
      const known = new Map<string, number>();
      const expected = rows.map((cells) => {
        const name = key(cells);
        if (!known.has(name)) known.set(name, known.size);
        return known.get(name);
      });
      assert.deepEqual([...groups], expected);
      assert.equal(groupNames.length, known.size);
    }),
  );
});

test('columns can be named, identity too', () => {
  const table = tableOf([
    ['a', 'x', 1],
    ['b', 'x', 1],
    ['a', 'y', 2],
  ]);
  assert.deepEqual([...identicalGroups(table).groups], [0, 0, 1]);
  assert.deepEqual([...identicalGroups(table, ['host']).groups], [0, 1, 0]);
});
