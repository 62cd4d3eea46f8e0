import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseTime, WiresiftError } from '../../../src/base/index.ts';
import {
  argusFileSchema,
  argusTextFormat,
  argusWords,
  directionWord,
} from '../../../src/datasets/ctu13/format.ts';
import { DelimitedParser, MAX_LINE_BYTES } from '../../../src/datasets/delimited.ts';
import { Problems } from '../../../src/datasets/problems.ts';
import { TableRows } from '../../../src/datasets/table-rows.ts';
import { numbers, textAt, texts } from '../../../src/table/index.ts';

const HEADER =
  'StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,Label';
const ROW =
  '2011/08/16 10:01:46.972101,3599.986572,tcp,88.176.79.163,49213,  <?>,147.32.84.172,18250,A_PA,0,,414671,415389446,10150692,flow=Background';

function parse(pieces: (string | Uint8Array)[], strict = false) {
  const rows = new TableRows(argusFileSchema, 0);
  const problems = new Problems(strict);
  const format = argusTextFormat('file');
  const parser = new DelimitedParser({ path: 'file', rows, problems, format });
  for (const piece of pieces) parser.feed(typeof piece === 'string' ? Buffer.from(piece) : piece);
  parser.finish();
  return { table: argusWords(rows.take()), problems, management: parser.management };
}

function cellsOf({ table }: ReturnType<typeof parse>): unknown[][] {
  return Array.from({ length: table.rows }, (_, row) => [
    ...table.schema.columns.map(({ name, type }) =>
      type === 'text' ? textAt(texts(table, name), row) : numbers(table, name)[row],
    ),
  ]);
}

const naive = (text: string, separator: string): unknown[][] =>
  text
    .replace(/\n$/, '')
    .split('\n')
    .slice(1)
    .map((line) => line.split(separator))
    .filter((cells) => cells[2] !== 'man')
    .map((cells) =>
      cells.map((cell, i) => {
        if (i === 0) return parseTime(cell);
        if (i === 1) return cell === '' ? Number.NaN : Math.fround(Number(cell));
        if (i >= 9 && i <= 13) return cell === '' ? Number.NaN : Number(cell);
        return (i === 5 ? directionWord(cell) : cell) || undefined;
      }),
    );

test('a row becomes its cells; the direction loses its padding', () => {
  const [row] = cellsOf(parse([`${HEADER}\n${ROW}\n`]));
  assert.deepEqual(row, [
    1313488906972101,
    Math.fround(3599.986572),
    'tcp',
    '88.176.79.163',
    '49213',
    '<?>',
    '147.32.84.172',
    '18250',
    'A_PA',
    0,
    Number.NaN,
    414671,
    415389446,
    10150692,
    'flow=Background',
  ]);
});

test('the same rows wherever the pieces are cut', () => {
  const text = `${HEADER}\r\n${ROW}\r\n\n${ROW.replace('tcp', 'man')}\n${ROW.replace('tcp', 'udp')}`;
  const bytes = Buffer.from(text);
  const whole = cellsOf(parse([bytes]));
  assert.equal(whole.length, 2);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const got = parse([bytes.subarray(0, cut), bytes.subarray(cut)]);
    assert.deepEqual(cellsOf(got), whole, `cut at ${cut}`);
    assert.equal(got.management, 1);
  }
  const single = parse(Array.from(bytes, (byte) => Uint8Array.of(byte)));
  assert.deepEqual(cellsOf(single), whole);
});

test('agrees with a naive split on random rows, comma or tab', () => {
  const word = fc.stringMatching(/^[A-Za-z0-9_.:-]{0,24}$/);
  const count = fc.oneof(fc.constant(''), fc.nat().map(String));
  const row = fc.tuple(
    fc.integer({ min: 0, max: 4e9 }).map((s) => {
      const iso = new Date(s * 1000).toISOString();
      return `${iso.slice(0, 10).replaceAll('-', '/')} ${iso.slice(11, 19)}.${String(s % 1e6).padStart(6, '0')}`;
    }),
    fc.oneof(
      fc.constant(''),
      fc.nat(3.6e9).map((n) => (n / 1e6).toFixed(6)),
    ),
    fc.constantFrom('tcp', 'udp', 'man', 'mane', 'ipx/spx'),
    word,
    word,
    fc.constantFrom('   ->', '  <->', ' get_message  ->', '', '   ', '  who', ' odd  thing'),
    word,
    word,
    word,
    ...[count, count, count, count, count],
    word,
  );
  fc.assert(
    fc.property(fc.array(row), fc.constantFrom(',', '\t'), fc.nat(200), (rows, separator, cut) => {
      const lines = [HEADER.split(','), ...rows].map((cells) => cells.join(separator));
      const text = `${lines.join('\n')}\n`;
      const got = parse([text.slice(0, cut), text.slice(cut)]);
      assert.deepEqual(cellsOf(got), naive(text, separator));
      assert.equal(got.problems.count, 0);
    }),
  );
});

test('bad rows are counted with file, line and what was seen, and leave no words', () => {
  const bad = [
    ROW.replace('2011/08', '2011/13'),
    ROW.replace('414671', '-5'),
    ROW.replace(',0,,', ',0x3,,'),
    ROW.replace(',tcp', ''),
    `${ROW},more`,
    HEADER,
  ];
  const got = parse([`${HEADER}\n${bad.join('\n').replaceAll('88.176', '9.9')}\n${ROW}\n`]);
  assert.equal(got.table.rows, 1);
  assert.equal(got.problems.count, bad.length);
  assert.deepEqual(texts(got.table, 'SrcAddr').dictionary, ['88.176.79.163']);
  assert.match(got.problems.list[0]!, /^file, line 2: saw StartTime "2011\/13/);
  assert.match(got.problems.list[2]!, /^file, line 4: saw sTos "0x3"/);
  assert.match(got.problems.list[3]!, /^file, line 5: saw 14 cells, expected 15/);
  for (const row of bad) {
    assert.throws(
      () => parse([`${HEADER}\n${row}\n`], true),
      (error: unknown) =>
        error instanceof WiresiftError &&
        error.code === 'DATASET_ROW' &&
        error.facts.where === 'file, line 2',
    );
  }
});

test('only the first hundred bad rows are described', () => {
  const { problems } = parse([`${HEADER}\n${'x,y\n'.repeat(250)}`]);
  assert.equal(problems.count, 250);
  assert.equal(problems.list.length, 100);
});

test('a line without an end costs bounded memory and one bad row', () => {
  const flood = new Uint8Array(MAX_LINE_BYTES).fill(120);
  const got = parse([`${HEADER}\n`, flood, flood, flood, `tail\n${ROW}\n`]);
  assert.equal(got.problems.count, 1);
  assert.equal(got.table.rows, 1);
  const commas = new Uint8Array(MAX_LINE_BYTES / 2).fill(44);
  assert.equal(parse([`${HEADER}\n`, commas, `\n${ROW}\n`]).table.rows, 1);
});

test('no bytes at all, or bytes of something else, are a coded error', () => {
  const coded = (error: unknown) =>
    error instanceof WiresiftError && error.code === 'DATASET_FORMAT';
  assert.throws(() => parse([]), coded);
  assert.throws(() => parse(['hello\n']), coded);
  assert.throws(() => parse([new Uint8Array(200_000)]), coded);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      assert.ok(parse([`${HEADER}\n`, bytes]).table.rows <= 1);
    }),
  );
});
