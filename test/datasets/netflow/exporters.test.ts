import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NetflowExporters } from '../../../src/datasets/index.ts';
import { version5 } from './version5.ts';

const flow = (n: number) => ({
  from: [10, 0, 0, n],
  to: [192, 0, 2, 1],
  sourcePort: 4000 + n,
  port: 80,
  packets: 3,
  bytes: 300,
});

function collect(maxExporters?: number) {
  const rows: { id: number; source: number }[] = [];
  const exporters = new NetflowExporters({
    ...(maxExporters ? { maxExporters } : {}),
    batchRows: 2,
    onBatch(batch) {
      for (let row = 0; row < batch.length; row++) {
        rows.push({ id: batch.id[row]!, source: batch.addresses[row * 32 + 3]! });
      }
    },
  });
  return { exporters, rows };
}

test('exporters are decoded apart, and their flows numbered together', () => {
  const { exporters, rows } = collect();
  exporters.message('192.0.2.10', version5([flow(1), flow(2), flow(3)]), 0);
  exporters.message('192.0.2.11', version5([flow(4)]), 0);
  exporters.flush();
  assert.deepEqual(rows.map(({ id }) => id).sort(), [1, 2, 3, 4]);
  assert.deepEqual(rows.map(({ source }) => source).sort(), [1, 2, 3, 4]);
  const { messages, records, bad, refused } = exporters.stats;
  assert.deepEqual([messages, records, bad, refused, exporters.stats.exporters], [2, 4, 0, 0, 2]);
});

test('forged senders fill the bound and no more; who came first is still read', () => {
  const { exporters, rows } = collect(4);
  exporters.message('real', version5([flow(1)]), 0);
  for (let i = 0; i < 1000; i++) exporters.message(`forged ${i}`, version5([flow(2)]), 0);
  exporters.message('real', version5([flow(3)]), 0);
  exporters.flush();
  assert.equal(exporters.stats.exporters, 4);
  assert.equal(exporters.stats.refused, 997);
  assert.ok(rows.some(({ source }) => source === 3));
});

test('what is no NetFlow makes no exporter, and what is cut is counted', () => {
  const { exporters, rows } = collect();
  for (const bytes of [[], [0], [0, 5], Array(40).fill(7)]) {
    exporters.message('stranger', Uint8Array.from(bytes), 0);
  }
  assert.deepEqual([exporters.stats.exporters, exporters.stats.refused], [0, 4]);
  exporters.message('real', version5([flow(1), flow(2)]).subarray(0, 80), 0);
  exporters.flush();
  assert.equal(exporters.stats.bad, 1);
  assert.equal(rows.length, 1);
});
