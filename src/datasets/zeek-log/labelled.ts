import { basename } from 'node:path';
import { zeekSchema } from '../../flow/index.ts';
import { type ColumnSpec, columnIndex, type Schema, texts } from '../../table/index.ts';
import type { Dataset, DatasetTable, ReadOptions } from '../dataset.ts';
import { besides, type FileRows, joinHashes, readRows, viewOf } from '../dataset-files.ts';
import { groupsByHost } from '../host-groups.ts';
import { MAX_PROBLEMS } from '../problems.ts';
import { findTarget, labelRows } from '../targets.ts';
import { unescapeWords, ZeekFormat } from './format.ts';
import { type SortedLogs, sortLogs } from './joined.ts';
import { BY_DETAIL, BY_LABEL, knownFileLabel, RULE_NONE, ZEEK_LABELS, zeekRule } from './labels.ts';

const ROW_BYTES = 110;

const extra = (name: string, meaning: string): ColumnSpec => ({
  name,
  type: 'text',
  role: 'label',
  live: false,
  meaning,
});

/** The zeek view with the two label columns behind it. */
const fileSchema: Schema = {
  ...zeekSchema,
  columns: [
    ...zeekSchema.columns,
    extra('label', 'Benign, Malicious or Background'),
    extra('detailed_label', 'What kind of attack, or of benign traffic'),
  ],
};

/** The label columns go by several names. */
const LABEL_NAMES: ReadonlyMap<string, string> = new Map([
  ['label', 'label'],
  ['detailed-label', 'detailed_label'],
  ['detailedlabel', 'detailed_label'],
  ['detailed_label', 'detailed_label'],
]);

/** The column of {@link fileSchema} that a field of a labelled `conn.log` fills, or -1. */
const columnOf = (field: string): number =>
  columnIndex(fileSchema, LABEL_NAMES.get(field) ?? field);

/**
 * Reads Zeek conn logs with labels, as IoT-23 and the Stratosphere test sets publish them. A log
 * without labels takes the one that `fileLabel` gives for its path, or that is known by its name.
 * dns, ssl, http and weird logs among the files are joined to the connections by `uid`; a folder
 * stands for the logs in it. Groups are source addresses.
 */
export async function readZeekLabelled(
  paths: string | readonly string[],
  options: ReadOptions = {},
): Promise<DatasetTable> {
  const byDetail = options.target === BY_DETAIL;
  const target = findTarget(
    'zeek-labelled',
    [BY_LABEL, { ...BY_LABEL, name: BY_DETAIL }],
    options.target,
  );
  const logs = await sortLogs(typeof paths === 'string' ? [paths] : paths, options);
  const { table: raw, ...rows } = await readRows(logs.conn, options, {
    schema: fileSchema,
    rowBytes: ROW_BYTES,
    format: (path) => new ZeekFormat(path, fileSchema, columnOf),
  });
  const read = withSides(rows, logs);
  const all = unescapeWords(raw);
  const table = logs.sides.join(viewOf(all, zeekSchema));
  const rawLabel = texts(all, 'label');
  const { labels, labelCounts } = labelRows(rawLabel, ZEEK_LABELS, { target, ruleOf: zeekRule });
  const counts = new Map(labelCounts.map((count) => [count.group, count]));
  for (const { path, firstRow, rows } of read.files) {
    const codes = rawLabel.codes.subarray(firstRow, firstRow + rows);
    if (codes.some((code) => code >= 0)) continue;
    const word = options.fileLabel?.(path) ?? knownFileLabel(basename(path));
    if (word === undefined) continue;
    const label = BY_LABEL.classOfRule[zeekRule(word)]!;
    labels.fill(label, firstRow, firstRow + rows);
    moveCount(counts, zeekRule(word), rows);
  }
  const result: DatasetTable = {
    table,
    dataset: 'zeek-labelled',
    classes: target.classes,
    labels,
    labelCounts: ZEEK_LABELS.flatMap(({ group }) => counts.get(group) ?? []),
    rawLabel,
    ...groupsByHost(texts(table, 'id.orig_h'), read.files),
    ...read,
    besides: besides(all, 'zeek-besides', ['detailed_label']),
  };
  return byDetail ? { ...result, ...detailed(result) } : result;
}

/** The account of the conn logs with that of the logs joined to them. */
function withSides<Read extends Omit<FileRows, 'table'>>(read: Read, logs: SortedLogs): Read {
  const { hashes, problems } = logs;
  if (hashes.length === 0) return read;
  return {
    ...read,
    hash: joinHashes([{ hash: read.hash }, ...hashes.map((hash) => ({ hash }))]),
    problems: [...read.problems, ...problems.list].slice(0, MAX_PROBLEMS),
    problemCount: read.problemCount + problems.count,
  };
}

function moveCount(
  counts: Map<string, DatasetTable['labelCounts'][number]>,
  rule: number,
  rows: number,
): void {
  const { group, class: name } = ZEEK_LABELS[rule]!;
  const none = ZEEK_LABELS[RULE_NONE]!.group;
  counts.set(group, { group, class: name, rows: (counts.get(group)?.rows ?? 0) + rows });
  const left = (counts.get(none)?.rows ?? 0) - rows;
  if (left > 0) counts.set(none, { group: none, class: null, rows: left });
  else counts.delete(none);
}

/** Classes by the detailed label: benign, then each kind of malicious row in order of appearance. */
function detailed(data: DatasetTable): { classes: string[]; labels: Int32Array } {
  const detail = texts(data.besides!, 'detailed_label');
  const classes = ['benign'];
  const known = new Map<string, number>();
  const labels = data.labels.map((label, row) => {
    if (label <= 0) return label;
    const word = detail.dictionary[detail.codes[row]!] ?? 'malicious';
    let code = known.get(word);
    if (code === undefined) {
      code = classes.push(word) - 1;
      known.set(word, code);
    }
    return code;
  });
  return { classes, labels };
}

/** IoT-23 and the Stratosphere test sets: Zeek conn logs with labels. */
export const zeekLabelled: Dataset = {
  name: 'zeek-labelled',
  title: 'IoT-23 and Stratosphere test sets: Zeek conn logs with labels',
  publisher: 'Stratosphere Laboratory, CTU University, Prague',
  source: 'https://www.stratosphereips.org/datasets-iot23',
  licence: 'Research use; cite IoT-23',
  citation: 'Stratosphere Laboratory: IoT-23',
  files: [],
  errata: [
    'In some logs the last three fields are parted by three spaces instead of tabs.',
    'stf-003, stf-005 and stf-006 carry no label column: the whole log is malicious.',
    'Case differs between logs: Benign, benign.',
    'Background, in stf-001 and stf-008, is neither benign nor malicious.',
  ],
  labels: ZEEK_LABELS,
  targets: [BY_LABEL.name, BY_DETAIL],
  schema: zeekSchema,
  read: readZeekLabelled,
};
