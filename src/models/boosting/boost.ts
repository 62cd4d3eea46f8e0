import { Crew } from '../crew.ts';
import { BoostGrower } from './grow.ts';
import { type BoostTask, controlOf } from './task.ts';
import type { BoostedTree } from './trees.ts';
import { BoostWork, type Phase } from './work.ts';

/** Rows that decide when to stop, and the scores that everything starts from. */
export interface BoostStart {
  readonly task: BoostTask;
  readonly base: Float64Array;
  readonly labels: Int32Array;
  /** Rows held out, and the weight of each. */
  readonly heldOut: Int32Array;
  readonly heldOutWeights: Float64Array;
}

/** Runs the iterations one by one; `step` returns false when it is done. */
export class Boosting {
  readonly #start: BoostStart;
  readonly #crew: Crew<Phase>;
  readonly #grower: BoostGrower;
  readonly #trees: BoostedTree[] = [];
  #done = 0;
  #best = Number.POSITIVE_INFINITY;
  #bestAt = 0;

  constructor(start: BoostStart) {
    this.#start = start;
    const work = new BoostWork(start.task, 0);
    this.#crew = new Crew(work, controlOf(start.task), start.task.threads - 1);
    this.#grower = new BoostGrower(start.task, this.#crew);
    const { task, base } = start;
    const { outputs, pairedRows } = task;
    const scores = new Float64Array(task.memory.buffer, task.at.scores, outputs * pairedRows);
    for (let k = 0; k < outputs; k++) {
      scores.fill(base[k]!, k * pairedRows, (k + 1) * pairedRows);
    }
  }

  /** One iteration. @returns false when it was the last */
  step(): boolean {
    const { limits } = this.#start.task;
    this.#trees.push(...this.#grower.grow(this.#done));
    this.#done++;
    if (limits.earlyStopping > 0 && this.#start.heldOut.length > 0) {
      const loss = heldOutLoss(this.#start);
      if (loss < this.#best) {
        this.#best = loss;
        this.#bestAt = this.#done;
      } else if (this.#done - this.#bestAt >= limits.earlyStopping) {
        return false;
      }
    } else {
      this.#bestAt = this.#done;
    }
    return this.#done < limits.iterations;
  }

  /** The trees up to the best iteration; sends the other threads home. */
  finish(): BoostedTree[] {
    this.#crew.dismiss();
    return this.#trees.slice(0, this.#bestAt * this.#start.task.outputs);
  }

  get done(): number {
    return this.#done;
  }
}

/** Mean log-loss of the rows held out, by weight. */
function heldOutLoss({ task, labels, heldOut, heldOutWeights }: BoostStart): number {
  const { outputs, pairedRows } = task;
  const scores = new Float64Array(task.memory.buffer, task.at.scores, outputs * pairedRows);
  let loss = 0;
  heldOut.forEach((row, i) => {
    const label = labels[row]!;
    let own: number;
    if (outputs === 1) {
      const score = scores[row]!;
      own = softplus(label === 1 ? -score : score);
    } else {
      let most = Number.NEGATIVE_INFINITY;
      for (let k = 0; k < outputs; k++) most = Math.max(most, scores[k * pairedRows + row]!);
      let sum = 0;
      for (let k = 0; k < outputs; k++) sum += Math.exp(scores[k * pairedRows + row]! - most);
      own = Math.log(sum) + most - scores[label * pairedRows + row]!;
    }
    loss += own * heldOutWeights[i]!;
  });
  return loss;
}

function softplus(x: number): number {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}
