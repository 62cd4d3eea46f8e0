import { binomialUpperTail, WiresiftError } from '../base/index.ts';
import { type Abstention, unsureScores } from '../models/index.ts';
import {
  type Answers,
  type AnswersInput,
  type AnswersReport,
  answersReports,
  classAnswers,
  harmAnswers,
  rankAnswers,
} from './answers.ts';

/** When a model is to abstain. */
export type AbstentionMethod =
  | { readonly kind: 'never' }
  /** As rarely as keeps the errors among the rows answered below this share, with 95 % certainty. */
  | { readonly kind: 'error'; readonly rate: number }
  /** Below this confidence. */
  | { readonly kind: 'below'; readonly confidence: number };

/** Shares of the rows that may be answered, each tried: hundredths. */
const LEVELS = 100;
/** Chance that any of the levels passes by luck. */
const LUCK = 0.05;

/**
 * The lowest confidence to answer from, so that the errors among the answers stay at or below `rate`.
 * For each hundredth of the rows, the surest first, the number of errors is held against the binomial
 * distribution at that rate; the largest share passes whose number is too low for luck, at 5 % over all
 * hundred tests together (Bonferroni). It holds for rows that come as these did.
 * @returns undefined when no share passes
 */
export function limitFor(answers: Answers, rate: number): number | undefined {
  const { confidence, rows, errors } = rankAnswers(answers);
  const all = answers.right.length;
  for (let level = LEVELS; level > 0; level--) {
    // The largest run of equal confidences that ends within this share.
    const most = (all * level) / LEVELS;
    let run = rows.length - 1;
    while (run >= 0 && rows[run]! > most) run--;
    if (run < 0) return undefined;
    const lower = 1 - binomialUpperTail(errors[run]! + 1, rows[run]!, rate);
    if (lower > LUCK / LEVELS) continue;
    if (run === rows.length - 1) return 0;
    // Halfway to the next, so that small rounding changes nothing.
    return (confidence[run]! + confidence[run + 1]!) / 2;
  }
  return undefined;
}

/** Short name of a method with its limit: `error<=0.01`. */
export function abstentionName(method: AbstentionMethod): string {
  if (method.kind === 'error') return `error<=${method.rate}`;
  return method.kind === 'below' ? `below ${method.confidence}` : method.kind;
}

/** Kinds that abstain unless told otherwise: errors to one answer in a hundred. */
const ABSTAINING: ReadonlySet<string> = new Set(['staged']);
const USUAL: AbstentionMethod = { kind: 'error', rate: 0.01 };

/** A choice, and what to tell when the usual one could not be kept. */
export interface ChosenAbstention {
  readonly abstention?: Abstention;
  readonly warnings: readonly string[];
}

/**
 * As {@link chooseAbstention}; where no method is asked for, `staged` abstains where that keeps errors to
 * one answer in a hundred, and other kinds never.
 * @throws WiresiftError `THRESHOLD` when what was asked for cannot be kept
 */
export function abstentionOf(
  kind: string,
  input: AnswersInput,
  method: AbstentionMethod | undefined,
): ChosenAbstention {
  const wanted = method ?? (ABSTAINING.has(kind) ? USUAL : { kind: 'never' });
  try {
    const abstention = chooseAbstention(input, wanted);
    return { ...(abstention ? { abstention } : {}), warnings: [] };
  } catch (error) {
    if (method || !(error instanceof WiresiftError)) throw error;
    const { where, saw } = error.facts;
    return { warnings: [`IT NEVER ABSTAINS (${where}): ${saw}.`] };
  }
}

/**
 * Chooses where a model abstains, on validation rows.
 * @returns undefined when it never is to
 * @throws WiresiftError `THRESHOLD` when no share of the rows keeps the error asked for
 */
export function chooseAbstention(
  input: AnswersInput,
  method: AbstentionMethod,
): Abstention | undefined {
  if (method.kind === 'never') return undefined;
  const several = input.classes.length > 2;
  const harm = harmAnswers(input);
  const types = several ? classAnswers(input) : undefined;
  const limit = (answers: Answers, question: AnswersReport['question']): number => {
    if (method.kind === 'below') return method.confidence;
    const found = limitFor(answers, method.rate);
    if (found !== undefined) return found;
    throw new WiresiftError({
      code: 'THRESHOLD',
      where: `abstention, ${question}`,
      saw: `${answers.right.length} labelled validation rows, of whose surest no share keeps to ${method.rate}`,
      expected: 'fewer errors among the surest, or more rows to show it on',
      todo: 'Allow a higher error, or let the model answer always: --abstain never',
    });
  };
  const band = unsureScores(input.threshold, limit(harm, 'hostile or harmless'));
  const least = types ? limit(types, 'which class') : 0;
  const chosen = { ...band, class: least, method: abstentionName(method) };
  const reached = answersReports(input, { ...chosen, detail: null });
  const detail = reached.map(({ question, rows, error, limited }) => {
    return { question, rows, error, abstained: limited!.abstained, rest: limited!.error };
  });
  return { ...chosen, detail };
}
