/** Rows of a group that follow each other: `from` up to but without `to`. */
interface Group {
  readonly word: string;
  readonly from: number;
  readonly to: number;
}

/** What a grid draws from top to bottom: rows, and heads of groups between them. */
export interface GridItems {
  readonly count: number;
  /** Index of the row at a place, undefined at a head. */
  readonly rowAt: (place: number) => number | undefined;
  readonly groupAt: (place: number) => Group | undefined;
  /** Place of a row, undefined when it is folded away. */
  readonly placeOf: (row: number) => number | undefined;
  /** The row so many steps away among those that can be seen, at most to the first or last. */
  readonly step: (row: number, steps: number) => number | undefined;
}

/** Rows without groups. */
export function plainItems(count: number): GridItems {
  return {
    count,
    rowAt: (place) => (place < count ? place : undefined),
    groupAt: () => undefined,
    placeOf: (row) => (row < count ? row : undefined),
    step: (row, steps) => (count === 0 ? undefined : Math.max(0, Math.min(count - 1, row + steps))),
  };
}

/** Rows below heads. @param folded words of groups whose rows are put away */
export function groupItems<Row>(
  rows: readonly Row[],
  groupOf: (row: Row) => string,
  folded: ReadonlySet<string>,
): GridItems {
  const places: (number | Group)[] = [];
  const seen: number[] = [];
  const placeOf = new Map<number, number>();
  for (let from = 0; from < rows.length; ) {
    const word = groupOf(rows[from]!);
    let to = from + 1;
    while (to < rows.length && groupOf(rows[to]!) === word) to++;
    places.push({ word, from, to });
    if (!folded.has(word)) {
      for (let row = from; row < to; row++) {
        placeOf.set(row, places.length);
        places.push(row);
        seen.push(row);
      }
    }
    from = to;
  }
  return {
    count: places.length,
    rowAt(place) {
      const found = places[place];
      return typeof found === 'number' ? found : undefined;
    },
    groupAt(place) {
      const found = places[place];
      return typeof found === 'object' ? found : undefined;
    },
    placeOf: (row) => placeOf.get(row),
    step(row, steps) {
      const at = seen.findIndex((one) => one >= row);
      const from = row < 0 ? -1 : at < 0 ? seen.length - 1 : at;
      return seen[Math.max(0, Math.min(seen.length - 1, from + steps))];
    },
  };
}
