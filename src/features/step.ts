/** A fill for empty cells: number columns take a number, text columns a word. */
export type FillValue = number | string;

/** Fills empty cells; the only step that does. A number that is not finite counts as empty. */
export interface ImputeStep {
  readonly kind: 'impute';
  /** `median` is for numbers only. Of equally frequent values the smallest is taken. */
  readonly with: 'median' | 'mostFrequent' | 'constant';
  /** For `constant`; default 0 or `<missing>`. */
  readonly value?: FillValue;
  /** Adds a column `name=<missing>`, 1 where the cell was empty. Default false. */
  readonly indicator?: boolean;
}

/** `log(1 + x)`, and `-log(1 - x)` below zero, so that every number has a value. */
export interface Log1pStep {
  readonly kind: 'log1p';
}

/**
 * Subtracts the mean and divides by the standard deviation of the training rows (population; 1 if
 * 0).
 */
export interface StandardStep {
  readonly kind: 'standard';
}

/** Subtracts the median and divides by the distance of the quartiles (1 if 0). */
export interface RobustStep {
  readonly kind: 'robust';
}

/** Brings the training rows to 0 to 1; later values may lie outside unless clipped. */
export interface MinMaxStep {
  readonly kind: 'minMax';
  /** Cuts values off at 0 and 1. Default false. */
  readonly clip?: boolean;
}

/** Puts each value at its share of the training rows; values beyond all of them go to the ends. */
export interface QuantileStep {
  readonly kind: 'quantile';
  /** `uniform` (default): 0 to 1; `normal`: the standard normal at that share, within 5.2. */
  readonly output?: 'uniform' | 'normal';
  /** Reference points, 2 to 1000, at most one a row. Default 1000. */
  readonly quantiles?: number;
}

/** Category to its number in code-unit or numeric order. Ends the steps of its plan. */
export interface OrdinalStep {
  readonly kind: 'ordinal';
  /** What a value that training did not have, and an empty cell, becomes. Default -1. */
  readonly unseen?: number;
  /** Categories with fewer training rows count as unseen: a count, or a share when below 1. Default 1. */
  readonly minFrequency?: number;
  /** At most this many categories; the rarest count as unseen. Default: no limit. */
  readonly maxCategories?: number;
}

/**
 * Words to a fixed number of columns of 0 and 1 by a seeded hash; nothing is learned, so no word is
 * unseen, and different words may share a column. Ends the steps of its plan; for text only.
 */
export interface HashingStep {
  readonly kind: 'hashing';
  /** 1 to 4096. */
  readonly columns: number;
  /** 0 to 2^32 - 1. Default 0. */
  readonly seed?: number;
}

/** Where one-hot puts a value that the training rows did not have. */
export type UnseenRule = 'infrequent' | 'zeros' | 'column';

/** One column of 0 and 1 a category. Ends the steps of its plan. */
export interface OneHotStep {
  readonly kind: 'oneHot';
  /**
   * Categories with fewer training rows are grouped: a count, or a share when below 1. Default 1.
   */
  readonly minFrequency?: number;
  /** At most this many columns, the group's included; the rarest are grouped. Default: no limit. */
  readonly maxCategories?: number;
  /**
   * `infrequent` (default): into the group of infrequent categories, or all zeros if there is none;
   * `zeros`: all zeros; `column`: into a column of its own, `name=<unseen>`.
   */
  readonly unseen?: UnseenRule;
  /**
   * `first` leaves out the column of the first category, as linear models without L2 need. Default
   * `none`.
   */
  readonly drop?: 'none' | 'first';
  /** Kinds of model that embed categories are given codes instead. Default false. */
  readonly orCodes?: boolean;
}

/** One step of a plan, as asked for. */
export type Step =
  | ImputeStep
  | Log1pStep
  | StandardStep
  | RobustStep
  | MinMaxStep
  | QuantileStep
  | OneHotStep
  | OrdinalStep
  | HashingStep;

/** A step as learned from the training rows: plain data, JSON round-trips it exactly. */
export type FittedStep =
  | {
      readonly kind: 'impute';
      readonly with: ImputeStep['with'];
      readonly value: FillValue;
      readonly indicator: boolean;
    }
  | Log1pStep
  | { readonly kind: 'standard'; readonly mean: number; readonly scale: number }
  | { readonly kind: 'robust'; readonly median: number; readonly scale: number }
  | {
      readonly kind: 'minMax';
      readonly min: number;
      readonly scale: number;
      readonly clip: boolean;
    }
  | {
      readonly kind: 'quantile';
      readonly output: 'uniform' | 'normal';
      /** Values at evenly spaced shares of the training rows, ascending. */
      readonly values: readonly number[];
    }
  | {
      readonly kind: 'ordinal';
      readonly categories: readonly FillValue[];
      readonly unseen: number;
    }
  | { readonly kind: 'hashing'; readonly columns: number; readonly seed: number }
  | FittedOneHot;

/** Learned categories in column order. */
export interface FittedOneHot {
  readonly kind: 'oneHot';
  readonly categories: readonly FillValue[];
  /** True when a column for infrequent categories follows those of the categories. */
  readonly grouped: boolean;
  /** The categories in that group; left empty when unseen ones go there too. */
  readonly infrequent: readonly FillValue[];
  readonly unseen: UnseenRule;
  readonly drop: 'none' | 'first';
}
