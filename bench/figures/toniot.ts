import { Random } from '../../src/base/index.ts';
import { findDataset, identicalGroups } from '../../src/datasets/index.ts';
import {
  confusion,
  macroF1,
  makeSplit,
  meanRecall,
  mostProbable,
} from '../../src/evaluate/index.ts';
import { type LabelledTable, textTable } from '../../src/table/index.ts';
import { type Candidate, type Fitted, fitScore, meanOf } from './fit.ts';
import { dataFile, type Settings, steps } from './settings.ts';

const TEST = 0.3;

const tree: Candidate = { name: 'tree', kind: 'tree', parameters: {}, scaled: false };
const forest: Candidate = {
  name: 'forest',
  kind: 'forest',
  // A third of the columns: with one-hot columns the square root of them sees mostly words.
  parameters: { trees: 40, maxFeatures: 'third' },
  scaled: false,
};
const boosting = (iterations: number, maxLeaves: number): Candidate => ({
  name: 'boosting',
  kind: 'boosting',
  // Without the penalty, leaves of rows that cannot be told apart take steps without bound.
  parameters: { iterations, maxLeaves, l2: 1 },
  scaled: false,
});
const logistic: Candidate = {
  name: 'logistic (log1p)',
  kind: 'logistic',
  parameters: { C: 100 },
  scaled: true,
};
const nearest: Candidate = {
  name: 'knn',
  kind: 'knn',
  parameters: { k: 5, p: 1, weights: 'distance' },
  scaled: true,
};

/** What is told apart, by which models. */
interface Question {
  readonly target: 'label' | 'type';
  readonly candidates: readonly Candidate[];
  /** Those whose mean is the `vote`. */
  readonly voters: readonly string[];
}

const questions = (quick: boolean): readonly Question[] => [
  {
    target: 'label',
    candidates: [tree, logistic, nearest, forest, boosting(quick ? 20 : 100, 31)],
    voters: ['forest', 'boosting'],
  },
  {
    target: 'type',
    candidates: [tree, nearest, forest, boosting(quick ? 10 : 40, 31)],
    voters: ['knn', 'forest', 'boosting'],
  },
];

/** Figures of one model on one split. */
export interface Score {
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly macroF1: number;
  /** The same with each distinct vector counted once. */
  readonly distinctBalancedAccuracy: number;
  readonly distinctMacroF1: number;
  readonly seconds: number;
}

/** One line of the table: means over the seeds. */
interface Line extends Score {
  readonly split: string;
  readonly target: string;
  readonly model: string;
  /** Of every seed, in order. */
  readonly seeds: readonly Score[];
}

