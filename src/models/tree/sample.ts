import type { Random } from '../../base/index.ts';
import type { GrowTask } from './grow.ts';

/** Bytes of an item: row (32 bits), label and units (16 bits each). */
export const ITEM = 8;
/** Units that fit an item; a heavier row takes several. */
export const HEAVIEST_ITEM = 65_535;

/** Draws the rows of a tree; one a thread. */
export class RowSampler {
  readonly #task: GrowTask;
  readonly #units: Uint32Array;
  readonly #cumulative: Float64Array | undefined;

  constructor(task: GrowTask) {
    const { distinct, bootstrap, weights } = task;
    this.#task = task;
    this.#units = new Uint32Array(distinct);
    if (bootstrap && weights) this.#cumulative = cumulate(weights);
  }

  /**
   * Lays out the rows of a tree in ascending order.
   * @param items address of its items, as in `GrowRoom`
   * @returns their number
   */
  lay(random: Random, items: number): number {
    const { labels, memory, distinct } = this.#task;
    this.#draw(random);
    const drawn = this.#units;
    const words = new Uint32Array(memory.buffer, items);
    let at = 0;
    for (let i = 0; i < distinct; i++) {
      let units = drawn[i]!;
      if (units === 0) continue;
      const label = labels[i]!;
      for (; units > HEAVIEST_ITEM; units -= HEAVIEST_ITEM) {
        words[at++] = i;
        words[at++] = label | (HEAVIEST_ITEM << 16);
      }
      words[at++] = i;
      words[at++] = label | (units << 16);
    }
    return at / 2;
  }

  /** Units of each distinct row in this tree. */
  #draw(random: Random): void {
    const { units, bootstrap, rows, place } = this.#task;
    const drawn = this.#units;
    drawn.fill(0);
    const cumulative = this.#cumulative;
    if (!bootstrap) {
      for (let i = 0; i < rows; i++) drawn[place ? place[i]! : i]! += units ? units[i]! : 1;
    } else if (cumulative) {
      const sum = cumulative[rows - 1]!;
      for (let i = drawCount(sum); i > 0; i--) {
        const row = draw(cumulative, random.next() * sum);
        drawn[place ? place[row]! : row]!++;
      }
    } else if (place) {
      for (let i = 0; i < rows; i++) drawn[place[random.int(rows)]!]!++;
    } else {
      for (let i = 0; i < rows; i++) drawn[random.int(rows)]!++;
    }
  }
}

/** Rows drawn for a tree where their weights have that sum. */
export function drawCount(sum: number): number {
  return Math.max(1, Math.round(sum));
}

function cumulate(weights: Float32Array): Float64Array {
  const sums = new Float64Array(weights.length);
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i]!;
    sums[i] = sum;
  }
  return sums;
}

/** @returns first row whose running sum is above `point`: never a row of weight 0 */
function draw(cumulative: Float64Array, point: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cumulative[middle]! > point) high = middle;
    else low = middle + 1;
  }
  return low;
}
