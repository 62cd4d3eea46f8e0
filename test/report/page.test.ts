import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import {
  type BarChart,
  type Block,
  type Cell,
  type LineChart,
  markdownOf,
  type Page,
  pageCharts,
  pageHtml,
} from '../../src/report/index.ts';
import { commandLines, numberCell } from '../../src/report/page.ts';

const bars: BarChart = {
  kind: 'bars',
  title: 'Rows by class',
  value: { title: 'rows', format: 'count' },
  bars: [
    { label: 'normal', value: 13_449 },
    { label: 'none', value: null },
  ],
};
const lines: LineChart = {
  kind: 'lines',
  title: 'Curve',
  x: { title: 'x' },
  y: { title: 'y' },
  lines: [{ name: 'a', x: [0, 0.123456], y: [0, 1], low: [0, 0.5], high: [0.5, 1], dots: true }],
};
const long: LineChart = { ...lines, title: 'Long curve', lines: [{ name: 'a', x: [0], y: [0] }] };

const pageOf = (...blocks: Block[]): Page => ({
  title: 'A page',
  lead: 'What it is.',
  sections: [
    { title: '', blocks: [{ kind: 'text', text: 'Before.' }] },
    { title: 'Part', blocks },
  ],
});
const tableOf = (rows: readonly (readonly Cell[])[]): Block => ({
  kind: 'table',
  head: ['name', 'value'],
  rows,
});
const documentOf = (page: Page) => parseHTML(pageHtml(page)).document;

