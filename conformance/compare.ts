/** The columns of a `.binetflow` row, in order; the fifteenth, Label, is always empty. */
export const COLUMNS = [
  'StartTime',
  'Dur',
  'Proto',
  'SrcAddr',
  'Sport',
  'Dir',
  'DstAddr',
  'Dport',
  'State',
  'sTos',
  'dTos',
  'TotPkts',
  'TotBytes',
  'SrcBytes',
] as const;

/** A missing and an extra row that mean the same flow, and the columns in which they differ. */
export interface NearMiss {
  readonly expected: string;
  readonly got: string;
  readonly columns: readonly string[];
}

/** How two sets of rows compare. */
export interface Comparison {
  /** Rows in the oracle, and of these found unchanged. */
  readonly records: number;
  readonly matched: number;
  /** Rows of the oracle that we lack; rows of ours that it lacks. */
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly near: readonly NearMiss[];
}

/** How rows are read: their columns, what parts them, and what tells that two mean the same flow. */
export interface RowLayout {
  readonly columns: readonly string[];
  readonly separator: string;
  /** Keys from strict to loose: a pair is made by the first that both rows share. */
  readonly keys: readonly ((cells: readonly string[]) => string)[];
}

/** Compares two multisets of rows, all columns as text. */
export function compareRows(
  expected: readonly string[],
  got: readonly string[],
  layout: RowLayout = ARGUS_LAYOUT,
): Comparison {
  const left = new Map<string, number>();
  for (const row of expected) left.set(row, (left.get(row) ?? 0) + 1);
  const extra: string[] = [];
  let matched = 0;
  for (const row of got) {
    const count = left.get(row) ?? 0;
    if (count > 0) {
      matched++;
      left.set(row, count - 1);
    } else extra.push(row);
  }
  const missing: string[] = [];
  for (const [row, count] of left) for (let i = 0; i < count; i++) missing.push(row);
  return {
    records: expected.length,
    matched,
    missing,
    extra,
    near: nearMisses(missing, extra, layout),
  };
}

const KEYS: RowLayout['keys'] = [
  (c) => [c[0], c[2], c[3], c[4], c[6], c[7]].join(),
  (c) => [c[0], c[2], ends(c)].join(),
  (c) => [c[2], ends(c), c[11]].join(),
  (c) => [c[2], ends(c)].join(),
  (c) => [c[0], c[12]].join(),
];

/** A record of Argus: its 14 columns. */
export const ARGUS_LAYOUT: RowLayout = { columns: COLUMNS, separator: ',', keys: KEYS };

function ends(cells: readonly string[]): string {
  return [`${cells[3]} ${cells[4]}`, `${cells[6]} ${cells[7]}`].sort().join();
}

function nearMisses(
  missing: readonly string[],
  extra: readonly string[],
  { columns, separator, keys }: RowLayout,
): NearMiss[] {
  const near: NearMiss[] = [];
  let wanted = missing.map((row) => row.split(separator));
  let spare = extra.map((row) => row.split(separator));
  for (const key of keys) {
    const found = new Map<string, string[][]>();
    for (const cells of spare) {
      const text = key(cells);
      const list = found.get(text);
      if (list) list.push(cells);
      else found.set(text, [cells]);
    }
    const used = new Set<string[]>();
    wanted = wanted.filter((cells) => {
      const got = found.get(key(cells))?.shift();
      if (!got) return true;
      used.add(got);
      const differing = columns.filter((_, i) => cells[i] !== got[i]);
      near.push({
        expected: cells.join(separator),
        got: got.join(separator),
        columns: differing,
      });
      return false;
    });
    spare = spare.filter((cells) => !used.has(cells));
  }
  return near;
}
