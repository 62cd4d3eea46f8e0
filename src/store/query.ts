/** How a field is compared. `contains` and `starts` are for text and ignore ASCII case. */
export const COMPARISONS = [
  'equal',
  'not equal',
  'less',
  'at most',
  'more',
  'at least',
  'one of',
  'none of',
  'contains',
  'starts',
  'empty',
  'not empty',
] as const;

/** A word of {@link COMPARISONS}. */
export type Comparison = (typeof COMPARISONS)[number];

/** What a field is compared with. `empty` and `not empty` take none. */
export type Operand = string | number | boolean;

/** One condition. Field and values are checked against the table; nothing of it becomes SQL text. */
export interface Condition<Field extends string = string> {
  readonly field: Field;
  readonly is: Comparison;
  readonly value?: Operand | readonly Operand[];
}

/** Which rows, in which order, from where on. */
export interface PageQuery<Field extends string = string> {
  /** All must hold. */
  readonly where?: readonly Condition<Field>[];
  /** Words that must all occur, anywhere in the searched fields; ASCII case does not matter. */
  readonly search?: string;
  /** Default: the table's first sort field, the highest first. */
  readonly sort?: { readonly by: Field; readonly descending?: boolean };
  /** 1 to {@link MAX_PAGE}; default 50. */
  readonly limit?: number;
  /** {@link Page.next} of the page before, for the same sort. */
  readonly after?: string;
}

/** Rows, and where the next begin. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Null at the end. */
  readonly next: string | null;
}

/** Rows of a page at most: more is a download, not a page. */
export const MAX_PAGE = 1000;
/** Conditions of a query, and values of one condition, at most. */
export const MAX_CONDITIONS = 50;
/** Values of one `one of`, at most. */
export const MAX_VALUES = 500;
/** Characters of one operand at most. */
export const MAX_OPERAND = 1000;
