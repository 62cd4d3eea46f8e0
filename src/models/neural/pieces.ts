import type { FoldedRows } from '../fold-rows.ts';
import type { StoredModel, Tensor } from '../model.ts';
import { refuseStored, storedTensor } from '../stored.ts';

/** More pieces than that tell rows apart rather than numbers. */
export const MOST_PIECES = 256;
/** Rare pieces are not stretched further than that. */
const MOST_SCALE = 12;

/** The pieces of one column; empty arrays where it stays whole. */
export interface Pieces {
  /** Where pieces begin and end, ascending without repeats: one more than there are pieces. */
  readonly edges: Float32Array;
  /** Mean share of each piece over the rows learned from. */
  readonly shift: Float32Array;
  /** 1 / its deviation. */
  readonly scale: Float32Array;
}

/** How columns are cut. */
export interface PiecePlan {
  /** Pieces of each column; 0: none. */
  readonly pieces: number;
  /** Positions of columns that stay whole. */
  readonly except: readonly number[];
}

/** A column that stays as it is. */
export const WHOLE: Pieces = {
  edges: new Float32Array(0),
  shift: new Float32Array(0),
  scale: new Float32Array(0),
};

/**
 * Pieces with about as much weight in each, by the cells of points; in a column where one value is
 * frequent there are fewer. A column of two values is its own piece.
 */
export function cutColumns(
  { points, cols, start, weight }: Pick<FoldedRows, 'points' | 'cols' | 'start' | 'weight'>,
  cells: Float32Array,
  { pieces, except }: PiecePlan,
): Pieces[] {
  if (pieces === 0) return Array.from({ length: cols }, () => WHOLE);
  const own = new Float64Array(points);
  for (let i = 0; i < points; i++) {
    for (let e = start[i]!; e < start[i + 1]!; e++) own[i]! += weight[e]!;
  }
  return Array.from({ length: cols }, (_, c) => {
    if (except.includes(c)) return WHOLE;
    const weights = new Map<number, number>();
    for (let i = 0; i < points; i++) {
      const value = cells[i * cols + c]!;
      weights.set(value, (weights.get(value) ?? 0) + own[i]!);
    }
    return weights.size > 2 ? cut(weights, pieces) : WHOLE;
  });
}

function cut(weights: ReadonlyMap<number, number>, pieces: number): Pieces {
  const values = Float32Array.from(weights.keys()).sort();
  const total = [...weights.values()].reduce((sum, each) => sum + each, 0);
  const last = values.length - 1;
  let below = 0;
  let full = 0;
  // The first value, the last, and those at which another piece's share of the weight is full.
  const edges = values.filter((value, i) => {
    below += weights.get(value)!;
    if (i > 0 && i < last && below < (full * total) / pieces) return false;
    full = Math.floor((below / total) * pieces) + 1;
    return true;
  });
  const count = edges.length - 1;
  const mean = new Float64Array(count);
  const square = new Float64Array(count);
  for (const [value, weight] of weights) {
    for (let p = 0; p < count && value > edges[p]!; p++) {
      const share = Math.min(1, (value - edges[p]!) / (edges[p + 1]! - edges[p]!));
      mean[p]! += (weight / total) * share;
      square[p]! += (weight / total) * share * share;
    }
  }
  const scale = square.map((each, p) => {
    const variance = Math.max(0, each - mean[p]! ** 2);
    return Math.min(MOST_SCALE, 1 / Math.sqrt(variance));
  });
  return { edges, shift: Float32Array.from(mean), scale: Float32Array.from(scale) };
}

/** What a file says of the pieces: edges of each column, then all that belongs to them in a row. */
export function pieceTensors(columns: readonly Pieces[]): Tensor[] {
  const counts = Int32Array.from(columns, ({ edges }) => edges.length);
  const row = (name: string, of: keyof Pieces): Tensor => {
    const data = Float32Array.from(columns.flatMap((each) => [...each[of]]));
    return { name: `pieces.${name}`, type: 'F32', shape: [data.length], data };
  };
  return [
    { name: 'pieces.counts', type: 'I32', shape: [counts.length], data: counts },
    row('edges', 'edges'),
    row('shift', 'shift'),
    row('scale', 'scale'),
  ];
}

/** @throws WiresiftError `MODEL_FILE` when edges are missing, too many or do not rise */
export function storedPieces(stored: StoredModel, cols: number): Pieces[] {
  const where = `model ${stored.kind}, pieces`;
  const { data: counts } = storedTensor(stored, 'pieces.counts', 'I32', 1);
  const [edges, shift, scale] = ['edges', 'shift', 'scale'].map(
    (name) => storedTensor(stored, `pieces.${name}`, 'F32', 1).data,
  ) as [Float32Array, Float32Array, Float32Array];
  const known = counts.every((count) => count === 0 || (count > 1 && count <= MOST_PIECES + 1));
  const sum = counts.reduce((total, count) => total + count, 0);
  const inner = counts.reduce((total, count) => total + Math.max(0, count - 1), 0);
  const fits = edges.length === sum && shift.length === inner && scale.length === inner;
  if (counts.length !== cols || !known || !fits) {
    refuseStored(where, `${edges.length} edges`, `the edges of ${cols} columns`);
  }
  if (scale.some((each) => !(each >= 0 && each <= MOST_SCALE))) {
    refuseStored(where, 'a scale out of range', `0 to ${MOST_SCALE}`);
  }
  let at = 0;
  let piece = 0;
  return Array.from(counts, (count) => {
    if (count === 0) return WHOLE;
    const own = edges.slice(at, at + count);
    const end = piece + count - 1;
    const found = { edges: own, shift: shift.slice(piece, end), scale: scale.slice(piece, end) };
    at += count;
    piece = end;
    if (!own.every((edge, i) => i === 0 || edge > own[i - 1]!)) {
      refuseStored(where, 'edges out of order', 'edges that rise');
    }
    return found;
  });
}
