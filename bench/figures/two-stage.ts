import { Random } from '../../src/base/index.ts';
import { findDataset, identicalGroups } from '../../src/datasets/index.ts';
import {
  type AnswersInput,
  answersReport,
  classAnswers,
  confusion,
  expectedCalibrationError,
  harmAnswers,
  hostileScores,
  limitFor,
  macroF1,
  meanRecall,
  mostProbable,
  reliability,
} from '../../src/evaluate/index.ts';
import type { Parameters } from '../../src/models/index.ts';
import { type LabelledTable, textTable } from '../../src/table/index.ts';
import { type Candidate, fitScore } from './fit.ts';
import { dataFile, type Settings, steps } from './settings.ts';
import { groupedSplit, partsOf } from './toniot.ts';

/** Errors among the answers that abstaining is to keep to. */
const RATE = 0.01;

/** A kind of model that stands alone and as both stages. */
interface Base {
  readonly kind: string;
  readonly parameters: Parameters;
  readonly scaled: boolean;
}

const bases = (quick: boolean): readonly Base[] => [
  { kind: 'forest', parameters: { trees: quick ? 10 : 40, maxFeatures: 'third' }, scaled: false },
  { kind: 'boosting', parameters: { iterations: quick ? 10 : 40, maxLeaves: 31 }, scaled: false },
  { kind: 'ann', parameters: { epochs: quick ? 3 : 10, pieces: 0 }, scaled: true },
];

/** One model over ten classes and two stages of the same kind, each raw and calibrated. */
function candidates({ kind, parameters, scaled }: Base): readonly Candidate[] {
  const own = JSON.stringify(parameters);
  const staged = (calibration: string): Parameters => ({
    ...{ first: kind, firstParameters: own, second: kind, secondParameters: own },
    calibration,
  });
  const calibrated = { base: kind, baseParameters: own };
  return [
    { name: 'single', kind, parameters, scaled },
    { name: 'single, calibrated', kind: 'calibrated', parameters: calibrated, scaled },
    { name: 'two stages', kind: 'staged', parameters: staged('none'), scaled },
    { name: 'two stages, calibrated', kind: 'staged', parameters: staged('isotonic'), scaled },
  ];
}

/** Figures of one model on one split. */
interface Score {
  readonly accuracy: number;
  readonly balancedAccuracy: number;
  readonly macroF1: number;
  /** Threat or normal told wrongly at 0.5. */
  readonly harmError: number;
  /** Calibration error, ten bins: of the told class's probability, and of the probability of harm. */
  readonly classEce: number;
  readonly harmEce: number;
  /** Area under the risk-coverage curve of the class. */
  readonly area: number;
  /** Share of the rows told no class, and errors among the rest; NaN when no limit keeps the rate. */
  readonly abstained: number;
  readonly errorAnswered: number;
  readonly seconds: number;
}

const NAMES = [
  ...(['accuracy', 'balancedAccuracy', 'macroF1', 'harmError', 'classEce', 'harmEce'] as const),
  ...(['area', 'abstained', 'errorAnswered', 'seconds'] as const),
];

/** One line of the table: means over the seeds. */
interface Line extends Score {
  readonly split: string;
  readonly kind: string;
  readonly model: string;
  readonly seeds: readonly Score[];
}

/** Rows that teach, that choose the limit, and that judge. */
interface Parts {
  readonly train: Int32Array;
  readonly choose: Int32Array;
  readonly test: Int32Array;
}

/** A fifth of the training rows chooses the limit: whole groups, as the test part has. */
function carve(data: LabelledTable, groups: Int32Array, split: string, seed: number): Parts {
  const { train, test } = partsOf(data, groups, split, seed);
  const marks = new Uint8Array(train.length);
  const random = new Random(seed).fork('limit');
  if (split === 'grouped') {
    const own = {
      classes: data.classes,
      labels: train.map((row) => data.labels[row]!),
    };
    const kept = train.map((row) => groups[row]!);
    for (const i of groupedSplit(own, kept, random.seed).test) marks[i] = 1;
  } else {
    for (let i = 0; i < marks.length; i++) marks[i] = random.next() < 0.2 ? 1 : 0;
  }
  return {
    train: train.filter((_, i) => marks[i] === 0),
    choose: train.filter((_, i) => marks[i] === 1),
    test,
  };
}

function answered(
  data: LabelledTable,
  rows: Int32Array,
  probabilities: Float32Array,
): AnswersInput {
  const { classes } = data;
  const harmless = classes.indexOf('normal');
  const scores = hostileScores(probabilities, classes.length, harmless);
  const labels = rows.map((row) => data.labels[row]!);
  return { classes, labels, probabilities, harmless, scores, threshold: 0.5 };
}

