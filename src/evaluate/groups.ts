import { WiresiftError } from '../base/index.ts';
import { type FileShare, groupsByFile, groupsByHost, identicalGroups } from '../datasets/index.ts';
import type { LabelledTable } from '../table/index.ts';
import { hostColumn } from './truth.ts';

/** What may be kept together. */
export const GROUPS = ['host', 'file', 'identical'] as const;

/** Rows that a grouped split never parts. Plain data, as it stands in a model file. */
export type GroupChoice =
  /** Rows of one originator, with several files of one file's. */
  | { readonly by: 'host' }
  /** Rows of one file: a scenario, a day. */
  | { readonly by: 'file' }
  /** Rows that are equal in these columns: copies. */
  | { readonly by: 'identical'; readonly columns: readonly string[] };

/**
 * The data with other groups.
 * @throws WiresiftError `SPLIT` when the data do not know their files
 */
export function regrouped<Data extends LabelledTable & { readonly files?: readonly FileShare[] }>(
  data: Data,
  choice: GroupChoice,
): Data {
  if (choice.by === 'identical') {
    return { ...data, ...identicalGroups(data.table, choice.columns) };
  }
  if (choice.by === 'host' && !data.files) {
    const { codes, dictionary } = hostColumn(data);
    const groups = codes.map((code) => (code < 0 ? dictionary.length : code));
    return { ...data, groups, groupNames: [...dictionary, '-'] };
  }
  if (!data.files) {
    throw new WiresiftError({
      code: 'SPLIT',
      where: 'groups by file',
      saw: 'data that do not tell which file a row is from',
      expected: 'data read by a data set',
      todo: 'Group by host or identical',
    });
  }
  if (choice.by === 'file') return { ...data, ...groupsByFile({ ...data, files: data.files }) };
  return { ...data, ...groupsByHost(hostColumn(data), data.files) };
}

/** What is kept together, to go behind a sentence. */
export function groupsText(choice: GroupChoice): string {
  if (choice.by !== 'identical') return `; a group: the rows of one ${choice.by}`;
  return `; a group: rows that are equal in ${choice.columns.length} columns`;
}
