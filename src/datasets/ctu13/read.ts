import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { argusSchema } from '../../flow/index.ts';
import { columnIndex, type TextColumn } from '../../table/index.ts';
import type { DatasetTable, FileShare, ReadOptions } from '../dataset.ts';
import { type UnpackOptions, unpacked } from '../unpack.ts';
import { partName } from './files.ts';
import { CTU13_CLASSES, mapLabels } from './labels.ts';
import { BinetflowParser, type Problems } from './parser.ts';
import { ArgusRows } from './rows.ts';

/** Bytes of text a row takes in the published files, on the short side: for the first allocation. */
const ROW_BYTES = 100;
/** How much gzip shrinks such text, on the high side. */
const GZIP_RATIO = 7;
const SOURCE = columnIndex(argusSchema, 'SrcAddr');

/**
 * Reads Argus text files, `.binetflow` as CTU-13 and the Stratosphere captures publish them: plain
 * or gzipped, comma or tab, with or without a header, 13 to 17 columns and any more by name.
 *
 * Cells keep their text, but Dir loses its padding; empty ToS cells stay empty; Dur is rounded to
 * the 32-bit float that Argus printed. Management rows (`man`) are skipped and counted. Rows that
 * cannot be read are counted in `problems`. Groups are source addresses, behind the file's part
 * (`scenario-6/147.32.84.165`) when several files are read.
 * @throws as {@link import('../dataset.ts').Dataset.read}
 */
export async function readCtu13(
  paths: string | readonly string[],
  options: ReadOptions = {},
): Promise<DatasetTable> {
  const list = typeof paths === 'string' ? [paths] : paths;
  const sizes = await Promise.all(list.map(sizeOf));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let done = 0;
  const onBytes = (bytes: number): void => {
    done += bytes;
    options.onProgress?.(done, total);
  };
  const problems: Problems = { list: [], count: 0 };
  const zipped = list.some((path) => path.endsWith('.gz'));
  const rows = new ArgusRows((total / ROW_BYTES) * (zipped ? GZIP_RATIO : 1));
  const files: FileShare[] = [];
  for (const path of list) {
    const firstRow = rows.length;
    const parser = new BinetflowParser({ path, rows, problems, strict: options.strict ?? false });
    const hash = await feedFile(path, parser, { onBytes, signal: options.signal });
    const { management } = parser;
    files.push({
      path,
      part: partName(path),
      firstRow,
      rows: rows.length - firstRow,
      management,
      hash,
    });
  }
  const { table, rawLabel } = rows.finish();
  const { labels, counts } = mapLabels(rawLabel.codes, rawLabel.dictionary);
  return {
    table,
    dataset: 'ctu13',
    classes: CTU13_CLASSES,
    labels,
    rawLabel,
    ...groupsByHost(table.columns[SOURCE] as TextColumn, files),
    hash: joinHashes(files),
    problems: problems.list,
    problemCount: problems.count,
    files,
    labelCounts: counts,
  };
}

/** A file that cannot be opened counts nothing here; opening it says why. */
async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

async function feedFile(
  path: string,
  parser: BinetflowParser,
  options: Omit<UnpackOptions, 'hash'>,
): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of unpacked(path, { ...options, hash })) parser.feed(piece);
  parser.finish();
  return hash.digest('hex');
}

function joinHashes(files: readonly FileShare[]): string {
  if (files.length === 1) return files[0]!.hash;
  return createHash('sha256')
    .update(files.map((file) => file.hash).join(''))
    .digest('hex');
}

function groupsByHost(
  source: TextColumn,
  files: readonly FileShare[],
): { groups: Int32Array; groupNames: string[] } {
  if (files.length === 1 && !source.codes.includes(-1)) {
    return { groups: source.codes, groupNames: [...source.dictionary] };
  }
  const groups = new Int32Array(source.codes.length);
  const groupNames: string[] = [];
  const known = new Map<string, number>();
  for (const { part, firstRow, rows } of files) {
    // Position 0 is for rows without an address.
    const groupOf = new Int32Array(source.dictionary.length + 1).fill(-1);
    for (let row = firstRow; row < firstRow + rows; row++) {
      const code = source.codes[row]!;
      let group = groupOf[code + 1]!;
      if (group < 0) {
        const host = code < 0 ? '-' : source.dictionary[code]!;
        const name = files.length > 1 ? `${part}/${host}` : host;
        group = known.get(name) ?? groupNames.push(name) - 1;
        known.set(name, group);
        groupOf[code + 1] = group;
      }
      groups[row] = group;
    }
  }
  return { groups, groupNames };
}
