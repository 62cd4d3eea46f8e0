import { Random, WiresiftError } from '../base/index.ts';
import {
  copiesShare,
  type Fitted,
  featuresWithout,
  fitSource,
  judgeTarget,
  type TransferFigures,
  type TransferRecipe,
} from './transfer-fit.ts';
import {
  drawLabelled,
  type ReadySet,
  readySet,
  type SetFacts,
  type TransferSet,
} from './transfer-sets.ts';

/** Mean of several draws, with the least and the greatest. */
export interface Drawn {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

/** Figures of one way to use labelled rows of the target; null where undefined. */
export interface AdaptedFigures {
  readonly averagePrecision: Drawn | null;
  readonly rocAuc: Drawn | null;
  readonly falsePositiveRate: Drawn | null;
  readonly recall: Drawn | null;
}

/** What labelled rows of the target bring. */
export interface Adapted {
  /** Labelled rows of the target's training part. */
  readonly labelled: number;
  readonly draws: number;
  /** Refitted with the source's rows and these, which together weigh as much. */
  readonly adapted: AdaptedFigures;
  /** These rows alone: whether the source brings anything at all. */
  readonly alone: AdaptedFigures;
}

/** Trained on one set, judged on another. */
export interface TransferPair {
  readonly source: string;
  readonly target: string;
  /** Features left out because one of the two sets has no value in them. */
  readonly dropped: readonly string[];
  /** Share of judged rows that equal a training row of the source in every feature used. */
  readonly copies: number;
  readonly figures: TransferFigures;
  /** In-domain figure of the target, on the same rows, less this one; null where undefined. */
  readonly drop: { readonly averagePrecision: number | null; readonly rocAuc: number | null };
  readonly adapted: readonly Adapted[];
}

/** The sets of one view, each against each. */
export interface TransferView {
  readonly view: string;
  readonly sets: readonly SetFacts[];
  /** A set's own model on its own test rows; null where it has rows of one class. */
  readonly inDomain: readonly (TransferFigures | null)[];
  readonly pairs: readonly TransferPair[];
}

/** The whole matrix; plain data. */
export interface Transfer {
  readonly model: string;
  readonly parameters: TransferRecipe['parameters'];
  readonly seed: number;
  readonly maxRows: number;
  readonly views: readonly TransferView[];
}

/** What to train and how often. */
export interface TransferOptions extends TransferRecipe {
  readonly sets: readonly TransferSet[];
  /** Numbers of labelled rows of the target to adapt with. */
  readonly adapt?: readonly number[];
  /** Draws of them to average over. Default 3. */
  readonly draws?: number;
  /** Training rows of a set, at most. Default {@link TRANSFER_ROWS}. */
  readonly maxRows?: number;
  /** Told before each fit. */
  readonly onFit?: (what: string, done: number, total: number) => void;
}

/** Training rows of a set, at most. */
export const TRANSFER_ROWS = 50_000;
const DRAWS = 3;

/**
 * Trains on each set and judges on every other of the same view. Every figure of a column is of the
 * same rows: the target's test part. The same sets, options and seed give the same figures.
 * @throws WiresiftError `EXPERIMENT` when no two sets share a view, or one has no labelled row;
 *   `ABORTED`
 */
export async function transfer(options: TransferOptions): Promise<Transfer> {
  const maxRows = options.maxRows ?? TRANSFER_ROWS;
  const ready = options.sets.map((set) => readySet(set, { seed: options.seed, maxRows }));
  const byView = new Map<string, ReadySet[]>();
  for (const set of ready) {
    byView.set(set.facts.view, [...(byView.get(set.facts.view) ?? []), set]);
  }
  const groups = [...byView].filter(([, sets]) => sets.length > 1);
  if (groups.length === 0) throw noPair([...byView.keys()]);
  const pairs = groups.reduce((sum, [, sets]) => sum + sets.length * sets.length, 0);
  const progress = new FitCount(options, pairs);
  const views: TransferView[] = [];
  for (const [view, sets] of groups) views.push(await oneView(view, sets, options, progress));
  const { modelKind, parameters, seed } = options;
  return { model: modelKind, parameters, seed, maxRows, views };
}

function noPair(views: readonly string[]): WiresiftError {
  return new WiresiftError({
    code: 'EXPERIMENT',
    where: 'transfer',
    saw: `sets of the views ${views.join(', ')}`,
    expected: 'two sets of the same view at least',
    todo: 'Name another set of one of these views',
    exitCode: 2,
  });
}

/** Counts cells of the matrix for who watches. */
class FitCount {
  readonly #options: TransferOptions;
  readonly #total: number;
  #done = 0;

