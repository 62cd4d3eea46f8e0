import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createTableWriter, csvCell, isoTime, type Table } from '../../src/table/index.ts';
import { type SampleRow, sampleSchema, sampleTable } from './sample.ts';

async function csv(...tables: Table[]): Promise<string> {
  let text = '';
  const sink = { write: (data: string) => void (text += data) };
  const writer = createTableWriter({ format: 'csv', schema: sampleSchema, sink });
  for (const table of tables) await writer.append(table);
  await writer.close();
  return text;
}

/** RFC 4180, character by character; an unquoted empty cell is undefined. */
function parseCsv(text: string): (string | undefined)[][] {
  const rows: (string | undefined)[][] = [];
  let row: (string | undefined)[] = [];
  for (let i = 0; i < text.length; i++) {
    let cell: string | undefined;
    if (text[i] === '"') {
      cell = '';
      for (i++; text[i] !== '"' || text[i + 1] === '"'; i++) {
        if (text[i] === '"') i++;
        cell += text[i];
      }
      i++;
    } else {
      const begun = i;
      while (text[i] !== ',' && text[i] !== '\n') i++;
      cell = i === begun ? undefined : text.slice(begun, i);
    }
    row.push(cell);
    if (text[i] === '\n') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

test('one header, ISO times, nothing for an empty cell', async () => {
  const table = sampleTable([
    [1313488906972101, 0.134893, 'tcp'],
    [undefined, undefined, undefined],
  ]);
  assert.equal(
    await csv(table, table),
    `When,"size, ""big""",Word\n${'2011-08-16T10:01:46.972101Z,0.134893,tcp\n,,\n'.repeat(2)}`,
  );
  assert.equal(await csv(), 'When,"size, ""big""",Word\n');
});

test('words are quoted only when they must be, and formulas stay data', () => {
  assert.equal(csvCell('=1+1'), '=1+1');
  assert.equal(csvCell(' padded '), ' padded ');
  assert.equal(csvCell(''), '""');
  assert.equal(csvCell('a,b'), '"a,b"');
  assert.equal(csvCell('say "x"'), '"say ""x"""');
  assert.equal(csvCell('two\r\nlines'), '"two\r\nlines"');
});

test('whatever the words, an RFC 4180 reader gets them back', async () => {
  const word = fc.option(
    fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(',', '"', '\n', '\r', 'x') })),
    { nil: undefined },
  );
  const number = fc.option(fc.double({ noNaN: true }), { nil: undefined });
  const time = fc.option(fc.integer({ min: -1e15, max: 4e15 }), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(time, number, word)), async (rows: SampleRow[]) => {
      const read = parseCsv(await csv(sampleTable(rows))).slice(1);
      const expected = rows.map(([micros, value, text]) => [
        micros === undefined ? undefined : isoTime(micros),
        value === undefined ? undefined : String(value),
        text,
      ]);
      assert.deepEqual(read, expected);
    }),
  );
});

test('a dictionary that is reused for the next table is read anew', async () => {
  const dictionary = ['first'];
  const table = sampleTable([[0, 0, 'first']]);
  const columns = [...table.columns];
  columns[2] = { kind: 'text', codes: Int32Array.of(0), dictionary };
  let text = '';
  const sink = { write: (data: string) => void (text += data) };
  const writer = createTableWriter({ format: 'csv', schema: sampleSchema, sink });
  await writer.append({ ...table, columns });
  dictionary[0] = 'second';
  await writer.append({ ...table, columns });
  await writer.close();
  assert.match(text, /first\n.*second\n$/);
});
