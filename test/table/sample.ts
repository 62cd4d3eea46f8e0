import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Schema, Table } from '../../src/table/index.ts';

/** A schema with one column of each type, and a name that needs quoting in CSV and SQL. */
export const sampleSchema: Schema = {
  name: 'sample',
  version: 1,
  columns: [
    { name: 'When', type: 'time', role: 'time', unit: 'us', live: true, meaning: 'a time' },
    { name: 'size, "big"', type: 'number', role: 'feature', live: true, meaning: 'a | number' },
    { name: 'Word', type: 'text', role: 'identity', live: false, meaning: 'a word' },
  ],
};

/** A row of {@link sampleTable}: microseconds, number, word; undefined is an empty cell. */
export type SampleRow = readonly [number | undefined, number | undefined, string | undefined];

/** A table of these rows, each word with its own code. */
export function sampleTable(rows: readonly SampleRow[]): Table {
  const numbers = (at: 0 | 1) => Float64Array.from(rows, (row) => row[at] ?? Number.NaN);
  return {
    schema: sampleSchema,
    rows: rows.length,
    columns: [
      { kind: 'number', values: numbers(0) },
      { kind: 'number', values: numbers(1) },
      {
        kind: 'text',
        codes: Int32Array.from(rows, (row, i) => (row[2] === undefined ? -1 : i)),
        dictionary: rows.map((row) => row[2] ?? ''),
      },
    ],
  };
}

/** A folder that is gone when the test ends. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "wiresift '"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
