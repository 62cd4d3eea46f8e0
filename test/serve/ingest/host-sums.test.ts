import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HostSums, unpackHosts } from '../../../src/serve/ingest/host-sums.ts';
import { argusRows, START } from '../../store/fixtures.ts';

test('sums of hosts are the same once they were packed, and come in pieces', () => {
  const sums = new HostSums();
  const table = argusRows(100, START, 1e6);
  sums.add(table);
  const packed = sums.packed();
  const all = [...unpackHosts(packed, 1e6)].flat();
  const hosts = packed.names.split('\n');
  assert.deepEqual(
    all.map(({ host }) => host),
    hosts,
  );
  assert.equal(new Set(hosts).size, hosts.length);
  // Each flow has two sides.
  assert.equal(
    all.reduce((sum, { flows }) => sum + flows, 0),
    2 * table.rows,
  );
  for (const { first, last } of all) assert.ok(first >= START && last >= first);
  const pieces = [...unpackHosts(packed, 7)];
  assert.ok(pieces.slice(0, -1).every((piece) => piece.length === 7));
  assert.deepEqual(pieces.flat(), all);
  assert.deepEqual([...unpackHosts(new HostSums().packed(), 5)], []);
});
