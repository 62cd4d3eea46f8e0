import type { Table } from '../table/index.ts';

/** Rows that are equal in every column asked for. */
export interface IdenticalGroups {
  /** For each row the number of its group, in order of first appearance. */
  readonly groups: Int32Array;
  readonly groupNames: readonly string[];
}

/**
 * Groups of rows whose cells are identical in all columns named (all features by default): copies
 * that a split must not part, or the test set is known from training. Open addressing over a hash
 * of the cells' bits; equal hashes are compared cell by cell. In outline
 *
 *     groupOf.get(JSON.stringify(cells)) ?? groupOf.size
 */
export function identicalGroups(table: Table, names?: readonly string[]): IdenticalGroups {
  const { rows } = table;
  const words = cellWords(table, names);
  const hashes = rowHashes(words, rows);
  const mask = (1 << (32 - Math.clz32(Math.max(8, rows * 2)))) - 1;
  const slots = new Int32Array(mask + 1).fill(-1);
  const groups = new Int32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    let slot = hashes[row]! & mask;
    for (;;) {
      const first = slots[slot]!;
      if (first < 0) {
        slots[slot] = row;
        groups[row] = count++;
        break;
      }
      if (hashes[first] === hashes[row] && sameRow(words, first, row)) {
        groups[row] = groups[first]!;
        break;
      }
      slot = (slot + 1) & mask;
    }
  }
  return { groups, groupNames: Array.from({ length: count }, (_, i) => `vector-${i + 1}`) };
}

/** Cells as 32-bit words: the codes of a text column, two words for each number. */
interface CellWords {
  readonly words: Int32Array;
  readonly stride: number;
}

function cellWords(table: Table, names: readonly string[] | undefined): readonly CellWords[] {
  const { columns } = table.schema;
  return table.columns.flatMap((column, i): CellWords[] => {
    const { name, role } = columns[i]!;
    if (names ? !names.includes(name) : role !== 'feature') return [];
    if (column.kind === 'text') return [{ words: column.codes, stride: 1 }];
    const bits = Float64Array.from(column.values);
    // One bit pattern for every empty cell, and for both zeros.
    for (let row = 0; row < bits.length; row++) {
      const value = bits[row]!;
      if (value === 0) bits[row] = 0;
      else if (Number.isNaN(value)) bits[row] = Number.NaN;
    }
    return [{ words: new Int32Array(bits.buffer), stride: 2 }];
  });
}

function rowHashes(columns: readonly CellWords[], rows: number): Int32Array {
  const hashes = new Int32Array(rows).fill(0x9e3779b9);
  for (const { words, stride } of columns) {
    for (let row = 0; row < rows; row++) {
      let word = words[row * stride]!;
      if (stride === 2) word = Math.imul(word, 0x27d4eb2f) ^ words[row * 2 + 1]!;
      let hash = Math.imul(hashes[row]! ^ word, 0x85ebca6b);
      hash ^= hash >>> 15;
      hashes[row] = Math.imul(hash, 0xc2b2ae35) ^ (hash >>> 13);
    }
  }
  return hashes;
}

function sameRow(columns: readonly CellWords[], a: number, b: number): boolean {
  for (const { words, stride } of columns) {
    if (words[a * stride] !== words[b * stride]) return false;
    if (stride === 2 && words[a * 2 + 1] !== words[b * 2 + 1]) return false;
  }
  return true;
}
