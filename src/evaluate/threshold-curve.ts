import { CURVE_LIMIT, type StoredCurve } from '../models/index.ts';
import type { Ranking } from './ranking.ts';

/** How a model does at every threshold: counts of rows at or above each, thinned. */
export type ThresholdCurve = Omit<StoredCurve, 'rows' | 'bins'>;

/** Vertices kept are enough when a straight line between them is wrong by less than this. */
const ENOUGH = 2e-4;
/** Of fewer rows precision is known so badly that its error counts for less. */
const SURE_ROWS = 1000;

/**
 * The counts as a polyline by falling threshold. Between two scores they do not change, and at a score
 * they jump: each score stands twice, once without its rows and once with them.
 */
interface Vertices {
  readonly length: number;
  threshold(at: number): number;
  truePositives(at: number): number;
  falsePositives(at: number): number;
}

function verticesOf({ thresholds, truePositives, falsePositives }: Ranking): Vertices {
  const count = (counts: Float64Array, at: number): number =>
    at === 0 ? 0 : counts[(at - 1) >> 1]!;
  return {
    length: 2 * thresholds.length,
    threshold: (at) => thresholds[at >> 1]!,
    truePositives: (at) => count(truePositives, at),
    falsePositives: (at) => count(falsePositives, at),
  };
}

interface Piece {
  readonly from: number;
  readonly to: number;
  /** Vertex between that a straight line is furthest from, and how far; none: -1 and 0. */
  readonly worst: number;
  readonly error: number;
}

const share = (part: number, whole: number): number => (whole > 0 ? part / whole : 0);

/** How wrong a straight line from one vertex to another is, in recall, false-positive rate and precision. */
function pieceOf(vertices: Vertices, totals: Totals, from: number, to: number): Piece {
  const { positives, negatives } = totals;
  const top = vertices.threshold(from);
  const drop = top - vertices.threshold(to);
  const [tp, fp] = [vertices.truePositives(from), vertices.falsePositives(from)];
  const more = vertices.truePositives(to) - tp;
  const moreFalse = vertices.falsePositives(to) - fp;
  let worst = -1;
  let error = 0;
  for (let at = from + 1; at < to; at++) {
    const way = drop > 0 ? (top - vertices.threshold(at)) / drop : 0;
    const [hits, misses] = [vertices.truePositives(at), vertices.falsePositives(at)];
    const [lineHits, lineMisses] = [tp + way * more, fp + way * moreFalse];
    const precise = Math.abs(share(hits, hits + misses) - share(lineHits, lineHits + lineMisses));
    const wrong = Math.max(
      share(Math.abs(hits - lineHits), positives),
      share(Math.abs(misses - lineMisses), negatives),
      precise * Math.min(1, (hits + misses) / SURE_ROWS),
    );
    if (wrong > error) {
      error = wrong;
      worst = at;
    }
  }
  return { from, to, worst, error };
}

interface Totals {
  readonly positives: number;
  readonly negatives: number;
}

/**
 * The curve of a ranking with at most `limit` vertices: that which is furthest from the lines so far is
 * taken next (Ramer 1972; Douglas and Peucker 1973). Each lies exactly on the curve, both ends among them.
 */
export function thresholdCurve(ranking: Ranking, limit = CURVE_LIMIT): ThresholdCurve {
  const { positives, negatives } = ranking;
  const vertices = verticesOf(ranking);
  const last = vertices.length - 1;
  const pieces = last > 0 ? [pieceOf(vertices, ranking, 0, last)] : [];
  let error = pieces[0]?.error ?? 0;
  while (pieces.length > 0 && pieces.length + 1 < limit && error > ENOUGH) {
    const at = pieces.findIndex((piece) => piece.error === error);
    const { from, to, worst } = pieces[at]!;
    const halves = [[from, worst] as const, [worst, to] as const];
    pieces.splice(at, 1, ...halves.map(([a, b]) => pieceOf(vertices, ranking, a, b)));
    error = pieces.reduce((most, piece) => Math.max(most, piece.error), 0);
  }
  const kept = last > 0 ? [0, ...pieces.map(({ to }) => to)] : [];
  return {
    positives,
    negatives,
    // Probabilities that were summed may lie a little beside.
    thresholds: kept.map((at) => Math.min(1, Math.max(0, vertices.threshold(at)))),
    truePositives: kept.map((at) => vertices.truePositives(at)),
    falsePositives: kept.map((at) => vertices.falsePositives(at)),
    error,
  };
}
