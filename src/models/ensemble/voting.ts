import type { Matrix } from '../../features/index.ts';
import { FittedModel } from '../fitted.ts';
import { type FindKind, innerEmbeds, innerOptions } from '../inner.ts';
import { checkExplain, checkScore } from '../input.ts';
import { defineKind } from '../kind.ts';
import type { Model, ModelFacts, ModelKind, ParameterSpec, Parameters, Tensor } from '../model.ts';
import {
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

/** The weighted mean of its members' probabilities. */
class VotingModel extends FittedModel {
  readonly #models: readonly Model[];
  readonly #weights: readonly number[];

  constructor(facts: ModelFacts, members: readonly Member[], models: readonly Model[]) {
    super(facts);
    this.#models = models;
    const sum = members.reduce((total, { weight }) => total + weight, 0);
    this.#weights = members.map(({ weight }) => weight / sum);
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
  const read = (own: Parameters) => readMembers('voting', own['members'] as string, find);
  return defineKind({
    kind: 'voting',
    meaning: 'The weighted mean of the probabilities of several kinds',
    parameters,
    embeds: (own) => read(own).every(innerEmbeds),
    check: (own) => void read(own),
    fit: async (facts, input, options) => {
      const { onProgress } = options;
      const members = read(facts.parameters);
      const models: Model[] = [];
      for (const member of members) {
        models.push(await memberEstimator(member).fit(input, innerOptions(options)));
        onProgress?.(models.length, members.length);
      }
      return new VotingModel(facts, members, models);
    },
    load: (facts, stored) => {
      const members = read(facts.parameters);
      return new VotingModel(facts, members, loadMembers(stored, members));
    },
  });
}
