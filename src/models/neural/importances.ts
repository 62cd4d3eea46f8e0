import { Random } from '../../base/index.ts';
import { MEAN_CODE } from './codes.ts';
import { softmaxRow } from './layers/activation.ts';
import type { Rows } from './prepare.ts';
import type { ShardWork } from './shard.ts';

/** Rows that importances are measured on. */
const ROWS = 256;
const NO_RANDOM = new Random(0);

/**
 * How far the share of the true class moves, in the mean over some rows, when a column is set to
 * its mean; summing to 1 or all 0.
 * @param varied 0 for columns to leave out
 */
export function columnImportances(work: ShardWork, train: Rows, varied: Uint8Array): Float64Array {
  const count = train.point.length;
  const taken = Math.min(count, ROWS);
  const order = Int32Array.from({ length: taken }, (_, i) => Math.floor((i * count) / taken));
  const block = work.batch.labels.length;
  const moved = new Float64Array(varied.length);
  for (let from = 0; from < taken; from += block) {
    const to = Math.min(taken, from + block);
    work.gather(train, { order, from, to });
    addMoves(work, varied, moved);
  }
  const sum = moved.reduce((total, each) => total + each, 0);
  return sum > 0 && Number.isFinite(sum) ? moved.map((each) => each / sum) : moved.fill(0);
}

/** Adds what the rows at the input move by. */
function addMoves(work: ShardWork, varied: Uint8Array, moved: Float64Array): void {
  const { space, input } = work.network;
  const { rows } = work.batch;
  const cols = varied.length;
  const { steps, channels } = input.shape;
  const view = space.view(input.at, rows * steps * channels);
  const cells = view.slice();
  const usual = trueShares(work);
  const codes = new Set(work.network.codes);
  for (let c = 0; c < cols; c++) {
    if (varied[c] === 0) continue;
    view.set(cells);
    const mean = codes.has(c) ? MEAN_CODE : 0;
    for (let at = c; at < cells.length; at += channels) view[at] = mean;
    const shares = trueShares(work);
    for (let i = 0; i < rows; i++) moved[c]! += Math.abs(shares[i]! - usual[i]!);
  }
}

/** Share of the true class of each row. */
function trueShares({ network, batch }: ShardWork): Float64Array {
  const { out, width, labels, rows } = batch;
  network.forward(rows, { training: false, random: NO_RANDOM });
  const shares = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    softmaxRow(out, i * width, i * width, width);
    shares[i] = out[i * width + labels[i]!]!;
  }
  return shares;
}
