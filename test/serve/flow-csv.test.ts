import assert from 'node:assert/strict';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { flowCsv } from '../../src/serve/flow-csv.ts';
import type { FlowQuery, FlowStore } from '../../src/store/index.ts';

test('no cell is a formula, ends its line early, or breaks out of its quotes', async () => {
  const cells = [
    '=HYPERLINK("http://evil.example")',
    '+1',
    '-1+cmd|calc',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    'a","b',
    'two\nlines',
    'plain',
  ];
  const pages = [{ columns: ['agent', 'n'], rows: cells.map((cell) => ({ cells: [cell, -4] })) }];
  const flows = {
    views: [],
    async *stream() {
      yield* pages;
    },
  } as unknown as FlowStore;
  const query: FlowQuery = { view: 'zeek' };
  assert.equal(
    await text(flowCsv(flows, query)),
    [
      'agent,n',
      `"'=HYPERLINK(""http://evil.example"")",-4`,
      `'+1,-4`,
      `'-1+cmd|calc,-4`,
      `'@SUM(A1),-4`,
      `'\t=1,-4`,
      `"'\r=1",-4`,
      '"a"",""b",-4',
      '"two\nlines",-4',
      'plain,-4',
      '',
    ].join('\n'),
  );
});
