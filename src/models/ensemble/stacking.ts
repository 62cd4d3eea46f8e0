import { Random } from '../../base/index.ts';
import { createMatrix, type Matrix, takeMatrixRows } from '../../features/index.ts';
import { FittedModel } from '../fitted.ts';
import { holdOut } from '../hold-out.ts';
import { type FindKind, innerEmbeds, innerOptions } from '../inner.ts';
import { checkExplain, checkScore } from '../input.ts';
import { defineKind } from '../kind.ts';
import type {
  FitInput,
  FitOptions,
  Model,
  ModelFacts,
  ModelKind,
  ParameterSpec,
  Parameters,
  Tensor,
} from '../model.ts';
import {
  loadMembers,
  type Member,
  memberEstimator,
  memberTensors,
  mixImportances,
  readMembers,
  tensorsUnder,
  unitParts,
} from './members.ts';

const parameters: readonly ParameterSpec[] = [
  {
    name: 'members',
    type: 'string',
    default: '[{"kind":"forest"},{"kind":"boosting"}]',
    meaning: 'JSON list of members: kind, and parameters as wanted',
  },
  {
    name: 'folds',
    type: 'integer',
    default: 5,
    min: 2,
    max: 20,
    meaning: 'Parts the rows are cut into, so that members are judged on rows they have not seen',
  },
  {
    name: 'C',
    type: 'number',
    default: 1,
    min: 1e-12,
    max: 1e12,
    meaning: 'Inverse strength of the penalty of the logistic regression on top',
  },
];

/** Columns that one member gives the model on top: one for two classes, else one a class. */
const columnsOf = (classes: number): number => (classes === 2 ? 1 : classes);

/** Names of the columns of the model on top. */
function stackNames(members: number, classes: number): readonly string[] {
  const each = columnsOf(classes);
  return Array.from({ length: members * each }, (_, at) => {
    return `member ${Math.floor(at / each)}, class ${each === 1 && classes === 2 ? 1 : at % each}`;
  });
}

/** Writes a member's shares into its columns, one row of `shares` for each of `rows`. */
function placeShares(
  stack: Matrix,
  shares: Float32Array,
  { rows, member, classes }: { rows: Int32Array; member: number; classes: number },
): void {
  const each = columnsOf(classes);
  for (let i = 0; i < rows.length; i++) {
    const to = rows[i]! * stack.cols + member * each;
    const from = i * classes + (classes === 2 ? 1 : 0);
    for (let c = 0; c < each; c++) stack.data[to + c] = shares[from + c]!;
  }
}

async function fitStacking(
  { facts, members, find }: { facts: ModelFacts; members: readonly Member[]; find: FindKind },
  input: FitInput,
  options: FitOptions,
): Promise<Model> {
  const { matrix, classes } = input;
  const { seed, onProgress } = options;
  const own = innerOptions(options);
  const folds = facts.parameters['folds'] as number;
  const total = members.length + folds + 1;
  let done = 0;
  const step = (): void => onProgress?.(++done, total);
  const models: Model[] = [];
  for (const member of members) {
    models.push(await memberEstimator(member).fit(input, own));
    step();
  }
  const stack = createMatrix(matrix.rows, stackNames(models.length, classes.length));
  const weights = new Float32Array(matrix.rows);
  const fold = foldOf(input, folds, new Random(seed).fork('stacking').seed);
  for (let f = 0; f < folds; f++) {
    await fillFold(members, input, { fold, f, stack, weights, own });
    step();
  }
  if (!weights.some((weight) => weight > 0)) {
    // One distinct row, or all in one fold: what the members say of their own rows must do.
    const all = Int32Array.from({ length: matrix.rows }, (_, i) => i);
    models.forEach((model, member) => {
      const place = { rows: all, member, classes: classes.length };
      placeShares(stack, model.score(matrix), place);
    });
    weights.set(input.weights ?? new Float32Array(matrix.rows).fill(1));
  }
  const top = await find('logistic')
    .create({ C: facts.parameters['C'] as number })
    .fit({ matrix: stack, labels: input.labels, classes, weights }, own);
  step();
  return new StackingModel(facts, models, top);
}

/** Scores the rows of one fold by members that learned from the other folds. */
async function fillFold(
  members: readonly Member[],
  input: FitInput,
  part: FoldPart,
): Promise<void> {
  const { fold, f, stack, weights, own } = part;
  const { matrix, labels, classes } = input;
  const weightOf = (row: number): number => (input.weights ? input.weights[row]! : 1);
  const all = Int32Array.from(fold.keys());
  const seen = all.filter((row) => fold[row] !== f && fold[row]! >= 0 && weightOf(row) > 0);
  const rows = all.filter((row) => fold[row] === f && weightOf(row) > 0);
  if (seen.length === 0 || rows.length === 0) return;
  const rest: FitInput = {
    matrix: takeMatrixRows(matrix, seen),
    labels: seen.map((row) => labels[row]!),
    classes,
    weights: Float32Array.from(seen, weightOf),
  };
  const asked = takeMatrixRows(matrix, rows);
  for (let member = 0; member < members.length; member++) {
    const model = await memberEstimator(members[member]!).fit(rest, own);
    placeShares(stack, model.score(asked), { rows, member, classes: classes.length });
  }
  for (const row of rows) weights[row] = weightOf(row);
}

