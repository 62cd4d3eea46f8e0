/** One bar. With `low` and `high` it carries an interval. */
export interface Bar {
  readonly label: string;
  /** Null draws no bar and says "none". */
  readonly value: number | null;
  readonly low?: number;
  readonly high?: number;
  /** Name of the series when a label has several bars. */
  readonly series?: string;
}

/** One line of a chart. `x` ascends unless the curve itself turns, as a ROC curve never does. */
export interface Line {
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Band around `y`, point by point. */
  readonly low?: readonly number[];
  readonly high?: readonly number[];
  /** Draws steps (counts in bins) in place of straight pieces. */
  readonly steps?: boolean;
  /** Draws a dot at each point: few points, such as a reliability curve's. */
  readonly dots?: boolean;
  /** Draws the dots alone: points that no line leads through. */
  readonly dotsOnly?: boolean;
  /** Draws the band alone, without a line through its middle. */
  readonly bandOnly?: boolean;
}

/** A point worth naming, such as the threshold in use. */
export interface MarkedPoint {
  readonly x: number;
  readonly y: number;
  readonly label: string;
}

/** How numbers along an axis are written. */
export type AxisFormat = 'number' | 'count' | 'share' | 'correlation' | 'time';

/** An axis: its title carries the unit in brackets. */
export interface Axis {
  readonly title: string;
  readonly format?: AxisFormat;
  readonly log?: boolean;
  /** Ticks at whole numbers alone. */
  readonly whole?: boolean;
  readonly domain?: readonly [number, number];
}

interface Titled {
  readonly title: string;
  /** One sentence below the title: what was counted, on which rows. */
  readonly note?: string;
}

/** Horizontal bars, one row a label; the labels are the categories. */
export interface BarChart extends Titled {
  readonly kind: 'bars';
  readonly bars: readonly Bar[];
  readonly value: Axis;
}

/** Lines over a shared x axis. */
export interface LineChart extends Titled {
  readonly kind: 'lines';
  readonly lines: readonly Line[];
  readonly x: Axis;
  readonly y: Axis;
  readonly points?: readonly MarkedPoint[];
  /** A dashed reference from corner to corner: chance, or perfect calibration. */
  readonly diagonal?: boolean;
}

/** One row of a {@link StripChart}: a value from 0 up a bin. */
export interface Strip {
  readonly label: string;
  readonly values: readonly number[];
}

/**
 * Shaded strips, one below the other over a shared axis: distributions of many classes, which as
 * lines would hide each other.
 */
export interface StripChart extends Titled {
  readonly kind: 'strips';
  /** Ascending, one more than each strip has values. */
  readonly edges: readonly number[];
  readonly strips: readonly Strip[];
  readonly x: Axis;
}

/** A grid of numbers: a confusion matrix, correlations. Cells run row by row. */
export interface MatrixChart extends Titled {
  readonly kind: 'matrix';
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Row-major, rows × columns; null leaves the cell empty. */
  readonly values: readonly (number | null)[];
  /** What shades the cell, 0 to 1 (or -1 to 1); `values` themselves when absent. */
  readonly shades?: readonly (number | null)[];
  readonly rowTitle: string;
  readonly columnTitle: string;
  readonly format?: AxisFormat;
}

/** A value a country, by ISO 3166-1 alpha-2 code. */
export interface WorldChart extends Titled {
  readonly kind: 'world';
  readonly values: ReadonlyMap<string, number>;
  /** What the value counts, such as `flows`. */
  readonly unit: string;
}

/** A picture as plain data: the same object is drawn in a report, a terminal export or a page. */
export type Chart = BarChart | LineChart | MatrixChart | StripChart | WorldChart;
