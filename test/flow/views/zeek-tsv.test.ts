import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zeekFooter, zeekHeader } from '../../../src/flow/index.ts';
import { Wire } from '../zeek/build.ts';

test('header and footer are those of a conn.log', () => {
  const lines = zeekHeader(Date.UTC(2026, 0, 2, 3, 4, 5) * 1000).split('\n');
  assert.deepEqual(lines.slice(0, 6), [
    '#separator \\x09',
    '#set_separator\t,',
    '#empty_field\t(empty)',
    '#unset_field\t-',
    '#path\tconn',
    '#open\t2026-01-02-03-04-05',
  ]);
  assert.equal(lines[6]!.split('\t').length, lines[7]!.split('\t').length);
  assert.equal(lines[6]!.split('\t')[0], '#fields');
  assert.equal(lines[8], '');
  assert.equal(zeekFooter(0), '#close\t1970-01-01-00-00-00\n');
});

test('a row has every field, six decimals, and dashes where nothing is known', () => {
  const wire = new Wire().send({ flags: 'S' });
  wire.rows();
  const cells = wire.text()[0]!.split('\t');
  const fields = zeekHeader(0).split('\n')[6]!.split('\t').slice(1);
  assert.equal(cells.length, fields.length);
  const cell = (name: string): string => cells[fields.indexOf(name)]!;
  assert.equal(cell('ts'), '1700000000.010000');
  assert.equal(cell('duration'), '-');
  assert.equal(cell('orig_bytes'), '-');
  assert.equal(cell('service'), '-');
  assert.equal(cell('tunnel_parents'), '-');
  assert.equal(cell('ip_proto'), '6');
});
