import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WINDOW_FEATURES } from '../../../src/flow/windows/columns.ts';
import { FACTS } from '../../../src/flow/windows/counters.ts';
import {
  DISTINCT_PEERS,
  DISTINCT_PORTS,
  loadFacts,
  PEER_ENTROPY,
  PORT_ENTROPY,
  REGULARITY,
  writeTotals,
} from '../../../src/flow/windows/row-facts.ts';

const numbers = Float64Array.from([0, 0, 10, 20, 3, 4, 0, 0]);
const words = new Uint32Array(16);
words[15] = 4 | 8;

test('the responder has what the originator sent as received', () => {
  const facts = new Float64Array(FACTS);
  loadFacts(facts, { numbers, words }, 0, 0);
  assert.deepEqual([...facts], [10, 20, 3, 4, 1, 1, 1, 0, 0]);
  loadFacts(facts, { numbers, words }, 0, 1);
  assert.deepEqual([...facts], [20, 10, 4, 3, 1, 1, 1, 0, 0]);
});

test('every feature has its place, and ratios of nothing are empty', () => {
  const names = WINDOW_FEATURES.map(({ name }) => name);
  assert.deepEqual(
    [DISTINCT_PEERS, DISTINCT_PORTS, PEER_ENTROPY, PORT_ENTROPY, REGULARITY].map((at) => names[at]),
    ['peers', 'ports', 'peer_entropy', 'port_entropy', 'regularity'],
  );
  const values = new Float64Array(names.length);
  const totals = Float64Array.from([10, 20, 3, 4, 8, 2, 4, 1, 6]);
  writeTotals(values, 0, totals, true);
  const of = (name: string): number => values[names.indexOf(name)]!;
  assert.deepEqual([of('flows'), of('failed_ratio'), of('bytes_in')], [8, 0.25, 20]);
  assert.deepEqual(
    [of('dns_queries'), of('nxdomain_ratio'), of('new_peer_ratio')],
    [4, 0.25, 0.75],
  );
  writeTotals(values, 0, totals, false);
  assert.ok(Number.isNaN(of('dns_queries')) && Number.isNaN(of('nxdomain_ratio')));
});