export interface Parts {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/**
 * 30 % of the distinct vectors of each class to test, whole. A vector that alone has more rows than
 * the test share of its class (one of scanning: 15,344 of 20,000; one of xss: 9,791) always trains: in
 * the test part it would be most of the class.
 */
export function groupedSplit(
  data: Pick<LabelledTable, 'labels' | 'classes'>,
  groups: Int32Array,
  seed: number,
): Parts {
  const random = new Random(seed);
  const sizes = new Map<number, number>();
  const classRows = new Float64Array(data.classes.length);
  const ofClass = data.classes.map((): number[] => []);
  data.labels.forEach((label, row) => {
    const group = groups[row]!;
    if (!sizes.has(group)) ofClass[label]!.push(group);
    sizes.set(group, (sizes.get(group) ?? 0) + 1);
    classRows[label]!++;
  });
  const test = new Set<number>();
  ofClass.forEach((list, label) => {
    random.shuffle(list);
    const wanted = Math.round(TEST * list.length);
    const fitting = list.filter((group) => sizes.get(group)! <= TEST * classRows[label]!);
    for (const group of fitting.slice(0, wanted)) test.add(group);
  });
  const rows = Int32Array.from(data.labels.keys());
  return {
    train: rows.filter((row) => !test.has(groups[row]!)),
    test: rows.filter((row) => test.has(groups[row]!)),
  };
}

/** Figures of the test rows, each row counted once and each distinct vector counted once. */
export function scoreOf(
  data: LabelledTable,
  groups: Int32Array,
  test: Int32Array,
  fitted: Fitted,
): Score {
  const truth = test.map((row) => data.labels[row]!);
  const told = mostProbable(fitted.probabilities, data.classes.length);
  const seen = new Set<number>();
  const once = Int32Array.from(test.keys()).filter((i) => {
    const key = groups[test[i]!]! * data.classes.length + truth[i]!;
    return !seen.has(key) && seen.add(key);
  });
  const all = confusion(truth, told, data.classes);
  const distinct = confusion(
    once.map((i) => truth[i]!),
    once.map((i) => told[i]!),
    data.classes,
  );
  return {
    accuracy: truth.filter((label, i) => label === told[i]).length / truth.length,
    balancedAccuracy: meanRecall(all),
    macroF1: macroF1(all),
    distinctBalancedAccuracy: meanRecall(distinct),
    distinctMacroF1: macroF1(distinct),
    seconds: fitted.seconds,
  };
}

/** The mean of every figure. */
export function mean(scores: readonly Score[]): Score {
  const of = (name: keyof Score): number =>
    scores.reduce((sum, score) => sum + score[name], 0) / scores.length;
  return {
    accuracy: of('accuracy'),
    balancedAccuracy: of('balancedAccuracy'),
    macroF1: of('macroF1'),
    distinctBalancedAccuracy: of('distinctBalancedAccuracy'),
    distinctMacroF1: of('distinctMacroF1'),
    seconds: of('seconds'),
  };
}

async function ask(question: Question, settings: Settings): Promise<Line[]> {
  const { seeds, quick, threads } = settings;
  const { target, candidates, voters } = question;
  const path = dataFile(settings, 'ton_iot/train_test_network.csv.gz');
  const data: LabelledTable = await findDataset('ton-iot').read(path, { target });
  // Names, URIs and user agents belong to the testbed as addresses do; the view marks them so.
  const columns = data.table.schema.columns
    .filter(({ role, live }) => role === 'feature' && live)
    .map(({ name }) => name);
  const { groups } = identicalGroups(data.table, columns);
  const lines = new Map<string, Score[]>();
  const progress = steps(`ton-iot ${target}`, 2 * seeds * candidates.length);
  try {
    for (const split of ['grouped', 'random']) {
      for (let seed = 1; seed <= seeds; seed++) {
        const parts = partsOf(data, groups, split, seed);
        const train = quick ? parts.train.filter((_, i) => i % 5 === 0) : parts.train;
        const fitted = new Map<string, Fitted>();
        for (const candidate of candidates) {
          const task = { data, columns, train, test: parts.test, seed, threads };
          fitted.set(candidate.name, await fitScore(candidate, task));
          progress.done();
        }
        fitted.set(`vote of ${voters.join(', ')}`, meanOf(voters.map((name) => fitted.get(name)!)));
        for (const [model, each] of fitted) {
          const key = JSON.stringify([split, target, model]);
          const score = scoreOf(data, groups, parts.test, each);
          lines.set(key, [...(lines.get(key) ?? []), score]);
        }
      }
    }
  } finally {
    progress.stop();
  }
  return [...lines].map(([key, scores]): Line => {
    const [split, about, model] = JSON.parse(key) as [string, string, string];
    return { split, target: about, model, ...mean(scores), seeds: scores };
  });
}

/** Training and test rows: grouped, or random by class. */
export function partsOf(
  data: LabelledTable,
  groups: Int32Array,
  split: string,
  seed: number,
): Parts {
  if (split === 'grouped') return groupedSplit(data, groups, seed);
  const rows = Int32Array.from(data.labels.keys());
  const plan = { kind: 'stratified', testFraction: TEST, seed } as const;
  return makeSplit({ rows, labels: data.labels }, plan);
}

/** Four digits after the point. */
export const four = (value: number): string => value.toFixed(4);

/** Least and largest of a figure. */
export function spread(seeds: readonly Score[], name: keyof Score): string {
  const values = seeds.map((score) => score[name]);
  return `${four(Math.min(...values))}–${four(Math.max(...values))}`;
}

/** TON_IoT without addresses and ports: two splits, two questions, several models. */
export async function run(settings: Settings): Promise<void> {
  const lines: Line[] = [];
  for (const question of questions(settings.quick)) lines.push(...(await ask(question, settings)));
  lines.sort((a, b) => (a.split < b.split ? -1 : a.split > b.split ? 1 : 0));
  if (settings.json) {
    process.stdout.write(`${JSON.stringify({ seeds: settings.seeds, lines }, null, 2)}\n`);
    return;
  }
  const titles = ['split', 'told apart', 'model', 'accuracy', 'balanced', 'macro-F1'];
  const more = ['macro-F1 of the seeds', 'balanced, distinct', 'macro-F1, distinct', 's'];
  const table = textTable(
    [...titles, ...more].map((title, i) => ({ title, align: i < 3 ? 'left' : 'right' }) as const),
    lines.map((line) => [
      line.split,
      line.target === 'label' ? 'attack, normal' : 'ten types',
      line.model,
      four(line.accuracy),
      four(line.balancedAccuracy),
      four(line.macroF1),
      spread(line.seeds, 'macroF1'),
      four(line.distinctBalancedAccuracy),
      four(line.distinctMacroF1),
      line.seconds.toFixed(1),
    ]),
  );
  process.stdout.write(`Means over ${settings.seeds} seeds, 30 % test.\n${table}\n`);
}
