import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DelimitedParser, type LineFormat, MAX_LINE_BYTES } from '../../src/datasets/delimited.ts';
import { Problems } from '../../src/datasets/problems.ts';
import { TableRows } from '../../src/datasets/table-rows.ts';
import type { Schema } from '../../src/table/index.ts';
import { coded, rowOf } from './files.ts';

const schema: Schema = {
  name: 'sample',
  version: 1,
  columns: [
    { name: 'when', type: 'time', role: 'time', live: true, meaning: 'when' },
    { name: 'word', type: 'text', role: 'feature', live: true, meaning: 'a word' },
    { name: 'size', type: 'number', role: 'feature', live: true, meaning: 'a number' },
  ],
};

const format = (quoted = false): LineFormat => ({
  expected: 'a header',
  directive: 35,
  head(line) {
    if (line.startsWith('#')) return undefined;
    const names = line.split(',');
    const cells = schema.columns.map(({ name }) => names.indexOf(name));
    const layout = { separator: 44, fields: names.length, cells, unset: ['-', '(empty)'], quoted };
    return { layout, isRow: false };
  },
});

function parse(pieces: readonly (string | Uint8Array)[], quoted = false, strict = false) {
  const rows = new TableRows(schema, 0);
  const problems = new Problems(strict);
  const parser = new DelimitedParser({ path: 'file', rows, problems, format: format(quoted) });
  for (const piece of pieces) parser.feed(typeof piece === 'string' ? Buffer.from(piece) : piece);
  parser.finish();
  const table = rows.take();
  return { cells: Array.from({ length: table.rows }, (_, i) => rowOf(table, i)), problems };
}

test('cells by name, markers empty, directives skipped, CRLF, no last line break', () => {
  const { cells, problems } = parse([
    '# made up\nsize,other,when,word\r\n1.5,x,2.25,a\r\n# more\n-,,1,(empty)\n\n0,,,b',
  ]);
  assert.deepEqual(cells, [
    { when: 2_250_000, word: 'a', size: 1.5 },
    { when: 1e6 },
    { word: 'b', size: 0 },
  ]);
  assert.equal(problems.count, 0);
});

test('bad rows are counted by line, those around them stay', () => {
  const text = 'when,word,size\n1,a,1\n1,a\n1,a,many\nx,a,1\n1,b,-2\n1,a,1,2\n2,c,3\n';
  const { cells, problems } = parse([text]);
  assert.deepEqual(cells, [
    { when: 1e6, word: 'a', size: 1 },
    { when: 2e6, word: 'c', size: 3 },
  ]);
  assert.equal(problems.count, 5);
  assert.deepEqual(
    problems.list.map((line) => /line (\d): saw (\S+)/.exec(line)!.slice(1).join(' ')),
    ['3 2', '4 size', '5 when', '6 size', '7 4'],
  );
  assert.throws(() => parse([text], false, true), coded('DATASET_ROW'));
});

test('a line too long is one bad row, however it is cut', () => {
  const long = 'y'.repeat(MAX_LINE_BYTES);
  for (const cut of [10, MAX_LINE_BYTES, MAX_LINE_BYTES + 30]) {
    const text = `when,word,size\n1,a,1\n${long}${long},2\n2,b,2\n`;
    const pieces = [text.slice(0, cut), text.slice(cut, 2 * cut), text.slice(2 * cut)];
    const { cells, problems } = parse(pieces);
    assert.equal(problems.count, 1);
    assert.match(problems.list[0]!, /line 3/);
    assert.deepEqual(
      cells.map(({ word }) => word),
      ['a', 'b'],
    );
  }
  assert.throws(() => parse([long + long]), coded('DATASET_FORMAT'));
  assert.throws(() => parse([]), coded('DATASET_FORMAT'));
});

const cell = fc.string({ unit: fc.constantFrom('a', 'B', ' ', '"', ',', 'é', '-'), maxLength: 20 });
const number = fc.option(fc.nat(1_000_000), { nil: undefined });

test('any rows, cut anywhere, quoted as RFC 4180 has it, come back', () => {
  const row = fc.record({ when: number, word: cell, size: number });
  const cuts = fc.array(fc.nat(400), { maxLength: 8 });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 20 }), cuts, (rows, at) => {
      const quote = (text: string): string =>
        /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
      const lines = rows.map(
        ({ when, word, size }) => `${when ?? ''},${quote(word)},${size ?? '-'}`,
      );
      const bytes = Buffer.from(`\uFEFFwhen,word,size\n${lines.join('\n')}\n`);
      const ends = [...at, bytes.length].sort((a, b) => a - b);
      let from = 0;
      const pieces = ends.map((end) => bytes.subarray(from, (from = Math.min(end, bytes.length))));
      const { cells, problems } = parse(pieces, true);
      assert.equal(problems.count, 0);
      // A row whose every cell is empty still has its commas, so it is a row.
      assert.deepEqual(
        cells,
        rows.map(({ when, word, size }) => ({
          ...(when !== undefined && { when: when * 1e6 }),
          ...(word !== '' && word !== '-' && { word }),
          ...(size !== undefined && { size }),
        })),
      );
    }),
  );
});

test('any bytes at all only ever add rows or problems', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const { cells, problems } = parse(['when,word,size\n', bytes, '\n1,end,1\n'], true);
      assert.ok(cells.length + problems.count <= bytes.filter((byte) => byte === 10).length + 2);
      assert.equal(cells.at(-1)!['word'], 'end');
    }),
  );
});