interface FoldPart {
  readonly fold: Int32Array;
  readonly f: number;
  readonly stack: Matrix;
  readonly weights: Float32Array;
  readonly own: FitOptions;
}

/**
 * The fold of each row, from its cells and the seed alone: equal rows never stand on both sides.
 * -1 for rows that are held out.
 */
function foldOf({ matrix, heldOut }: FitInput, folds: number, seed: number): Int32Array {
  const fold = new Int32Array(matrix.rows).fill(folds - 1);
  for (let f = folds - 2; f >= 0; f--) {
    // Marks grow with the share, so the smallest share that marks a row is its fold.
    const marks = holdOut(matrix, (f + 1) / folds, seed);
    for (let i = 0; i < marks.length; i++) if (marks[i] === 1) fold[i] = f;
  }
  for (const row of heldOut ?? []) fold[row] = -1;
  return fold;
}

/** Members, and a logistic regression over their probabilities. */
class StackingModel extends FittedModel {
  readonly #models: readonly Model[];
  readonly #top: Model;

  constructor(facts: ModelFacts, models: readonly Model[], top: Model) {
    super(facts);
    this.#models = models;
    this.#top = top;
  }

  score(matrix: Matrix): Float32Array {
    checkScore(this.kind, this.features, matrix);
    return this.#top.score(this.#stack(matrix));
  }

  #stack(matrix: Matrix): Matrix {
    const stack = createMatrix(matrix.rows, this.#top.features);
    const rows = Int32Array.from({ length: matrix.rows }, (_, i) => i);
    this.#models.forEach((model, member) => {
      placeShares(stack, model.score(matrix), { rows, member, classes: this.classes.length });
    });
    return stack;
  }

  /** The members' importances, each by the share of its columns in the model on top. */
  importances(): Float64Array {
    const top = this.#top.importances();
    const each = columnsOf(this.classes.length);
    const weights = this.#models.map((_, m) =>
      top.subarray(m * each, (m + 1) * each).reduce((sum, share) => sum + share, 0),
    );
    return mixImportances(this.#models, weights);
  }

  /**
   * What each of a member's probabilities adds on top, in log-odds, split over the features as the
   * member explains that probability, sizes scaled to sum to 1.
   */
  explain(matrix: Matrix, row: number, classIndex: number): Float64Array {
    checkExplain(this, matrix, row, classIndex);
    const one = takeMatrixRows(matrix, Int32Array.of(row));
    const parts = this.#top.explain(this.#stack(one), 0, classIndex);
    const classes = this.classes.length;
    const each = columnsOf(classes);
    const out = new Float64Array(matrix.cols);
    for (let at = 0; at < parts.length; at++) {
      const k = classes === 2 ? 1 : at % each;
      const own = unitParts(this.#models[Math.floor(at / each)]!, one, 0, k);
      const sum = own.reduce((total, part) => total + part, 0);
      // The member's own pull on that probability carries the sign of what it adds.
      const factor = sum < 0 ? -parts[at]! : parts[at]!;
      for (let c = 0; c < out.length; c++) out[c]! += factor * own[c]!;
    }
    return out;
  }

  tensors(): Tensor[] {
    return [...memberTensors(this.#models), ...memberTensors([this.#top], 'top')];
  }
}

/** Stacked generalisation (Wolpert 1992): out-of-fold probabilities, logistic regression on top. */
export function stackingKind(find: FindKind): ModelKind {
  const read = (own: Parameters) => readMembers('stacking', own['members'] as string, find);
  return defineKind({
    kind: 'stacking',
    meaning: 'Logistic regression over what several kinds say of rows they have not seen',
    parameters,
    embeds: (own) => read(own).every(innerEmbeds),
    check: (own) => void read(own),
    fit: (facts, input, options) => {
      return fitStacking({ facts, members: read(facts.parameters), find }, input, options);
    },
    load: (facts, stored) => {
      const members = read(facts.parameters);
      const logistic = find('logistic');
      const top = logistic.load({
        kind: 'logistic',
        parameters: logistic.create({ C: facts.parameters['C'] as number }).parameters,
        classes: stored.classes,
        features: stackNames(members.length, stored.classes.length),
        tensors: tensorsUnder(stored, 'top.0.'),
      });
      return new StackingModel(facts, loadMembers(stored, members), top);
    },
  });
}
