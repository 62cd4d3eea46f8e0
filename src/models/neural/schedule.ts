/** How the learning rate falls. */
export const SCHEDULES = ['constant', 'step', 'cosine', 'plateau'] as const;

/** A schedule with its numbers. */
export interface SchedulePlan {
  readonly schedule: (typeof SCHEDULES)[number];
  readonly rate: number;
  readonly epochs: number;
}

/** `step` and `plateau` multiply the rate by this. */
const FALL = 0.3;
/** `step`: falls in the whole training. */
const FALLS = 3;
/** `plateau`: epochs without a smaller loss after which the rate falls. */
const PATIENCE = 2;

/** The learning rate of each epoch; `plateau` is told the losses. */
export class Schedule {
  readonly #plan: SchedulePlan;
  #best = Number.POSITIVE_INFINITY;
  #waited = 0;
  #factor = 1;

  constructor(plan: SchedulePlan) {
    this.#plan = plan;
  }

  /** The rate of an epoch, counted from 0. */
  rate(epoch: number): number {
    const { schedule, rate, epochs } = this.#plan;
    if (schedule === 'cosine') return (rate * (1 + Math.cos((Math.PI * epoch) / epochs))) / 2;
    if (schedule === 'step') return rate * FALL ** Math.floor((epoch * FALLS) / epochs);
    return rate * this.#factor;
  }

  /** What it remembers. */
  state(): number[] {
    return [this.#best, this.#waited, this.#factor];
  }

  /** Takes up what {@link Schedule.state} gave. */
  restore([best, waited, factor]: readonly number[]): void {
    this.#best = best!;
    this.#waited = waited!;
    this.#factor = factor!;
  }

  /** Tells what an epoch reached. */
  saw(loss: number): void {
    if (this.#plan.schedule !== 'plateau') return;
    if (loss < this.#best) {
      this.#best = loss;
      this.#waited = 0;
    } else if (++this.#waited >= PATIENCE) {
      this.#factor *= FALL;
      this.#waited = 0;
    }
  }
}
