import type { LabelledTable } from '../../table/index.ts';

/** What a leak is called; one name a kind, so that it can be accepted by name. */
export type LeakName =
  | 'same-rows'
  | 'same-records'
  | 'identical-vectors'
  | 'near-duplicates'
  | 'group-overlap'
  | 'future-in-training'
  | 'windows-straddle'
  | 'identity-column'
  | 'identifying-column'
  | 'row-order-column'
  | 'target-copy'
  | 'fitted-on-test-cells'
  | 'fitted-on-test-labels'
  | 'resampled-before-split'
  | 'synthetic-test-rows'
  | 'test-rows-chosen'
  | 'chosen-on-test';

/**
 * How sure a finding makes the figures worthless: a `leak` must be fixed or accepted by name; a `note`
 * is told beside the figures.
 */
export type LeakWeight = 'leak' | 'note';

/** One thing found. */
export interface LeakFinding {
  readonly name: LeakName;
  readonly weight: LeakWeight;
  /** What it concerns: a column, a step, or the split. */
  readonly where: string;
  /** One sentence with the figure that shows it. */
  readonly text: string;
  /** What to do about it. */
  readonly todo: string;
}

/** A finding that a person has accepted, and why. */
export interface AcceptedLeak {
  readonly name: LeakName;
  readonly reason: string;
}

/** How the rows of a part came to be. */
export interface PartRows {
  /** Row of the table that each row of the part is, or was made from; one a row of the part. */
  readonly rows: Int32Array;
  /** Second parent of rows that were made between two (SMOTE), -1 for others; absent: none was. */
  readonly parents?: Int32Array;
}

/** Rows that a decision was taken on: a threshold, parameters, columns, early stopping. */
export interface Decision {
  readonly what: string;
  readonly rows: Int32Array;
}

/** A figure in the making, as far as the gate needs to know it. */
export interface Protocol {
  readonly data: LabelledTable;
  /** The data set's own groups, where the split went by others, such as copies. */
  readonly ownGroups?: Pick<LabelledTable, 'groups' | 'groupNames'> | undefined;
  readonly train: PartRows;
  readonly test: PartRows;
  /** Source columns of the features. */
  readonly features: readonly string[];
  /** What the split claims to keep apart. */
  readonly split: 'random' | 'grouped' | 'time' | 'published';
  /**
   * Seconds before a row's own time that its features look back on; 0 when they look at the row
   * alone. Such rows share traffic with their neighbours.
   */
  readonly lookBackSeconds?: number;
  readonly decisions?: readonly Decision[];
  /**
   * Fits all that is fitted before the model (scalers, vocabularies, selections) just as the figure
   * was made, on this table, and gives a hash of the outcome. Absent: cannot be checked.
   */
  readonly fit?: (data: LabelledTable) => string | Promise<string>;
  readonly seed: number;
}

/** What the gate found; plain data. */
export interface LeakVerdict {
  readonly version: 1;
  /** True when no leak is left that nobody accepted. */
  readonly passed: boolean;
  readonly findings: readonly LeakFinding[];
  readonly accepted: readonly AcceptedLeak[];
  /** Checks that ran, and those that could not, with the reason. */
  readonly checked: readonly LeakName[];
  readonly unchecked: readonly { readonly name: LeakName; readonly reason: string }[];
}
