import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WiresiftError } from '../../../src/base/index.ts';
import { argusTable } from '../../../src/flow/views/argus.ts';
import { argusSchema } from '../../../src/flow/views/argus-schema.ts';
import {
  attachWindows,
  WINDOW_FEATURES,
  windowSchemaColumns,
} from '../../../src/flow/windows/columns.ts';
import { HostWindows } from '../../../src/flow/windows/host-windows.ts';
import { numbers } from '../../../src/table/index.ts';
import { batchOf, EPOCH, randomFlows } from './flows.ts';

test('columns are live features, each named once, with a meaning', () => {
  const columns = windowSchemaColumns();
  assert.equal(columns.length, 2 * 4 * WINDOW_FEATURES.length);
  assert.equal(new Set(columns.map(({ name }) => name)).size, columns.length);
  assert.ok(columns.every(({ role, live, meaning }) => role === 'feature' && live && meaning));
  assert.equal(columns[0]!.name, 'src_flows_1s');
  assert.equal(columns.at(-1)!.name, 'dst_new_peer_ratio_600s');
});

test('attached to a view, each row keeps its cells and gets its features', () => {
  const flows = randomFlows(1, 80, 2);
  const batch = batchOf(flows);
  const features = new HostWindows({ maxHosts: 32 }).observe(batch);
  const table = attachWindows(argusTable(batch), features);
  assert.equal(table.schema.name, 'argus+windows');
  assert.equal(table.schema.version, 1);
  assert.equal(table.columns.length, table.schema.columns.length);
  assert.equal(table.columns.length, argusSchema.columns.length + features.stride);
  table.schema.columns.slice(argusSchema.columns.length).forEach(({ name }, column) => {
    const cells = numbers(table, name);
    for (let row = 0; row < 80; row++) {
      assert.ok(Object.is(cells[row], features.values[row * features.stride + column]));
    }
  });
});

test('features of another number of rows are refused', () => {
  const windows = new HostWindows({ maxHosts: 4 });
  const features = windows.observe(batchOf([{ from: 1, to: 2, end: EPOCH }]));
  assert.throws(
    () => attachWindows(argusTable(batchOf([])), features),
    (error) => error instanceof WiresiftError && error.code === 'WINDOWS_ROWS',
  );
});
