import type { TextColumn } from '../table/index.ts';
import type { FileShare } from './dataset.ts';

/** Groups by host, as {@link import('../table/index.ts').LabelledTable.groups}. */
export interface HostGroups {
  readonly groups: Int32Array;
  readonly groupNames: readonly string[];
}

/**
 * Rows of one source host belong together; with several files, of one file's source host
 * (`part/host`). Rows without an address are the host `-`.
 */
export function groupsByHost(source: TextColumn, files: readonly FileShare[]): HostGroups {
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
