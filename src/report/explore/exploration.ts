/** A count with what it counts. */
export interface Counted {
  readonly name: string;
  readonly rows: number;
}

/** Rows of one class within a summary. */
export interface ClassShare {
  readonly class: string;
  readonly rows: number;
  /** Median of a number column, most frequent word of a text column; null when all are empty. */
  readonly typical: number | string | null;
}

/** Bars of a distribution: bin `i` holds cells from `edges[i]` to below `edges[i + 1]`. */
export interface Distribution {
  /** One more than there are bins; the last bin holds its upper edge too. */
  readonly edges: readonly number[];
  /** `counts[class][bin]`, in the order of {@link Exploration.classes}, rows without class last. */
  readonly counts: readonly (readonly number[])[];
  /** Bins widen by ratio, since the column is heavy-tailed; zeros and below are in `below`. */
  readonly log: boolean;
  /** Cells of a log distribution that are not above zero. */
  readonly below: number;
}

interface ColumnBase {
  readonly name: string;
  readonly type: 'number' | 'text' | 'time';
  readonly role: string;
  readonly unit?: string;
  readonly meaning: string;
  readonly live: boolean;
  readonly empty: number;
  readonly distinct: number;
  readonly byClass: readonly ClassShare[];
}

/** A column of numbers or times. Figures are null when every cell is empty. */
export interface NumberSummary extends ColumnBase {
  readonly type: 'number' | 'time';
  readonly zeros: number;
  readonly negative: number;
  readonly mean: number | null;
  readonly deviation: number | null;
  /** Minimum, 1, 25, 50, 75, 99 % and maximum, by the nearest rank. */
  readonly quantiles: readonly number[] | null;
  readonly distribution: Distribution | null;
}

/** A column of words. */
export interface TextSummary extends ColumnBase {
  readonly type: 'text';
  /** Cells that hold `-`, which many tools write for "empty". */
  readonly dashes: number;
  readonly top: readonly Counted[];
}

/** One column as it stands in the data. */
export type ColumnSummary = NumberSummary | TextSummary;

/** How strongly columns go together; row-major over `names`. Null where one of the two is constant. */
export interface Association {
  readonly method: 'Pearson' | "Cramér's V";
  readonly names: readonly string[];
  readonly values: readonly (number | null)[];
  /** Rows that were looked at, evenly spaced. */
  readonly rows: number;
}

/** How well very little already tells the label, on held-out rows. */
export interface LeakScan {
  readonly rows: number;
  /** Best first. */
  readonly columns: readonly {
    readonly name: string;
    readonly role: string;
    /** Mean of the recalls of all classes, of rows that the rule was not made from. */
    readonly balancedAccuracy: number;
  }[];
  /** A tree of depth 2 over all columns, and the columns it asks about. */
  readonly tree: {
    readonly balancedAccuracy: number;
    readonly columns: readonly string[];
  };
  /** Chance: one over the number of classes. */
  readonly chance: number;
}

/** Flows and attacks of one country, as source and as destination. */
export interface Place {
  /** ISO 3166-1 alpha-2; `private` for addresses that belong to no country, `unknown` otherwise. */
  readonly code: string;
  readonly sourceRows: number;
  readonly sourceAttacks: number;
  readonly destinationRows: number;
  readonly destinationAttacks: number;
}

/** Rows over time in bins of equal length. */
export interface TimeLine {
  /** Microseconds since 1970, start of the first bin. */
  readonly first: number;
  /** Microseconds. */
  readonly step: number;
  /** `counts[class][bin]`, as in {@link Distribution.counts}. */
  readonly counts: readonly (readonly number[])[];
}

/** A finding worth a sentence before any figure. */
export interface Finding {
  readonly kind:
    | 'constant'
    | 'duplicates'
    | 'conflicts'
    | 'empty'
    | 'identity-leak'
    | 'imbalance'
    | 'not-live'
    | 'dashes';
  readonly text: string;
}

/** Everything `wiresift explore` knows of a data set: plain data, the same bytes each time. */
export interface Exploration {
  readonly version: 1;
  readonly data: {
    readonly name: string;
    readonly hash: string | null;
    readonly schema: string;
    readonly rows: number;
    readonly columns: number;
    readonly problems: number;
  };
  readonly findings: readonly Finding[];
  /** Classes in order; the last entry `unlabelled` only when there are such rows. */
  readonly classes: readonly Counted[];
  /** Share of rows that always saying the largest class gets right; null without labels. */
  readonly majority: { readonly class: string; readonly share: number } | null;
  readonly duplicates: {
    /** Rows equal in every feature column to an earlier row. */
    readonly rows: number;
    /** Different feature vectors. */
    readonly distinct: number;
    /** Rows whose vector also stands in the data under another label. */
    readonly conflicting: number;
  };
  readonly columns: readonly ColumnSummary[];
  readonly associations: readonly Association[];
  readonly leaks: LeakScan | null;
  readonly places: readonly Place[] | null;
  readonly timeLine: TimeLine | null;
}
