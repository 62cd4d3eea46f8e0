import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textTable } from '../../src/table/index.ts';

test('columns line up, numbers to the right, and no line ends in blanks', () => {
  const text = textTable(
    [{ title: 'host' }, { title: 'flows', align: 'right' }, { title: 'why' }],
    [
      ['10.0.0.1', 7, 'scan'],
      ['10.0.0.200', 1234, ''],
    ],
  );
  assert.deepEqual(text.split('\n'), [
    'host        flows  why',
    '10.0.0.1        7  scan',
    '10.0.0.200   1234',
  ]);
});

test('a cell from the wire cannot drive the terminal or break the row', () => {
  const text = textTable([{ title: 'uri' }], [['/\u001b[2J\nx\u202e'], ['y'.repeat(5000)]]);
  assert.equal(text.split('\n').length, 3);
  assert.ok(!text.includes('\u001b') && !text.includes('\u202e'));
  assert.ok(text.length < 500);
});
