import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tableToFlowBatch } from '../../../src/datasets/index.ts';
import { CONN_STATES, HostWindows, zeekTable } from '../../../src/flow/index.ts';
import { windowFlowsOfConns } from '../../../src/flow/windows/from-conns.ts';
import { meterCaptures } from '../../../src/pipeline.ts';
import { numbers } from '../../../src/table/index.ts';

const example = fileURLToPath(new URL('../../../examples/attack.pcap', import.meta.url));
const COLUMNS = [
  'start',
  'end',
  'addressLength',
  'etherType',
  'protocol',
  'responderPort',
  'icmpType',
  'originatorPackets',
  'responderPackets',
  'originatorBytes',
  'responderBytes',
] as const;

test('connections give the flows that their rows, read back as a table, give', async () => {
  let rows = 0;
  let queries = 0;
  let unknown = 0;
  await meterCaptures([example], {
    onConns(batch) {
      const { flows, extra } = windowFlowsOfConns(batch);
      const table = zeekTable(batch);
      const read = tableToFlowBatch(table);
      assert.equal(read.length, flows.length);
      for (const name of COLUMNS) {
        const own = Array.from(flows[name].subarray(0, flows.length));
        assert.deepEqual(own, Array.from(read[name].subarray(0, read.length)), name);
      }
      const query = table.columns[table.schema.columns.findIndex((c) => c.name === 'dns_query')]!;
      assert.ok(query.kind === 'text');
      const codes = numbers(table, 'dns_rcode');
      for (let row = 0; row < batch.length; row++) {
        assert.equal(extra.dnsQuery![row], batch.facts[row]!.dns === null ? 0 : 1);
        assert.equal(extra.nxdomain![row], codes[row] === 3 ? 1 : 0);
        queries += extra.dnsQuery![row]!;
        unknown += extra.nxdomain![row]!;
      }
      rows += batch.length;
    },
  });
  assert.ok(rows > 1000 && queries > 20, `${rows} rows, ${queries} queries`);
  assert.ok(unknown <= queries);
});

test('a refused connection fails, a full one does not, nor one whose reset ended it', async () => {
  const failed = new Map<string, number>();
  await meterCaptures([example], {
    onConns(batch) {
      const { flows } = windowFlowsOfConns(batch);
      for (let row = 0; row < batch.length; row++) {
        const one = { ...flows, length: row + 1 };
        const { values } = new HostWindows({ windows: [1], maxHosts: 2 }).observe(one, {
          order: Uint32Array.from({ length: row + 1 }, () => row),
        });
        const word = CONN_STATES[batch.state[row]!]!;
        if (batch.protocol[row] === 6 && !failed.has(word)) failed.set(word, values[row * 28 + 3]!);
        if (row > 40) break;
      }
      for (let row = 0; row < batch.length; row++) {
        const word = CONN_STATES[batch.state[row]!]!;
        if (batch.protocol[row] !== 6) continue;
        if (word === 'REJ') assert.equal(flows.responderFlags[row], 20);
        if (word === 'SF' || word === 'RSTO') assert.equal(flows.responderFlags[row], 18);
        if (word === 'S0') assert.equal(flows.responderPackets[row], 0);
      }
    },
  });
  assert.equal(failed.get('SF'), 0);
});
