import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  joinTables,
  type Schema,
  type Table,
  takeRows,
  textAt,
  texts,
} from '../../src/table/index.ts';

const schema: Schema = {
  name: 'joined',
  version: 1,
  columns: [
    { name: 'n', type: 'number', role: 'feature', meaning: 'a number', live: true },
    { name: 'w', type: 'text', role: 'feature', meaning: 'a word', live: true },
  ],
};

function table(words: readonly (string | undefined)[]): Table {
  const dictionary = [...new Set(words.filter((word) => word !== undefined))].reverse();
  return {
    schema,
    rows: words.length,
    columns: [
      { kind: 'number', values: Float64Array.from(words, (_, row) => row) },
      {
        kind: 'text',
        codes: Int32Array.from(words, (word) =>
          word === undefined ? -1 : dictionary.indexOf(word),
        ),
        dictionary,
      },
    ],
  };
}

const wordsOf = (one: Table): (string | undefined)[] =>
  Array.from({ length: one.rows }, (_, row) => textAt(texts(one, 'w'), row));

test('joined rows read as the rows of the parts, whatever their dictionaries', () => {
  const word = fc.option(fc.constantFrom('tcp', 'udp', '', '__proto__'), { nil: undefined });
  fc.assert(
    fc.property(fc.array(fc.array(word, { maxLength: 6 }), { maxLength: 5 }), (parts) => {
      const joined = joinTables(schema, parts.map(table));
      assert.deepEqual(wordsOf(joined), parts.flat());
      const column = joined.columns[0]!;
      assert.ok(column.kind === 'number');
      assert.deepEqual(
        [...column.values],
        parts.flatMap((part) => [...part.keys()]),
      );
      const { dictionary } = texts(joined, 'w');
      assert.equal(new Set(dictionary).size, dictionary.length);
    }),
  );
});

test('parts of a joined table can be taken out again', () => {
  const joined = joinTables(schema, [table(['a', 'b']), table(['b', undefined])]);
  assert.deepEqual(wordsOf(takeRows(joined, Int32Array.of(3, 2))), [undefined, 'b']);
});

test('a table of another schema is refused', () => {
  const other = { ...table(['a']), schema: { ...schema, version: 2 } };
  assert.throws(() => joinTables(schema, [table(['a']), other]), /joined@2/);
});
