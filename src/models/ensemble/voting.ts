import { stopRequested } from '../../base/index.ts';
import type { Matrix } from '../../features/index.ts';
import { checkExplain, checkFit, checkScore } from '../input.ts';
import type {
  Estimator,
  FitInput,
  FitOptions,
  Model,
  ModelKind,
  ParameterSpec,
  Parameters,
  Tensor,
} from '../model.ts';
import { checkParameters } from '../parameters.ts';
import {
  type FindKind,
  loadMembers,
  type Member,
  memberEstimator,
  memberTensors,
  mixImportances,
  readMembers,
  unitParts,
} from './members.ts';

const parameters: readonly ParameterSpec[] = [
  {
    name: 'members',
    type: 'string',
    default: '[{"kind":"forest"},{"kind":"boosting"}]',
    meaning: 'JSON list of members: kind, and as wanted parameters and weight',
  },
];

class VotingEstimator implements Estimator {
  readonly kind = 'voting';
  readonly parameters: Parameters;
  readonly #members: readonly Member[];

  constructor(given: Parameters, find: FindKind) {
    this.parameters = given;
    this.#members = readMembers('voting', given['members'] as string, find);
  }

  async fit(input: FitInput, options: FitOptions): Promise<Model> {
    checkFit(this.kind, input);
    if (options.signal?.aborted) throw stopRequested(`fit ${this.kind}`);
    const { onProgress, ...own } = options;
    const models: Model[] = [];
    for (const member of this.#members) {
      models.push(await memberEstimator(member).fit(input, own));
      onProgress?.(models.length, this.#members.length);
    }
    return new VotingModel(this.parameters, this.#members, models);
  }
}

/** The weighted mean of its members' probabilities. */
class VotingModel implements Model {
  readonly kind = 'voting';
  readonly parameters: Parameters;
  readonly #models: readonly Model[];
  readonly #weights: readonly number[];

  constructor(given: Parameters, members: readonly Member[], models: readonly Model[]) {
    this.parameters = given;
    this.#models = models;
    const sum = members.reduce((total, { weight }) => total + weight, 0);
    this.#weights = members.map(({ weight }) => weight / sum);
  }

  get classes(): readonly string[] {
    return this.#models[0]!.classes;
  }

  get features(): readonly string[] {
    return this.#models[0]!.features;
  }

  score(matrix: Matrix): Float32Array {
    checkScore(this.kind, this.features, matrix);
    const sums = new Float64Array(matrix.rows * this.classes.length);
    this.#models.forEach((model, m) => {
      const shares = model.score(matrix);
      const weight = this.#weights[m]!;
      for (let at = 0; at < sums.length; at++) sums[at]! += weight * shares[at]!;
    });
    return Float32Array.from(sums);
  }

  importances(): Float64Array {
    return mixImportances(this.#models, this.#weights);
  }

  /** The members' explanations, each scaled to parts that sum to 1 in size, averaged by weight. */
  explain(matrix: Matrix, row: number, classIndex: number): Float64Array {
    checkExplain(this, matrix, row, classIndex);
    const out = new Float64Array(matrix.cols);
    this.#models.forEach((model, m) => {
      const parts = unitParts(model, matrix, row, classIndex);
      for (let c = 0; c < out.length; c++) out[c]! += this.#weights[m]! * parts[c]!;
    });
    return out;
  }

  tensors(): Tensor[] {
    return memberTensors(this.#models);
  }
}

/** Soft voting: several models, one weighted mean. */
export function votingKind(find: FindKind): ModelKind {
  return {
    kind: 'voting',
    meaning: 'The weighted mean of the probabilities of several kinds',
    parameters,
    create: (given) => new VotingEstimator(checkParameters('voting', parameters, given), find),
    load: (stored) => {
      const checked = checkParameters('voting', parameters, stored.parameters);
      const members = readMembers('voting', checked['members'] as string, find);
      return new VotingModel(checked, members, loadMembers(stored, members));
    },
  };
}
