import type { Matrix } from '../../features/index.ts';
import { FittedModel } from '../fitted.ts';
import type { Model, ModelFacts, StoredModel, Tensor } from '../model.ts';
import { refuseStored, storedTensor } from '../stored.ts';
import { type Calibration, isotonicShare } from './isotonic.ts';
import { logOdds, type Sigmoid } from './platt.ts';

/** How the scores of one class become probabilities. */
export type Calibrator =
  | { readonly method: 'isotonic'; readonly points: Calibration }
  | { readonly method: 'platt'; readonly sigmoid: Sigmoid };

/** Classes that have a calibrator: the second of two, or each of many. */
export function calibratorCount(classes: number): number {
  return classes <= 2 ? classes - 1 : classes;
}

/** A model whose scores go through one calibrator a class. */
export class CalibratedModel extends FittedModel {
  readonly base: Model;
  readonly calibrators: readonly Calibrator[];

  constructor(facts: ModelFacts, base: Model, calibrators: readonly Calibrator[]) {
    super(facts);
    this.base = base;
    this.calibrators = calibrators;
  }

  get training(): Model['training'] {
    return this.base.training;
  }

  score(matrix: Matrix): Float32Array {
    const shares = this.base.score(matrix);
    const classes = this.classes.length;
    if (classes === 2) {
      for (let at = 0; at < shares.length; at += 2) {
        const share = calibrate(this.calibrators[0]!, shares[at + 1]!);
        shares[at] = 1 - share;
        shares[at + 1] = share;
      }
    } else if (classes > 2) {
      const row = new Float64Array(classes);
      for (let at = 0; at < shares.length; at += classes) {
        let sum = 0;
        for (let k = 0; k < classes; k++) {
          sum += row[k] = calibrate(this.calibrators[k]!, shares[at + k]!);
        }
        // No class at all is likely: the base model's own shares are the best left.
        for (let k = 0; k < classes && sum > 0; k++) shares[at + k] = row[k]! / sum;
      }
    }
    return shares;
  }

  importances(): Float64Array {
    return this.base.importances();
  }

  /** What the base model says of the row: calibration keeps the order of the scores. */
  explain(matrix: Matrix, row: number, classIndex: number): Float64Array {
    return this.base.explain(matrix, row, classIndex);
  }

  tensors(): Tensor[] {
    const own: Tensor[] = [];
    this.calibrators.forEach((each, k) => {
      if (each.method === 'platt') {
        const data = Float64Array.of(each.sigmoid.slope, each.sigmoid.intercept);
        own.push({ name: `calibrator.${k}`, type: 'F64', shape: [1, 2], data });
        return;
      }
      const { scores, shares } = each.points;
      const data = new Float64Array(2 * scores.length);
      data.set(scores);
      data.set(shares, scores.length);
      own.push({ name: `calibrator.${k}`, type: 'F64', shape: [2, scores.length], data });
    });
    const inner = this.base.tensors().map((each) => ({ ...each, name: `base.${each.name}` }));
    return [...own, ...inner];
  }
}

function calibrate(calibrator: Calibrator, score: number): number {
  if (calibrator.method === 'isotonic') return isotonicShare(calibrator.points, score);
  const { slope, intercept } = calibrator.sigmoid;
  return 1 / (1 + Math.exp(-(slope * logOdds(score) + intercept)));
}

/** @throws WiresiftError `MODEL_FILE` when a calibrator is missing or out of order */
export function loadCalibrators(stored: StoredModel): Calibrator[] {
  const isotonic = stored.parameters['method'] === 'isotonic';
  return Array.from({ length: calibratorCount(stored.classes.length) }, (_, k) => {
    const name = `calibrator.${k}`;
    const where = `model calibrated, tensor ${name}`;
    const { data, shape } = storedTensor(stored, name, 'F64', 2);
    if (!isotonic) {
      if (data.length !== 2) refuseStored(where, `${data.length} numbers`, '2');
      return { method: 'platt', sigmoid: { slope: data[0]!, intercept: data[1]! } };
    }
    const count = shape[1]!;
    if (shape[0] !== 2 || count === 0) refuseStored(where, shape.join(' × '), '2 × points');
    const points = { scores: data.slice(0, count), shares: data.slice(count) };
    for (let i = 0; i < count; i++) {
      const sorted = i === 0 || points.scores[i]! >= points.scores[i - 1]!;
      const share = points.shares[i]!;
      if (!sorted || !(share >= 0 && share <= 1)) {
        refuseStored(`${where}, point ${i}`, `${points.scores[i]} and ${share}`, 'rising scores');
      }
    }
    return { method: 'isotonic', points };
  });
}

/** The tensors of the base model, under their own names. */
export function baseTensors(stored: StoredModel): ReadonlyMap<string, Tensor> {
  const found = new Map<string, Tensor>();
  for (const [name, tensor] of stored.tensors) {
    if (!name.startsWith('base.')) continue;
    found.set(name.slice(5), { ...tensor, name: name.slice(5) });
  }
  return found;
}
