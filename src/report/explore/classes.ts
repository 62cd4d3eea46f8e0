/** The truth of each row as small codes: classes in order, rows without one last. */
export interface RowClasses {
  /** Names of the classes, then `unlabelled` when some row has no class. */
  readonly names: readonly string[];
  /** Index into `names`, one a row. */
  readonly codes: Uint16Array;
  /** Classes without the `unlabelled` one. */
  readonly known: number;
}

/** Name of the rows that carry no class. */
export const UNLABELLED = 'unlabelled';

/** Codes of the rows; without labels all rows are {@link UNLABELLED}. */
export function rowClasses(
  rows: number,
  classes: readonly string[] = [],
  labels?: Int32Array,
): RowClasses {
  const codes = new Uint16Array(rows);
  let missing = false;
  for (let row = 0; row < rows; row++) {
    const label = labels?.[row] ?? -1;
    if (label < 0) missing = true;
    codes[row] = label < 0 ? classes.length : label;
  }
  const names = missing || rows === 0 ? [...classes, UNLABELLED] : [...classes];
  return { names, codes, known: classes.length };
}