  constructor(options: TransferOptions, total: number) {
    this.#options = options;
    this.#total = total;
  }

  next(what: string): void {
    this.#options.onFit?.(what, this.#done++, this.#total);
  }
}

async function oneView(
  view: string,
  sets: readonly ReadySet[],
  options: TransferOptions,
  progress: FitCount,
): Promise<TransferView> {
  const models = new Map<string, Promise<Fitted>>();
  const fitted = (source: ReadySet, dropped: readonly string[]): Promise<Fitted> => {
    const key = JSON.stringify([source.facts.name, dropped]);
    const known = models.get(key) ?? fitSource(source, dropped, options);
    models.set(key, known);
    return known;
  };
  const inDomain: (TransferFigures | null)[] = [];
  for (const set of sets) {
    progress.next(`${set.facts.name} on itself`);
    inDomain.push(
      set.train.length > 0
        ? await judgeTarget(await fitted(set, set.empty), set, options.signal)
        : null,
    );
  }
  const pairs: TransferPair[] = [];
  for (const source of sets.filter(({ train }) => train.length > 0)) {
    for (const [at, target] of sets.entries()) {
      if (target === source) continue;
      progress.next(`${source.facts.name} on ${target.facts.name}`);
      const dropped = [...new Set([...source.empty, ...target.empty])].sort();
      const own = await fitted(source, dropped);
      const figures = await judgeTarget(own, target, options.signal);
      pairs.push({
        source: source.facts.name,
        target: target.facts.name,
        dropped,
        copies: copiesShare(source, target, featuresWithout(source, dropped)),
        figures,
        drop: {
          averagePrecision: less(inDomain[at]?.averagePrecision, figures.averagePrecision),
          rocAuc: less(inDomain[at]?.rocAuc, figures.rocAuc),
        },
        adapted: await adaptations(source, target, dropped, options),
      });
    }
  }
  return { view, sets: sets.map(({ facts }) => facts), inDomain, pairs };
}

type Value = { readonly value: number | null };

function less(own: Value | undefined, other: Value): number | null {
  return own?.value == null || other.value === null ? null : own.value - other.value;
}

async function adaptations(
  source: ReadySet,
  target: ReadySet,
  dropped: readonly string[],
  options: TransferOptions,
): Promise<Adapted[]> {
  const draws = options.draws ?? DRAWS;
  const found: Adapted[] = [];
  for (const labelled of options.adapt ?? []) {
    // As many rows as the target has to teach are no few rows any more.
    if (labelled >= target.train.length) continue;
    const adapted: TransferFigures[] = [];
    const alone: TransferFigures[] = [];
    for (let draw = 0; draw < draws; draw++) {
      const random = new Random(options.seed).fork(`adapt ${labelled} ${draw}`);
      const rows = drawLabelled(target, labelled, random);
      for (const [list, only] of [
        [adapted, false],
        [alone, true],
      ] as const) {
        const added = { from: target, rows, alone: only };
        const model = await fitSource(source, dropped, options, added);
        list.push(await judgeTarget(model, target, options.signal));
      }
    }
    found.push({ labelled, draws, adapted: summed(adapted), alone: summed(alone) });
  }
  return found;
}

function summed(figures: readonly TransferFigures[]): AdaptedFigures {
  const of = (name: keyof AdaptedFigures): Drawn | null => {
    const values = figures.flatMap(({ [name]: { value } }) => (value === null ? [] : [value]));
    if (values.length === 0) return null;
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { mean, low: Math.min(...values), high: Math.max(...values) };
  };
  return {
    averagePrecision: of('averagePrecision'),
    rocAuc: of('rocAuc'),
    falsePositiveRate: of('falsePositiveRate'),
    recall: of('recall'),
  };
}
