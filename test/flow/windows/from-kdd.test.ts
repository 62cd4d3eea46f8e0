import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CONN_STATES } from '../../../src/flow/index.ts';
import { windowFlowsOfKdd } from '../../../src/flow/windows/from-kdd.ts';
import { HostWindows } from '../../../src/flow/windows/host-windows.ts';
import { meterCaptures } from '../../../src/pipeline.ts';

const example = fileURLToPath(new URL('../../../examples/attack.pcap', import.meta.url));

test('kdd rows give the flows of their connections, failed as their state says', async () => {
  const states = new Map<string, number>();
  let rows = 0;
  await meterCaptures([example], {
    onKdd(batch) {
      const flows = windowFlowsOfKdd(batch);
      const { connections } = batch;
      assert.equal(flows.length, batch.length);
      for (let row = 0; row < batch.length; row++) {
        assert.ok(flows.end[row]! >= flows.start[row]!);
        const word = CONN_STATES[connections.state[row]!]!;
        if (connections.protocol[row] !== 6 || states.has(word)) continue;
        const windows = new HostWindows({ windows: [1], maxHosts: 2 });
        const last = Uint32Array.from({ length: row + 1 }, () => row);
        const { values } = windows.observe({ ...flows, length: row + 1 }, { order: last });
        states.set(word, values[row * 28 + 3]!);
        assert.equal(values[row * 28 + 6], 0, 'packets are not known');
      }
      rows += batch.length;
    },
  });
  assert.ok(rows > 1000, `${rows}`);
  assert.equal(states.get('SF'), 0);
  assert.equal(states.get('S0') ?? 1, 1);
  assert.equal(states.get('REJ') ?? 1, 1);
  assert.ok(states.has('S0') || states.has('REJ'));
});
