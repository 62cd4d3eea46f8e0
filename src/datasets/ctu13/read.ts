import { argusSchema } from '../../flow/index.ts';
import { texts } from '../../table/index.ts';
import type { DatasetTable, ReadOptions } from '../dataset.ts';
import { readRows, viewOf } from '../dataset-files.ts';
import { groupsByHost } from '../host-groups.ts';
import { partName } from './files.ts';
import { argusFileSchema, argusTextFormat, argusWords } from './format.ts';
import { CTU13_CLASSES, mapLabels } from './labels.ts';

/** Bytes of text a row takes in the published files, on the short side: for the first allocation. */
const ROW_BYTES = 100;

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
  const { table: all, ...read } = await readRows(paths, options, {
    schema: argusFileSchema,
    rowBytes: ROW_BYTES,
    format: argusTextFormat,
    partOf: partName,
  });
  const rawLabel = texts(all, 'Label');
  const table = viewOf(argusWords(all), argusSchema);
  const { labels, counts } = mapLabels(rawLabel.codes, rawLabel.dictionary);
  return {
    table,
    dataset: 'ctu13',
    classes: CTU13_CLASSES,
    labels,
    rawLabel,
    ...groupsByHost(texts(table, 'SrcAddr'), read.files),
    ...read,
    labelCounts: counts,
  };
}
