import { asObject } from './json.ts';
import { refuseStored } from './stored.ts';

/** Layout of {@link ModelCurves}; raised when the meaning of any field changes. */
export const CURVES_FORMAT = 1;
/** Vertices of a stored curve: lines between so many err by less than a pixel of a chart. */
export const CURVE_LIMIT = 256;
/** Sets of rows, and bins of scores, that a file may tell of: ours has two and ten. */
const MAX_SETS = 8;
const MAX_BINS = 100;
const MAX_NAME = 1000;

/** Rows whose scores lie in one range, and how many of them were hostile. */
export interface StoredBin {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly positives: number;
  /** Mean score of the rows; null when there are none. */
  readonly meanScore: number | null;
}

/**
 * How a model did at every threshold on one set of rows of its evaluation, as a polyline: between two
 * vertices the counts lie on a straight line over the threshold. A threshold stands twice where rows
 * share a score: first without them, then with them.
 */
export interface StoredCurve {
  /** `labelled only`, `background counted as negative`. */
  readonly rows: string;
  readonly positives: number;
  readonly negatives: number;
  /** Falling. */
  readonly thresholds: readonly number[];
  /** Rows at or above each threshold, hostile and harmless; they never fall. */
  readonly truePositives: readonly number[];
  readonly falsePositives: readonly number[];
  /**
   * How wrong the lines are at most, in recall, false-positive rate and precision; that of precision
   * counts for less where few rows are above.
   */
  readonly error: number;
  /** By rising score. */
  readonly bins: readonly StoredBin[];
}

/** The curves that a model file holds of its evaluation. */
export interface ModelCurves {
  /** {@link CURVES_FORMAT}. */
  readonly version: number;
  /** Which part of the data: `test part …`. */
  readonly part: string;
  readonly sets: readonly StoredCurve[];
}

/** Counts at a threshold, between whole ones where it lies between two vertices. */
export interface CurveCounts {
  readonly truePositives: number;
  readonly falsePositives: number;
}

/** Rows at or above a threshold. */
export function curveCounts(curve: StoredCurve, threshold: number): CurveCounts {
  const { thresholds, truePositives, falsePositives } = curve;
  // The last vertex at or above it: of two with its very score that with the score's own rows.
  const upper = thresholds.findLastIndex((each) => each >= threshold);
  if (upper < 0) return { truePositives: 0, falsePositives: 0 };
  const lower = upper + 1;
  if (lower === thresholds.length || thresholds[upper] === threshold) {
    return { truePositives: truePositives[upper]!, falsePositives: falsePositives[upper]! };
  }
  const way = (thresholds[upper]! - threshold) / (thresholds[upper]! - thresholds[lower]!);
  const between = (counts: readonly number[]): number =>
    counts[upper]! + way * (counts[lower]! - counts[upper]!);
  return { truePositives: between(truePositives), falsePositives: between(falsePositives) };
}

/** What a bin says of calibration; null where it has no rows. */
export interface ScoredBin {
  readonly rows: number;
  readonly meanScore: number | null;
  readonly positiveShare: number | null;
}

/**
 * Expected calibration error: the gap between mean score and share of positives, averaged over the
 * bins by their rows (Naeini, Cooper and Hauskrecht 2015). NaN without rows.
 */