test('one content gives HTML and Markdown: titles, texts, lists, tables, code', () => {
  const page = pageOf(
    { kind: 'list', items: ['one', 'two'] },
    tableOf([['a', 12_345.678]]),
    { kind: 'code', text: 'wiresift --help', language: 'sh' },
    { kind: 'fold', title: 'Folded', blocks: [{ kind: 'text', text: 'within' }] },
  );
  const markdown = markdownOf(page);
  const document = documentOf(page);
  for (const text of ['A page', 'What it is.', 'Before.', 'Part', 'two', '12\u202f346', 'within']) {
    assert.ok(markdown.includes(text), text);
    assert.ok(document.body.textContent?.includes(text), text);
  }
  assert.match(markdown, /^# A page\n\nWhat it is\.\n\nBefore\.\n\n## Part\n\n- one\n- two\n/);
  assert.match(markdown, /\| name \| value \|\n\|---\|---\|\n\| a \| 12\u202f346 \|/);
  assert.match(markdown, /```sh\nwiresift --help\n```/);
  assert.match(markdown, /### Folded\n\nwithin\n$/);
});

test('a part without a title has no heading and no entry among the links', () => {
  const document = documentOf(pageOf({ kind: 'text', text: 'x' }));
  assert.equal(document.querySelectorAll('h2').length, 1);
  assert.equal(document.querySelectorAll('nav a').length, 1);
  assert.equal(document.querySelector('nav a')?.getAttribute('href'), '#s2');
});

test('Markdown tells small charts as tables, names the others, and leaves out what a table told', () => {
  const markdown = markdownOf(pageOf({ kind: 'charts', charts: [bars, lines, long] }));
  assert.match(markdown, /\| normal \| 13\u202f449 \|\n\| none \| none \|/);
  assert.match(markdown, /\| x \| y \| from \| to \|/);
  assert.match(markdown, /\| 0\.1235 \| 1 \| 0\.5 \| 1 \|/);
  assert.match(markdown, /Drawn in the HTML form: Long curve\.\n$/);
  const told = markdownOf(pageOf({ kind: 'charts', charts: [bars], told: true }));
  assert.doesNotMatch(told, /normal/);
});

test('no text can become markup, break a table or end a fence', () => {
  const hostile = fc.constantFrom(
    '|',
    '`',
    '```',
    '<b>',
    '# x',
    '- x',
    '\n',
    '\\',
    '[a](b)',
    '*',
    '1. ',
  );
  fc.assert(
    fc.property(fc.array(hostile, { maxLength: 8 }), (parts) => {
      const text = `${parts.join('')}x`;
      const rows = markdownOf(pageOf(tableOf([[text, text]])))
        .trimEnd()
        .split('\n')
        .slice(-1);
      const bare = rows[0]!.replace(/\\\\/g, '').replace(/\\\|/g, '');
      assert.equal(bare.split('|').length, 4, rows[0]);
      const last = markdownOf(pageOf({ kind: 'text', text }))
        .trimEnd()
        .split('\n')
        .at(-1)!;
      assert.doesNotMatch(last, /^(?:#|- |\d+\.)/, last);
      assert.doesNotMatch(last.replace(/\\./g, ''), /[<`*[]/, last);
      const fenced = markdownOf(pageOf({ kind: 'code', text }))
        .trimEnd()
        .split('\n');
      const fence = fenced.at(-1)!;
      assert.match(fence, /^`{3,}$/);
      assert.ok(!text.includes(fence));
      assert.doesNotMatch(pageHtml(pageOf(tableOf([[text, 1]]))), /<b>/);
    }),
    { numRuns: 60 },
  );
});

test('columns of numbers stand to the right, addresses and words to the left', () => {
  const page = pageOf({
    kind: 'table',
    head: ['address', 'count', 'figure', 'mixed'],
    rows: [
      ['10.0.0.1', 5, '0.9 [0.8, 1.0]', 'tcp'],
      ['10.0.0.2', null, '6.4e-4', '53'],
    ],
  });
  const cells = [...documentOf(page).querySelectorAll('tbody tr:first-child td')];
  assert.deepEqual(
    cells.map((cell) => cell.className),
    ['', 'n', 'n', ''],
  );
});

test('numbers carry the digits that matter', () => {
  assert.equal(numberCell(3_890_855_126), '3\u202f890\u202f855\u202f126');
  assert.equal(numberCell(93_516.929), '93\u202f517');
  assert.equal(numberCell(0.123456), '0.1235');
  assert.equal(numberCell(Number.NaN), '–');
});

test('a chart is drawn for wide and for narrow screens; a wide matrix scrolls instead', () => {
  const columns = Array.from({ length: 20 }, (_, at) => `c${at}`);
  const matrix = {
    kind: 'matrix',
    title: 'Wide',
    rows: ['r'],
    columns,
    values: columns.map(() => 1),
    rowTitle: '',
    columnTitle: '',
  } as const;
  const document = documentOf(pageOf({ kind: 'charts', charts: [bars, matrix] }));
  assert.equal(document.querySelectorAll('.broad > svg').length, 1);
  assert.equal(document.querySelector('.narrow > svg')?.getAttribute('width'), '400');
  assert.equal(document.querySelectorAll('.wide > svg').length, 1);
});

test('every chart of a page is found, named by what it is folded under', () => {
  const page = pageOf(
    { kind: 'charts', charts: [bars] },
    { kind: 'beside', blocks: [{ kind: 'charts', charts: [lines] }] },
    { kind: 'fold', title: 'tree', blocks: [{ kind: 'charts', charts: [bars] }] },
  );
  assert.deepEqual(
    pageCharts(page).map(({ name }) => name),
    ['Rows by class', 'Curve', 'tree Rows by class'],
  );
});

test('a long command goes on in the next line as a shell takes it, never within quotes', () => {
  assert.equal(commandLines('wiresift train a b -o c'), 'wiresift train a b -o c');
  const said = `--accept-leak "group-overlap=known --${'x'.repeat(80)} --y \\" --z"`;
  const command = `wiresift train ton-iot file.csv --model forest --split grouped ${said} --seed 1 -o m`;
  const lines = commandLines(command);
  assert.ok(lines.includes(said));
  assert.equal(lines.replaceAll(' \\\n ', ''), command);
  assert.match(lines, / \\\n {2}--seed 1 -o m$/);
});
