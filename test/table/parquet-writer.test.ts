import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { DuckDBConnection } from '@duckdb/node-api';
import { createTableWriter } from '../../src/table/index.ts';
import { type SampleRow, sampleSchema, sampleTable, temporaryFolder } from './sample.ts';

async function query(sql: string): Promise<unknown[][]> {
  const connection = await DuckDBConnection.create();
  const reader = await connection.runAndReadAll(sql);
  connection.closeSync();
  return reader.getRowsJson() as unknown[][];
}

test('DuckDB reads back types, names, words and empty cells', async (t) => {
  const path = join(temporaryFolder(t), 'flows.parquet');
  const from = `FROM '${path.replaceAll("'", "''")}'`;
  const writer = createTableWriter({ format: 'parquet', schema: sampleSchema, path });
  const rows: SampleRow[] = [
    [1313488906972101, 0.1, 'a,"b"\n'],
    [undefined, undefined, undefined],
    [-1, Number.NEGATIVE_INFINITY, ''],
  ];
  await writer.append(sampleTable(rows));
  await writer.close();
  assert.deepEqual(
    await query(`SELECT column_name, column_type FROM (DESCRIBE SELECT * ${from})`),
    [
      ['When', 'TIMESTAMP'],
      ['size, "big"', 'DOUBLE'],
      ['Word', 'VARCHAR'],
    ],
  );
  assert.deepEqual(await query(`SELECT epoch_us("When"), "Word" ${from}`), [
    ['1313488906972101', 'a,"b"\n'],
    [null, null],
    ['-1', ''],
  ]);
  assert.deepEqual(await query(`SELECT "size, ""big""" = 0.1, "size, ""big""" IS NULL ${from}`), [
    [true, false],
    [null, true],
    [false, false],
  ]);
  assert.deepEqual(
    await query(`SELECT DISTINCT compression FROM parquet_metadata(${from.slice(5)})`),
    [['ZSTD']],
  );
});

test('rows keep their order across chunks and tables, and none is lost', async (t) => {
  const path = join(temporaryFolder(t), 'flows.parquet');
  const from = `FROM '${path.replaceAll("'", "''")}'`;
  const writer = createTableWriter({ format: 'parquet', schema: sampleSchema, path });
  let next = 0;
  // Around DuckDB's chunk of 2,048 rows.
  const sizes = [2047, 2048, 2049, 0, 1, 5000];
  for (const size of sizes) {
    const rows = Array.from({ length: size }, (): SampleRow => [next, next, `w${next++}`]);
    await writer.append(sampleTable(rows));
  }
  await writer.close();
  assert.deepEqual(
    await query(
      `SELECT count(*), bool_and(epoch_us("When") = n AND "Word" = 'w' || n AND "size, ""big""" = n)
       FROM (SELECT *, row_number() OVER () - 1 AS n ${from})`,
    ),
    [[String(next), true]],
  );
});

test('no rows at all is still a Parquet file with the columns', async (t) => {
  const path = join(temporaryFolder(t), 'none.parquet');
  await createTableWriter({ format: 'parquet', schema: sampleSchema, path }).close();
  const from = `FROM '${path.replaceAll("'", "''")}'`;
  assert.deepEqual(await query(`SELECT count(*), count("Word") ${from}`), [['0', '0']]);
});
