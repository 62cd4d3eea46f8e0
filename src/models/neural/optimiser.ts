import type { Weight, Workspace } from './workspace.ts';

/** How weights follow their slopes. */
export interface OptimiserPlan {
  readonly method: 'sgd' | 'adam' | 'adamw';
  /** `sgd`: share of the last step that is kept. */
  readonly momentum: number;
  /** Factor of the sum of absolute values of matrices in the loss. */
  readonly l1: number;
  /**
   * Factor of half the sum of squares of matrices in the loss; for `adamw` the decay beside the
   * loss (Loshchilov and Hutter 2019).
   */
  readonly l2: number;
  /** Longest slope over all weights together; longer ones are scaled down; 0: no limit. */
  readonly clip: number;
}

const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;

/** SGD with momentum, Adam or AdamW over all trained weights; made before the workspace opens. */
export class Optimiser {
  readonly #space: Workspace;
  readonly #plan: OptimiserPlan;
  readonly #parts: { weight: Weight; first: number; second: number }[];
  #steps = 0;

  constructor(space: Workspace, plan: OptimiserPlan) {
    this.#space = space;
    this.#plan = plan;
    const trained = space.weights.filter((weight) => weight.slope !== 0);
    const two = plan.method !== 'sgd';
    this.#parts = trained.map((weight) => ({
      weight,
      first: space.take(weight.size + 16),
      second: two ? space.take(weight.size + 16) : 0,
    }));
  }

  /** How many numbers {@link Optimiser.state} gives. */
  get moments(): number {
    return this.#parts.reduce((sum, { weight, second }) => {
      return sum + weight.size * (second === 0 ? 1 : 2);
    }, 0);
  }

  /** Sets all slopes to 0. */
  clear(): void {
    for (const { weight } of this.#parts) this.#space.clear(weight.slope, weight.size);
  }

  /** One step down the slopes. @returns the length of the slopes, penalties included, before any clipping */
  step(rate: number): number {
    this.#penalise();
    const { clip } = this.#plan;
    const length = this.#length();
    if (clip > 0 && length > clip) this.#scale(clip / length);
    this.#steps++;
    if (this.#plan.method === 'sgd') this.#descend(rate);
    else this.#adam(rate);
    return length;
  }

  /** What it remembers: numbers for each weight one after the other, and how often it stepped. */
  state(): { moments: Float32Array; steps: number } {
    const parts = this.#moments();
    const moments = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let from = 0;
    for (const part of parts) {
      moments.set(part, from);
      from += part.length;
    }
    return { moments, steps: this.#steps };
  }

  /** Takes up what {@link Optimiser.state} gave, of an equal network and plan. */
  restore({ moments, steps }: { moments: Float32Array; steps: number }): void {
    let from = 0;
    for (const part of this.#moments()) {
      part.set(moments.subarray(from, from + part.length));
      from += part.length;
    }
    this.#steps = steps;
  }

  #moments(): Float32Array[] {
    return this.#parts.flatMap(({ weight, first, second }) => {
      const own = this.#space.view(first, weight.size);
      return second === 0 ? [own] : [own, this.#space.view(second, weight.size)];
    });
  }

  #penalise(): void {
    const { l1, l2, method } = this.#plan;
    const own = method === 'adamw' ? 0 : l2;
    if (l1 === 0 && own === 0) return;
    for (const { weight } of this.#parts) {
      if (!weight.penalised) continue;
      const values = this.#space.view(weight.at, weight.size);
      const slopes = this.#space.view(weight.slope, weight.size);
      for (let i = 0; i < values.length; i++) {
        slopes[i]! += own * values[i]! + l1 * Math.sign(values[i]!);
      }
    }
  }

  #length(): number {
    let sum = 0;
    for (const { weight } of this.#parts) {
      const slopes = this.#space.view(weight.slope, weight.size);
      for (let i = 0; i < slopes.length; i++) sum += slopes[i]! * slopes[i]!;
    }
    return Math.sqrt(sum);
  }

  #scale(factor: number): void {
    for (const { weight } of this.#parts) {
      const slopes = this.#space.view(weight.slope, weight.size);
      for (let i = 0; i < slopes.length; i++) slopes[i]! *= factor;
    }
  }

  #descend(rate: number): void {
    const { momentum } = this.#plan;
    for (const { weight, first } of this.#parts) {
      const values = this.#space.view(weight.at, weight.size);
      const slopes = this.#space.view(weight.slope, weight.size);
      const speed = this.#space.view(first, weight.size);
      for (let i = 0; i < values.length; i++) {
        speed[i] = momentum * speed[i]! + slopes[i]!;
        values[i]! -= rate * speed[i]!;
      }
    }
  }

  #adam(rate: number): void {
    const { method, l2 } = this.#plan;
    const own = rate / (1 - BETA1 ** this.#steps);
    const root = 1 / Math.sqrt(1 - BETA2 ** this.#steps);
    for (const { weight, first, second } of this.#parts) {
      const keep = method === 'adamw' && weight.penalised ? 1 - rate * l2 : 1;
      const { at, slope, size } = weight;
      this.#space.kernels.adam(
        at,
        slope,
        first,
        second,
        size,
        BETA1,
        BETA2,
        own,
        root,
        EPSILON,
        keep,
      );
    }
  }
}
