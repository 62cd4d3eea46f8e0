import { type Abstention, harmConfidence } from '../models/index.ts';
import { CURVE_POINTS, type CurvePoint, thin } from './curve.ts';
import { type Measure, measure, proportion } from './measure.ts';
import { mostProbable } from './metrics.ts';

/** One answer a labelled row: how sure it is, and whether it is right. */
export interface Answers {
  readonly confidence: Float64Array;
  /** 1 or 0. */
  readonly right: Uint8Array;
}

/** What answers are made of; rows in parallel. */
export interface AnswersInput {
  readonly classes: readonly string[];
  /** Class index a row; -1 is left out. */
  readonly labels: Int32Array;
  /** Row-major, rows × classes. */
  readonly probabilities: Float32Array;
  readonly harmless: number;
  /** Hostile score a row and its threshold. */
  readonly scores: Float32Array;
  readonly threshold: number;
}

/** Hostile or harmless, told by the threshold; see {@link harmConfidence}. */
export function harmAnswers({ labels, scores, harmless, threshold }: AnswersInput): Answers {
  return answersOf(labels, (row) => ({
    confidence: harmConfidence(scores[row]!, threshold),
    right: scores[row]! >= threshold === (labels[row] !== harmless),
  }));
}

/** The class, told by the highest probability, which is how sure it is. */
export function classAnswers({ labels, probabilities, classes }: AnswersInput): Answers {
  const told = mostProbable(probabilities, classes.length);
  return answersOf(labels, (row) => ({
    confidence: probabilities[row * classes.length + told[row]!]!,
    right: told[row] === labels[row],
  }));
}

function answersOf(
  labels: Int32Array,
  answer: (row: number) => { confidence: number; right: boolean },
): Answers {
  const confidence: number[] = [];
  const right: number[] = [];
  for (let row = 0; row < labels.length; row++) {
    if (labels[row]! < 0) continue;
    const own = answer(row);
    confidence.push(own.confidence);
    right.push(own.right ? 1 : 0);
  }
  return { confidence: Float64Array.from(confidence), right: Uint8Array.from(right) };
}

/** Answers by falling confidence, equal ones together: rows and errors up to the end of each run. */
export interface RankedAnswers {
  readonly confidence: readonly number[];
  readonly rows: readonly number[];
  readonly errors: readonly number[];
}

/** Sorts answers once. */
export function rankAnswers({ confidence, right }: Answers): RankedAnswers {
  const order = Int32Array.from(confidence.keys()).sort((a, b) => confidence[b]! - confidence[a]!);
  const ranked = { confidence: [] as number[], rows: [] as number[], errors: [] as number[] };
  let errors = 0;
  for (let i = 0; i < order.length; i++) {
    const own = confidence[order[i]!]!;
    errors += 1 - right[order[i]!]!;
    if (i + 1 < order.length && confidence[order[i + 1]!] === own) continue;
    ranked.confidence.push(own);
    ranked.rows.push(i + 1);
    ranked.errors.push(errors);
  }
  return ranked;
}

/** What a model reaches on one question when it may abstain. Over labelled rows. */
export interface AnswersReport {
  readonly question: 'hostile or harmless' | 'which class';
  readonly rows: number;
  /** Share of wrong answers when it always answers. */
  readonly error: Measure;
  /** Null when the model has no limit: it always answers. */
  readonly limited: {
    readonly abstained: Measure;
    /** Of the rows answered. */
    readonly error: Measure;
  } | null;
  /**
   * Area under the risk-coverage curve (Geifman and El-Yaniv 2017): the mean error over all shares
   * answered. 0 is best.
   */
  readonly area: Measure;
  /** x share answered, the surest first; y share of wrong answers among them; at which confidence. */
  readonly curve: readonly CurvePoint[];
}

/** Judges answers by the risk-coverage curve, and by a limit on confidence where there is one. */
export function answersReport(
  question: AnswersReport['question'],
  answers: Answers,
  isUnsure: ((row: number) => boolean) | null,
): AnswersReport {
  const { confidence, rows, errors } = rankAnswers(answers);
  const all = answers.right.length;
  const wrong = errors.at(-1) ?? 0;
  let abstained = 0;
  let wrongAnswered = 0;
  for (let row = 0; isUnsure && row < all; row++) {
    if (isUnsure(row)) abstained++;
    else wrongAnswered += 1 - answers.right[row]!;
  }
  let area = 0;
  for (let i = 0; i < rows.length; i++) {
    area += ((rows[i]! - (rows[i - 1] ?? 0)) * errors[i]!) / rows[i]!;
  }
  const at = (i: number): CurvePoint => ({
    x: rows[i]! / all,
    y: errors[i]! / rows[i]!,
    threshold: confidence[i]!,
  });
  return {
    question,
    rows: all,
    error: proportion(wrong, all, 'no labelled rows'),
    limited: isUnsure && {
      abstained: proportion(abstained, all, 'no labelled rows'),
      error: proportion(wrongAnswered, all - abstained, 'it answers no row'),
    },
    area: measure(all > 0 ? area / all : Number.NaN, 'no labelled rows'),
    curve: thin({ length: rows.length, at }, CURVE_POINTS, (a, b) => {
      return Math.abs(b.x - a.x) + Math.abs(b.y - a.y);
    }),
  };
}

/** Both questions asked of a model; one where there are two classes. */
export function answersReports(
  input: AnswersInput,
  abstention: Abstention | undefined,
): AnswersReport[] {
  const known = Int32Array.from(input.labels.keys()).filter((row) => input.labels[row]! >= 0);
  const harm = answersReport(
    'hostile or harmless',
    harmAnswers(input),
    abstention
      ? (i) => {
          const score = input.scores[known[i]!]!;
          return score > abstention.from && score < abstention.to;
        }
      : null,
  );
  if (input.classes.length <= 2) return [harm];
  const answers = classAnswers(input);
  const isUnsure = abstention && ((i: number) => answers.confidence[i]! < abstention.class);
  return [harm, answersReport('which class', answers, isUnsure ?? null)];
}
