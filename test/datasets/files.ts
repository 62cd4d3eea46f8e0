import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { WiresiftError } from '../../src/base/index.ts';
import { numbers, type Table, textAt, texts } from '../../src/table/index.ts';

/** Writes a file into a folder that goes when the test ends. @returns its path */
export function fileOf(t: TestContext, name: string, content: string | Uint8Array): string {
  const dir = mkdtempSync(join(tmpdir(), 'wiresift-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

/** For `assert.throws` and `assert.rejects`. */
export const coded = (code: string) => (error: unknown) =>
  error instanceof WiresiftError && error.code === code;

/** One cell: its word or number; undefined when empty. */
export function cellOf(table: Table, name: string, row: number): string | number | undefined {
  const spec = table.schema.columns.find((column) => column.name === name);
  if (spec?.type === 'text') return textAt(texts(table, name), row);
  const value = numbers(table, name)[row]!;
  return Number.isNaN(value) ? undefined : value;
}

/** The cells of a row that are not empty, by column. */
export function rowOf(table: Table, row: number): Record<string, string | number> {
  const cells: Record<string, string | number> = {};
  for (const { name } of table.schema.columns) {
    const cell = cellOf(table, name, row);
    if (cell !== undefined) cells[name] = cell;
  }
  return cells;
}

/** Rows of each class by name; `none` for those without. */
export function classCounts(labels: Int32Array, classes: readonly string[]) {
  const counts: Record<string, number> = {};
  for (const label of labels) {
    const name = classes[label] ?? 'none';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