export function expectedCalibrationError(bins: readonly ScoredBin[]): number {
  let rows = 0;
  let sum = 0;
  for (const bin of bins) {
    if (bin.meanScore === null || bin.positiveShare === null) continue;
    rows += bin.rows;
    sum += bin.rows * Math.abs(bin.meanScore - bin.positiveShare);
  }
  return sum / rows;
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isShare = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= 1;

/**
 * Curves of a file, checked: no more than the bounds, in order, and no count above its total.
 * @throws WiresiftError `MODEL_FILE` naming the place that is wrong
 */
export function readCurves(value: unknown, where: string): ModelCurves {
  const found = asObject(value);
  if (!found) return refuseStored(where, typeof value, 'an object');
  const { version } = found;
  if (version !== CURVES_FORMAT) {
    const saw = JSON.stringify(version)?.slice(0, 40) ?? 'none';
    return refuseStored(`${where}, version`, saw, `version ${CURVES_FORMAT}`);
  }
  const sets = listOf(found['sets'], MAX_SETS, `${where}, sets`);
  return {
    version: CURVES_FORMAT,
    part: nameOf(found['part'], `${where}, part`),
    sets: sets.map((set, i) => readCurve(set, `${where}, set ${i}`)),
  };
}

function readCurve(value: unknown, where: string): StoredCurve {
  const found = asObject(value);
  if (!found) return refuseStored(where, typeof value, 'an object');
  const count = (name: string): number => countOf(found[name], `${where}, ${name}`);
  const [positives, negatives] = [count('positives'), count('negatives')];
  const thresholds = numbersOf(found['thresholds'], `${where}, thresholds`);
  const counts = (name: string, most: number): number[] => {
    const list = numbersOf(found[name], `${where}, ${name}`);
    if (list.length !== thresholds.length) {
      const saw = `${list.length} counts`;
      refuseStored(`${where}, ${name}`, saw, `${thresholds.length}, one a threshold`);
    }
    const wrong = list.findIndex(
      (each, i) => !isCount(each) || each > most || (i > 0 && each < list[i - 1]!),
    );
    if (wrong < 0) return list;
    return refuseStored(`${where}, ${name} ${wrong}`, String(list[wrong]), rising(most));
  };
  const bad = thresholds.findIndex(
    (each, i) => !isShare(each) || (i > 0 && each > thresholds[i - 1]!),
  );
  if (bad >= 0) {
    const saw = String(thresholds[bad]);
    refuseStored(`${where}, thresholds ${bad}`, saw, 'numbers from 1 to 0, falling');
  }
  const { error } = found;
  if (!isShare(error)) {
    return refuseStored(`${where}, error`, String(error).slice(0, 40), 'a number from 0 to 1');
  }
  const bins = listOf(found['bins'], MAX_BINS, `${where}, bins`);
  return {
    rows: nameOf(found['rows'], `${where}, rows`),
    ...{ positives, negatives, thresholds, error },
    truePositives: counts('truePositives', positives),
    falsePositives: counts('falsePositives', negatives),
    bins: bins.map((bin, i) => readBin(bin, `${where}, bin ${i}`)),
  };
}

const rising = (most: number): string => `whole numbers from 0 to ${most} that do not fall`;

function readBin(value: unknown, where: string): StoredBin {
  const { from, to, rows, positives, meanScore } = asObject(value) ?? {};
  const range = isShare(from) && isShare(to) && from < to;
  const counts = isCount(rows) && isCount(positives) && positives <= rows;
  const mean = rows === 0 ? meanScore === null : isShare(meanScore);
  if (range && counts && mean) {
    return { from, to, rows, positives, meanScore: meanScore as number | null };
  }
  const saw = (JSON.stringify(value) ?? 'nothing').slice(0, 80);
  return refuseStored(where, saw, 'a range of scores, rows, those hostile, and their mean score');
}

function listOf(value: unknown, most: number, where: string): readonly unknown[] {
  if (Array.isArray(value) && value.length <= most) return value;
  const saw = Array.isArray(value) ? `${value.length} entries` : typeof value;
  return refuseStored(where, saw, `a list of at most ${most}`);
}

function numbersOf(value: unknown, where: string): number[] {
  const list = listOf(value, CURVE_LIMIT, where);
  const wrong = list.findIndex((each) => typeof each !== 'number');
  if (wrong < 0) return list as number[];
  return refuseStored(`${where} ${wrong}`, typeof list[wrong], 'a number');
}

function countOf(value: unknown, where: string): number {
  if (isCount(value)) return value;
  return refuseStored(where, String(value).slice(0, 40), 'a whole number from 0');
}

function nameOf(value: unknown, where: string): string {
  if (typeof value === 'string' && value.length <= MAX_NAME) return value;
  return refuseStored(where, typeof value, `text of at most ${MAX_NAME} letters`);
}
