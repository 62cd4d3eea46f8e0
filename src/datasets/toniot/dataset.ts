import { zeekSchema } from '../../flow/index.ts';
import { texts } from '../../table/index.ts';
import type { Dataset, DatasetTable, LabelRule, ReadOptions } from '../dataset.ts';
import { besides, readRows, viewOf } from '../dataset-files.ts';
import { groupsByHost } from '../host-groups.ts';
import { findTarget, type LabelTarget, labelRows, targetOf } from '../targets.ts';
import { emptyFilledCells, tonIotFileSchema, tonIotFormat } from './format.ts';

const ROW_BYTES = 150;

const ATTACKS = 'backdoor ddos dos injection mitm password ransomware scanning xss'.split(' ');

/** One rule a type; the last for any other word. */
export const TON_IOT_LABELS: readonly LabelRule[] = [
  { group: 'normal', labels: 'type normal, label 0', class: 'normal' },
  ...ATTACKS.map((name) => ({ group: name, labels: `type ${name}, label 1`, class: 'attack' })),
  { group: 'other', labels: 'anything else, or no type', class: null },
];

/** What `target` may be; the first unless one is named. */
export const TON_IOT_TARGETS: readonly LabelTarget[] = [
  targetOf(
    'label',
    'normal or attack',
    TON_IOT_LABELS.map((rule) => rule.class),
  ),
  targetOf('type', 'normal, or the kind of attack', ['normal', ...ATTACKS, null]),
];

const RULE_OF = new Map(TON_IOT_LABELS.map(({ group }, i) => [group, i]));

/** Position in {@link TON_IOT_LABELS} of the rule for a word of the type column. */
export function tonIotRule(raw: string | undefined): number {
  return RULE_OF.get(raw ?? '') ?? TON_IOT_LABELS.length - 1;
}

/**
 * Reads network files of TON_IoT, any release. Groups are source addresses: each class has its own,
 * so a split by group keeps a host's flows together. Copies remain; `identicalGroups` finds them.
 */
export async function readTonIot(
  paths: string | readonly string[],
  options: ReadOptions = {},
): Promise<DatasetTable> {
  const target = findTarget('ton-iot', TON_IOT_TARGETS, options.target);
  const { table: all, ...read } = await readRows(paths, options, {
    schema: tonIotFileSchema,
    rowBytes: ROW_BYTES,
    format: tonIotFormat,
  });
  emptyFilledCells(all);
  const table = viewOf(all, zeekSchema);
  const rawLabel = texts(all, 'type');
  return {
    table,
    dataset: 'ton-iot',
    classes: target.classes,
    ...labelRows(rawLabel, TON_IOT_LABELS, { target, ruleOf: tonIotRule }),
    rawLabel,
    ...groupsByHost(texts(table, 'id.orig_h'), read.files),
    ...read,
    besides: besides(all, 'ton-iot-besides', ['label']),
  };
}

/** TON_IoT network: Zeek records of a testbed with nine attacks. */
export const tonIot: Dataset = {
  name: 'ton-iot',
  title: 'TON_IoT network: Zeek records, 9 attacks and normal; 211,043 or 461,043 rows, or all',
  publisher: 'N. Moustafa, UNSW',
  source: 'https://research.unsw.edu.au/projects/toniot-datasets',
  licence: 'Free for academic research; commercial use after asking the author',
  citation: 'N. Moustafa, UNSW: TON_IoT datasets',
  files: [
    {
      name: 'train_test_network.csv',
      sha256: '26ddc513552de36de6428b2e578efaed2b57504c716dfba847cc0109a64e1974',
      what: '211,043 rows, 44 columns, no time column, sorted by type',
    },
  ],
  errata: [
    'Full of copies: without addresses and ports only 93,726 distinct rows, so a random split puts copies of test rows into training.',
    'Addresses are fixed for each class.',
    'Without addresses and ports no classifier can pass 98.87 % (type) or 99.98 % (label) on the whole file.',
    'Numbers that Zeek left empty were published as 0; they are emptied again here.',
  ],
  labels: TON_IOT_LABELS,
  targets: TON_IOT_TARGETS.map(({ name }) => name),
  schema: zeekSchema,
  read: readTonIot,
};