function judge(choose: AnswersInput, test: AnswersInput, seconds: number): Score {
  const told = mostProbable(test.probabilities, test.classes.length);
  const table = confusion(test.labels, told, test.classes);
  const answers = classAnswers(test);
  const harm = harmAnswers(test);
  const limit = limitFor(classAnswers(choose), RATE);
  const report = answersReport('which class', answers, (i) => {
    return limit === undefined || answers.confidence[i]! < limit;
  });
  const threats = Uint8Array.from(test.labels, (label) => (label === test.harmless ? 0 : 1));
  return {
    accuracy: 1 - report.error.value!,
    balancedAccuracy: meanRecall(table),
    macroF1: macroF1(table),
    harmError: answersReport('hostile or harmless', harm, null).error.value!,
    classEce: expectedCalibrationError(reliability(answers.confidence, answers.right)),
    harmEce: expectedCalibrationError(reliability(test.scores, threats)),
    area: report.area.value!,
    abstained: report.limited!.abstained.value!,
    errorAnswered: report.limited!.error.value ?? Number.NaN,
    seconds,
  };
}

function mean(scores: readonly Score[]): Score {
  const of = (name: keyof Score): number =>
    scores.reduce((sum, score) => sum + score[name], 0) / scores.length;
  return Object.fromEntries(NAMES.map((name) => [name, of(name)])) as unknown as Score;
}

async function compare(settings: Settings): Promise<Line[]> {
  const { seeds, quick, threads } = settings;
  const path = dataFile(settings, 'ton_iot/train_test_network.csv.gz');
  const data: LabelledTable = await findDataset('ton-iot').read(path, { target: 'type' });
  const columns = data.table.schema.columns
    .filter(({ role, live }) => role === 'feature' && live)
    .map(({ name }) => name);
  const { groups } = identicalGroups(data.table, columns);
  const lines = new Map<string, Score[]>();
  const models = bases(quick).flatMap((base) =>
    candidates(base).map((candidate) => ({ base: base.kind, candidate })),
  );
  const progress = steps('two stages', 2 * seeds * models.length);
  try {
    for (const split of ['grouped', 'random']) {
      for (let seed = 1; seed <= seeds; seed++) {
        const parts = carve(data, groups, split, seed);
        const train = quick ? parts.train.filter((_, i) => i % 5 === 0) : parts.train;
        const rows = Int32Array.from([...parts.choose, ...parts.test]);
        for (const { base, candidate } of models) {
          const task = { data, columns, train, test: rows, seed, threads };
          const { probabilities, seconds } = await fitScore(candidate, task);
          const end = parts.choose.length * data.classes.length;
          const choose = answered(data, parts.choose, probabilities.subarray(0, end));
          const test = answered(data, parts.test, probabilities.subarray(end));
          const key = JSON.stringify([split, base, candidate.name]);
          lines.set(key, [...(lines.get(key) ?? []), judge(choose, test, seconds)]);
          progress.done();
        }
      }
    }
  } finally {
    progress.stop();
  }
  return [...lines].map(([key, scores]): Line => {
    const [split, kind, model] = JSON.parse(key) as [string, string, string];
    return { split, kind, model, ...mean(scores), seeds: scores };
  });
}

/** TON_IoT, ten classes: one model against two stages of the same kind, with and without calibration. */
export async function run(settings: Settings): Promise<void> {
  const lines = await compare(settings);
  if (settings.json) {
    process.stdout.write(
      `${JSON.stringify({ seeds: settings.seeds, rate: RATE, lines }, null, 2)}\n`,
    );
    return;
  }
  const titles = [
    'split',
    'kind',
    'model',
    'accuracy',
    'balanced',
    'macro-F1',
    'macro-F1 of the seeds',
  ];
  const more = [
    'harm error',
    'ECE class',
    'ECE harm',
    'risk area',
    'abstains',
    'error of the rest',
    's',
  ];
  const four = (value: number): string => (Number.isNaN(value) ? '-' : value.toFixed(4));
  const table = textTable(
    [...titles, ...more].map((title, i) => ({ title, align: i < 3 ? 'left' : 'right' }) as const),
    lines.map((line) => {
      const each = line.seeds.map((score) => score.macroF1);
      return [
        ...[line.split, line.kind, line.model],
        ...[line.accuracy, line.balancedAccuracy, line.macroF1].map(four),
        `${four(Math.min(...each))}–${four(Math.max(...each))}`,
        ...[line.harmError, line.classEce, line.harmEce, line.area].map(four),
        ...[line.abstained, line.errorAnswered].map(four),
        line.seconds.toFixed(1),
      ];
    }),
  );
  process.stdout.write(
    `Means over ${settings.seeds} seeds. Limits chosen for at most ${RATE} wrong answers.\n${table}\n`,
  );
}
