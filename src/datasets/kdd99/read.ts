import { kddSchema } from '../../flow/index.ts';
import { texts } from '../../table/index.ts';
import type { DatasetTable, ReadOptions } from '../dataset.ts';
import { besides, readRows, viewOf } from '../dataset-files.ts';
import { identicalGroups } from '../identical.ts';
import { findTarget, labelRows } from '../targets.ts';
import { kddFileSchema, kddFormat } from './format.ts';
import { KDD_LABELS, KDD_TARGETS, kddRule } from './labels.ts';

/** A row of zeros and short words. */
const ROW_BYTES = 100;

/** Reads files of KDD Cup 99 or NSL-KDD. Groups are identical rows; `besides` holds the difficulty. */
export async function readKdd(
  dataset: string,
  paths: string | readonly string[],
  options: ReadOptions = {},
): Promise<DatasetTable> {
  const target = findTarget(dataset, KDD_TARGETS, options.target);
  const { table: all, ...read } = await readRows(paths, options, {
    schema: kddFileSchema,
    rowBytes: ROW_BYTES,
    format: kddFormat,
  });
  const table = viewOf(all, kddSchema);
  const rawLabel = texts(all, 'label');
  return {
    table,
    dataset,
    classes: target.classes,
    ...labelRows(rawLabel, KDD_LABELS, { target, ruleOf: kddRule }),
    rawLabel,
    ...identicalGroups(table),
    ...read,
    besides: besides(all, 'kdd-besides', ['difficulty']),
  };
}
