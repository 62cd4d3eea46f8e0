import type { Limits } from './thresholds.ts';

/**
 * Sums, for each slot, the probabilities of each class over the flows added: which kind of harm a
 * host's suspicious flows point to. Fixed size.
 */
export class ClassSums {
  readonly #names: readonly string[];
  readonly #sums: Float64Array;

  constructor(slots: number, names: readonly string[]) {
    this.#names = names;
    this.#sums = new Float64Array(slots * names.length);
  }

  /** Becomes a copy of sums of the same size. */
  takeOver(from: ClassSums): void {
    this.#sums.set(from.#sums);
  }

  /** Forgets what a slot held. */
  clear(slot: number): void {
    const width = this.#names.length;
    this.#sums.fill(0, slot * width, (slot + 1) * width);
  }

  /** Adds row `row` of `probabilities` (rows × classes, row-major). */
  add(slot: number, probabilities: Float32Array, row: number): void {
    const width = this.#names.length;
    for (let c = 0; c < width; c++)
      this.#sums[slot * width + c]! += probabilities[row * width + c]!;
  }

  /**
   * The class with the highest mean probability over `flows` flows; null when there are fewer flows, or
   * the mean is lower, than the limits ask for.
   */
  verdict(
    slot: number,
    flows: number,
    limits: Pick<Limits, 'modelFlowsFloor' | 'kindProbability'>,
  ): { name: string; probability: number } | null {
    const width = this.#names.length;
    let best = 0;
    for (let c = 1; c < width; c++) {
      if (this.#sums[slot * width + c]! > this.#sums[slot * width + best]!) best = c;
    }
    const probability = this.#sums[slot * width + best]! / flows;
    const sure = flows >= limits.modelFlowsFloor && probability >= limits.kindProbability;
    return sure ? { name: this.#names[best]!, probability } : null;
  }
}
