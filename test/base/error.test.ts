import assert from 'node:assert/strict';
import { test } from 'node:test';
import { VERSION, WiresiftError } from '../../src/base/index.ts';

test('an error says where, what was seen, what was expected and what to do', () => {
  const error = new WiresiftError({
    code: 'CAPTURE_MAGIC',
    where: 'a.pcap, offset 0',
    saw: '50 4b 03 04',
    expected: 'pcap or pcapng',
    todo: 'Unzip it first',
  });
  assert.equal(
    error.message,
    'a.pcap, offset 0: saw 50 4b 03 04, expected pcap or pcapng. Unzip it first [CAPTURE_MAGIC]',
  );
  assert.equal(error.exitCode, 1);
});

test('the version is the one in package.json', () => {
  assert.match(VERSION, /^\d+\.\d+\.\d+/);
});
