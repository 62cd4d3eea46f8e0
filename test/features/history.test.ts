import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  changeSpec,
  defaultSpec,
  fitPipeline,
  hasHistory,
  pipelineFromJSON,
  takeMatrixRows,
} from '../../src/features/index.ts';
import { argusSchema } from '../../src/flow/index.ts';
import { argusTable, mixedSchema, mixedTable } from './tables.ts';

const table = argusTable(
  { StartTime: 5e6, Dur: 2, SrcAddr: '10.0.0.1', TotPkts: 1 },
  { StartTime: 6e6, Dur: undefined, SrcAddr: '10.0.0.2', TotPkts: 2 },
  { StartTime: undefined, SrcAddr: '10.0.0.1', TotPkts: 3 },
  { StartTime: 4e6, Dur: 0.5, SrcAddr: undefined, TotPkts: 4 },
);
const spec = { ...defaultSpec(argusSchema), history: true };

test('a pipeline that is asked tells who began each flow and when it ended, beside the columns', () => {
  const pipeline = fitPipeline(spec, table);
  const { history, names } = pipeline.transform(table);
  assert.deepEqual([...history!.hosts], [0, 1, 0, -1]);
  assert.deepEqual(history!.names, ['10.0.0.1', '10.0.0.2']);
  assert.deepEqual([...history!.times], [7e6, 6e6, Number.NaN, 4.5e6]);
  const plain = fitPipeline(defaultSpec(argusSchema), table);
  assert.deepEqual(names, plain.names);
  assert.equal(plain.transform(table).history, undefined);
  assert.deepEqual(pipeline.transform(table).data, plain.transform(table).data);
});

test('rows that are taken keep theirs, and so do pipelines with fewer columns or from a file', () => {
  const pipeline = fitPipeline(spec, table);
  const taken = takeMatrixRows(pipeline.transform(table), Int32Array.of(3, 1));
  assert.deepEqual([...taken.history!.hosts], [-1, 1]);
  assert.deepEqual([...taken.history!.times], [4.5e6, 6e6]);
  const some = pipeline.transform(table, Int32Array.of(3, 1));
  assert.deepEqual(some.history, taken.history);
  const kept = pipeline.keep([0, 1]);
  assert.deepEqual(kept.transform(table).history, pipeline.transform(table).history);
  const back = pipelineFromJSON(JSON.parse(JSON.stringify(kept)));
  assert.equal(back.history, true);
  assert.equal(back.hash(), kept.hash());
  assert.notEqual(kept.hash(), fitPipeline(defaultSpec(argusSchema), table).keep([0, 1]).hash());
  assert.equal(changeSpec(spec, { numbers: [{ kind: 'minMax' }] }).history, true);
});

test('addresses and times stay refused as features', () => {
  const asked = { ...spec, plans: [{ from: 'StartTime', steps: [] }] };
  assert.throws(() => fitPipeline(asked, table), { code: 'FEATURE_IDENTITY' });
});

test('tables that tell no hosts or no times are refused', () => {
  assert.ok(hasHistory(table));
  const mixed = { ...defaultSpec(mixedSchema), history: true };
  const rows = mixedTable([[1, 'a']]);
  assert.equal(hasHistory(rows), false);
  assert.throws(() => fitPipeline(mixed, rows), { code: 'FEATURE_HISTORY' });
  const timeless = argusTable({ StartTime: undefined }, { SrcAddr: undefined });
  assert.equal(hasHistory(timeless), false);
  assert.throws(() => fitPipeline(spec, timeless), /no row with both an address and a time/);
});

test('a stored pipeline says history in one way alone', () => {
  const json = JSON.parse(JSON.stringify(fitPipeline(spec, table)));
  assert.throws(() => pipelineFromJSON({ ...json, history: 'yes' }), { code: 'FEATURE_PIPELINE' });
});
