import type { TextColumn } from '../table/index.ts';

/** Rows of one kind, and how many of them are above the threshold. */
export interface HitCount {
  readonly name: string;
  readonly rows: number;
  readonly hits: number;
  /** Rows by truth. */
  readonly hostile: number;
  readonly harmless: number;
  readonly unknown: number;
}

/** Hits of all values of a column: the ones shown, and what the rest amounts to. */
export interface HitTable {
  /** Most hits first, then most rows. */
  readonly shown: readonly HitCount[];
  readonly values: number;
  /** Values with at least one hit, by the truth of their rows: hostile if any row is. */
  readonly valuesHit: {
    readonly hostile: number;
    readonly harmless: number;
    readonly unknown: number;
  };
  /** Values with a hostile row. */
  readonly hostileValues: number;
}

/** What {@link countHits} reads; `truth`, `scores` and `rows` run in parallel. */
export interface HitInput {
  readonly column: TextColumn;
  readonly rows: Int32Array;
  readonly scores: Float32Array;
  /** 1, 0 or -1. */
  readonly truth: Int8Array;
  readonly threshold: number;
  /** Most values to show. */
  readonly limit: number;
}

/** Counts rows and hits by the value of a column. */
export function countHits(input: HitInput): HitTable {
  const { column, rows, scores, truth, threshold } = input;
  // One slot a word, and a last one for empty cells; four counts a slot.
  const empty = column.dictionary.length;
  const counts = new Uint32Array((empty + 1) * 4);
  for (let i = 0; i < rows.length; i++) {
    const code = column.codes[rows[i]!]!;
    const slot = (code < 0 ? empty : code) * 4;
    counts[slot + truth[i]! + 1]! += 1;
    if (scores[i]! >= threshold) counts[slot + 3]! += 1;
  }
  const all: HitCount[] = [];
  for (let word = 0; word <= empty; word++) {
    const [unknown, harmless, hostile, hits] = counts.subarray(word * 4, word * 4 + 4);
    const total = unknown! + harmless! + hostile!;
    if (total === 0) continue;
    const name = word === empty ? '(empty)' : column.dictionary[word]!;
    all.push({
      name,
      rows: total,
      hits: hits!,
      hostile: hostile!,
      harmless: harmless!,
      unknown: unknown!,
    });
  }
  all.sort((a, b) => b.hits - a.hits || b.rows - a.rows || (a.name < b.name ? -1 : 1));
  const hit = all.filter(({ hits }) => hits > 0);
  return {
    shown: all.slice(0, input.limit),
    values: all.length,
    valuesHit: {
      hostile: hit.filter((each) => each.hostile > 0).length,
      harmless: hit.filter((each) => each.hostile === 0 && each.harmless > 0).length,
      unknown: hit.filter((each) => each.hostile === 0 && each.harmless === 0).length,
    },
    hostileValues: all.filter((each) => each.hostile > 0).length,
  };
}
