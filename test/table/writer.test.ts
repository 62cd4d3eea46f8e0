import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { abortOpenFiles, WiresiftError } from '../../src/base/index.ts';
import { createTableWriter, TABLE_FORMATS, type TableSink } from '../../src/table/index.ts';
import { failFlushes } from '../failing-flush.ts';
import { sampleSchema, sampleTable, temporaryFolder } from './sample.ts';

const rows = sampleTable([[1, 2, 'three']]);
const coded = (code: string) => (error: unknown) =>
  error instanceof WiresiftError && error.code === code;

for (const format of TABLE_FORMATS) {
  test(`${format}: nothing under the final name before close, all of it after`, async (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, `it's.${format}`);
    const writer = createTableWriter({ format, schema: sampleSchema, path });
    await writer.append(rows);
    await writer.append(rows);
    assert.equal(existsSync(path), false);
    await writer.close();
    assert.deepEqual(readdirSync(folder), [`it's.${format}`]);
    assert.ok(readFileSync(path).length > 10);
    await writer.close();
    writer.abort();
    assert.ok(existsSync(path));
  });

  test(`${format}: abort leaves nothing and keeps the old file`, async (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, 'out');
    writeFileSync(path, 'old');
    const writer = createTableWriter({ format, schema: sampleSchema, path });
    await writer.append(rows);
    writer.abort();
    assert.deepEqual(readdirSync(folder), ['out']);
    assert.equal(readFileSync(path, 'utf8'), 'old');
    await assert.rejects(() => writer.append(rows), coded('TABLE_CLOSED'));
  });

  test(`${format}: a flush that fails is told, leaves nothing and keeps the old file`, async (t) => {
    const folder = temporaryFolder(t);
    const path = join(folder, 'out');
    writeFileSync(path, 'old');
    const writer = createTableWriter({ format, schema: sampleSchema, path });
    await writer.append(rows);
    failFlushes(t);
    await assert.rejects(() => writer.close(), { code: 'EIO' });
    assert.deepEqual(readdirSync(folder), ['out']);
    assert.equal(readFileSync(path, 'utf8'), 'old');
  });

  test(`${format}: Ctrl-C in the middle leaves nothing`, async (t) => {
    const folder = temporaryFolder(t);
    const writer = createTableWriter({ format, schema: sampleSchema, path: join(folder, 'out') });
    await writer.append(rows);
    abortOpenFiles();
    assert.deepEqual(readdirSync(folder), []);
    writer.abort();
  });

  test(`${format}: a table of other columns is refused and nothing is left`, async (t) => {
    const folder = temporaryFolder(t);
    const writer = createTableWriter({ format, schema: sampleSchema, path: join(folder, 'out') });
    const other = { ...rows, schema: { ...sampleSchema, version: 2 } };
    await assert.rejects(() => writer.append(other), coded('TABLE_SCHEMA'));
    assert.deepEqual(readdirSync(folder), []);
  });

  test(`${format}: a table whose cells are of another kind is refused`, async (t) => {
    const path = join(temporaryFolder(t), 'out');
    const writer = createTableWriter({ format, schema: sampleSchema, path });
    const columns = [rows.columns[0]!, rows.columns[2]!, rows.columns[1]!];
    await assert.rejects(() => writer.append({ ...rows, columns }), coded('TABLE_SCHEMA'));
  });

  test(`${format}: the same rows give the same bytes`, async (t) => {
    const folder = temporaryFolder(t);
    const paths = [join(folder, 'a'), join(folder, 'b')];
    for (const path of paths) {
      const writer = createTableWriter({ format, schema: sampleSchema, path });
      await writer.append(rows);
      await writer.close();
    }
    assert.deepEqual(readFileSync(paths[0]!), readFileSync(paths[1]!));
  });

  test(`${format}: a folder that does not exist is the system's error`, () => {
    assert.throws(
      () => createTableWriter({ format, schema: sampleSchema, path: '/no/such/folder/out' }),
      /ENOENT/,
    );
  });
}

test('exactly one of path and sink, and Parquet only to a path', () => {
  const sink: TableSink = { write: () => {} };
  const schema = sampleSchema;
  const usage = (error: unknown) =>
    error instanceof WiresiftError && error.code === 'TABLE_OUTPUT' && error.exitCode === 2;
  assert.throws(() => createTableWriter({ format: 'csv', schema }), usage);
  assert.throws(() => createTableWriter({ format: 'csv', schema, sink, path: 'x' }), usage);
  assert.throws(() => createTableWriter({ format: 'parquet', schema, sink }), usage);
});

test('a sink is waited for, and told of the end or the abort once', async () => {
  const calls: string[] = [];
  let busy = false;
  const sink: TableSink = {
    async write(data) {
      assert.equal(busy, false, 'written to while busy');
      busy = true;
      await new Promise((resolve) => setImmediate(resolve));
      busy = false;
      calls.push(data);
    },
    commit: () => void calls.push('commit'),
    abort: () => void calls.push('abort'),
  };
  const long = sampleTable(Array.from({ length: 5000 }, (_, i) => [i, i, 'x'.repeat(40)] as const));
  const writer = createTableWriter({ format: 'jsonl', schema: sampleSchema, sink });
  await writer.append(long);
  await writer.close();
  assert.equal(calls.pop(), 'commit');
  assert.ok(calls.length > 2, 'sent in pieces');
  assert.equal(calls.join('').split('\n').length, 5001);

  const broken = createTableWriter({
    format: 'csv',
    schema: sampleSchema,
    sink: { ...sink, write: () => Promise.reject(new Error('full')) },
  });
  calls.length = 0;
  await assert.rejects(() => broken.append(rows), /full/);
  broken.abort();
  assert.deepEqual(calls, ['abort']);
});
