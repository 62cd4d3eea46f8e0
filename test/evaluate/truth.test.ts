import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WiresiftError } from '../../src/base/index.ts';
import {
  harmlessClass,
  hostColumn,
  hostileScores,
  hostileTruth,
  timeRange,
} from '../../src/evaluate/truth.ts';
import { madeFlows } from './flows.ts';

test('the harmless class is the one so named, else the first', () => {
  assert.equal(harmlessClass(['normal', 'botnet']), 0);
  assert.equal(harmlessClass(['scan', 'Benign', 'dos']), 1);
  assert.equal(harmlessClass(['a', 'b']), 0);
  assert.throws(
    () => harmlessClass(['botnet']),
    (error) => error instanceof WiresiftError && error.code === 'EVALUATE_CLASSES',
  );
});

test('the hostile score is the other column of two, or one minus the harmless of more', () => {
  const two = Float32Array.of(0.75, 0.25, 0.1, 0.9);
  assert.deepEqual([...hostileScores(two, 2, 0)], [...Float32Array.of(0.25, 0.9)]);
  assert.deepEqual([...hostileScores(two, 2, 1)], [...Float32Array.of(0.75, 0.1)]);
  assert.deepEqual([...hostileScores(Float32Array.of(0.5, 0.25, 0.25), 3, 1)], [0.75]);
});

test('truth is hostile, harmless or unknown', () => {
  const truth = hostileTruth(Int32Array.of(2, 1, -1, 0), Int32Array.of(3, 2, 1, 0), 1);
  assert.deepEqual([...truth], [1, -1, 0, 1]);
});

test('times and hosts come from the schema', () => {
  const data = madeFlows(50);
  const rows = Int32Array.from({ length: 50 }, (_, row) => row);
  const { first, last } = timeRange(data.table, rows);
  assert.equal(first, 1.3e15);
  assert.equal(last, 1.3e15 + 3528e6);
  assert.ok(Number.isNaN(timeRange(data.table, new Int32Array(0)).first));
  assert.equal(hostColumn(data).name, 'SrcAddr');
  const schema = { ...data.table.schema, columns: data.table.schema.columns.slice(1, 3) };
  const bare = { ...data, table: { schema, rows: 50, columns: data.table.columns.slice(1, 3) } };
  assert.equal(hostColumn(bare).name, 'group');
  assert.ok(Number.isNaN(timeRange(bare.table, rows).last));
});
