import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRows } from '../../../conformance/compare.ts';
import { zeekRows } from '../../../conformance/zeek.ts';
import { zeekLogRows, zeekPairs } from '../../../conformance/zeek-oracle.ts';
import { sharedMissing, sharedPath } from '../../shared-data.ts';

test('what Zeek wrote of its own captures, row by row', { skip: sharedMissing }, async () => {
  const small =
    /pop3\.pcap|Teredo|ayiya3|bigtransfer|geneve\.pcap|vxlan|sctp|miss_end|wikipedia\.pcap\.1/;
  const pairs = zeekPairs(sharedPath('data', 'pcap')).filter(({ name }) => small.test(name));
  assert.ok(pairs.length >= 9);
  for (const pair of pairs) {
    const { missing, extra } = compareRows(zeekLogRows(pair.log), await zeekRows(pair));
    assert.deepEqual({ missing, extra }, { missing: [], extra: [] }, pair.name);
  }
});
