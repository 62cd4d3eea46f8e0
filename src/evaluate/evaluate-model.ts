import { WiresiftError } from '../base/index.ts';
import { pipelineFromJSON } from '../features/index.ts';
import type { ModelFile } from '../models/index.ts';
import type { LabelledTable } from '../table/index.ts';
import type { Evaluation, JudgeOptions } from './evaluation.ts';
import { evaluateRows, scoreRows, type Watch } from './experiment.ts';
import { figure } from './figure-text.ts';
import { type PairedTest, pairedTest } from './paired.ts';
import { averagePrecision, rank } from './ranking.ts';
import type { Split } from './split.ts';
import { type ReadRecord, readTrainingRecord, recordedSplit } from './training-record.ts';
import { harmlessClass, hostColumn, hostileScores, hostileTruth } from './truth.ts';

/** Choices of {@link evaluateModel}. */
export interface EvaluateOptions extends JudgeOptions, Watch {
  /**
   * `test` (default): when the data trained the model, only the test part of the recorded split.
   * `all`: every row, marked as including training rows when they do.
   */
  readonly rows?: 'test' | 'all';
}

/**
 * Judges a model on data. Data with the hash of the training data are judged on the recorded test
 * part only, and the evaluation says so, unless all rows are asked for: then it says that training
 * rows are among them. Classes are matched by name; where names differ, by harmless or hostile.
 *
 * @throws WiresiftError `MODEL_FILE` when the training record is damaged, `FEATURE_SCHEMA` when the
 *   data have another schema, `EVALUATE_CLASSES` when classes cannot be matched, `ABORTED`
 */
export async function evaluateModel(
  file: ModelFile,
  data: LabelledTable,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const record = readTrainingRecord(file.facts['training'], file.dataHash);
  const scorer = { model: file.model, pipeline: pipelineFromJSON(file.pipeline) };
  const aligned = alignClasses(data, file.model.classes);
  const { rows, part, split, warnings } = choosePart(record, aligned.data, options.rows ?? 'test');
  return evaluateRows({
    scorer,
    data: aligned.data,
    rows,
    part,
    threshold: file.threshold,
    record,
    split,
    warnings: [...warnings, ...aligned.warnings],
    watch: options,
    judge: options,
  });
}

interface Part {
  readonly rows: Int32Array;
  readonly part: string;
  readonly split?: Split;
  readonly warnings: readonly string[];
}

function choosePart(record: ReadRecord, data: LabelledTable, wanted: 'test' | 'all'): Part {
  const all = Int32Array.from({ length: data.table.rows }, (_, row) => row);
  if (data.hash !== record.dataHash) {
    const same = record.dataset === data.dataset ? ' (another file of the same data set)' : '';
    return {
      rows: all,
      part: `all rows of data that did not train the model${same}`,
      warnings: [],
    };
  }
  const split = recordedSplit(data, record);
  const { text } = split.detail;
  if (wanted === 'test') {
    return {
      rows: split.test,
      part: `test part of a ${text}`,
      split,
      warnings: [
        `THESE DATA TRAINED THE MODEL: only the ${split.test.length} rows of the recorded test part are judged, of ${all.length}.`,
      ],
    };
  }
  return {
    rows: all,
    part: `all rows, INCLUDES TRAINING ROWS (${text})`,
    warnings: [
      `INCLUDES TRAINING ROWS: ${split.train.length + split.validation!.length} of ${all.length} rows were used to train; the figures are too good.`,
    ],
  };
}

/** Labels as indices of the model's classes. */
function alignClasses(
  data: LabelledTable,
  classes: readonly string[],
): { data: LabelledTable; warnings: string[] } {
  if (classes.length === data.classes.length && classes.every((c, i) => c === data.classes[i])) {
    return { data, warnings: [] };
  }
  const harmless = harmlessClass(classes);
  const theirs = data.classes.length < 2 ? -1 : harmlessClass(data.classes);
  const warnings: string[] = [];
  const to = data.classes.map((name, index) => {
    const same = classes.indexOf(name);
    if (same >= 0) return same;
    const target = index === theirs ? harmless : classes.length === 2 ? 1 - harmless : -1;
    if (target < 0) {
      throw new WiresiftError({
        code: 'EVALUATE_CLASSES',
        where: `data set ${data.dataset}`,
        saw: `the class ${name}`,
        expected: `one of the model's: ${classes.join(', ')}`,
        todo: 'Use a model trained on these classes, or one that tells hostile from harmless only',
      });
    }
    warnings.push(`The data's class ${name} counts as the model's ${classes[target]}.`);
    return target;
  });
  const labels = data.labels.map((label) => (label < 0 ? -1 : to[label]!));
  return { data: { ...data, classes, labels }, warnings };
}

/** Two models on the rows that neither was taught. */
export interface Comparison extends PairedTest {
  /** Which rows, in words. */
  readonly part: string;
  /** Average precision of each on them. */
  readonly averagePrecisionA: number;
  readonly averagePrecisionB: number;
}

/** Draws of the paired bootstrap. */
const DRAWS = 1000;

/**
 * Compares two models on the labelled rows that neither learned from: of data that trained one of them,
 * the recorded test part. Each decides at its own threshold.
 * @throws as {@link evaluateModel}; WiresiftError `EVALUATE_CLASSES` when no row is left
 */
export async function compareModels(
  files: readonly [ModelFile, ModelFile],
  data: LabelledTable,
  options: Pick<JudgeOptions, 'seed' | 'replicates'> & Watch = {},
): Promise<Comparison> {
  const parts = files.map((file) => {
    const record = readTrainingRecord(file.facts['training'], file.dataHash);
    const aligned = alignClasses(data, file.model.classes);
    return { file, data: aligned.data, ...choosePart(record, aligned.data, 'test') };
  });
  const [a, b] = parts as [(typeof parts)[0], (typeof parts)[0]];
  const others = new Set(b.rows);
  const truth = hostileTruth(a.data.labels, a.rows, harmlessClass(a.file.model.classes));
  const rows = a.rows.filter((row, i) => others.has(row) && truth[i]! >= 0);
  if (rows.length === 0) {
    throw new WiresiftError({
      code: 'EVALUATE_CLASSES',
      where: `data set ${data.dataset}`,
      saw: 'no labelled row that neither model was taught',
      expected: 'some',
      todo: 'Compare on other data',
    });
  }
  const known = Uint8Array.from(
    hostileTruth(a.data.labels, rows, harmlessClass(a.file.model.classes)),
  );
  const scored = [];
  for (const { file, data: own } of [a, b]) {
    const scorer = { model: file.model, pipeline: pipelineFromJSON(file.pipeline) };
    const { classes } = file.model;
    const probabilities = await scoreRows(scorer, own, rows, options);
    const scores = hostileScores(probabilities, classes.length, harmlessClass(classes));
    scored.push({ scores, threshold: file.threshold.value });
  }
  const host = hostColumn(data).codes;
  const test = pairedTest({
    truth: known,
    a: scored[0]!,
    b: scored[1]!,
    groups: rows.map((row) => host[row]!),
    seed: options.seed ?? 1,
    replicates: options.replicates ?? DRAWS,
  });
  const areas = scored.map(({ scores }) => averagePrecision(rank(scores, known)));
  return {
    ...test,
    part: a.part === b.part ? a.part : `${a.part}, and ${b.part}`,
    averagePrecisionA: areas[0]!,
    averagePrecisionB: areas[1]!,
  };
}

/** A comparison for the terminal. */
export function comparisonText(found: Comparison, names: readonly [string, string]): string {
  const { averagePrecision: area, onlyA, onlyB, mcnemar, p, rows, part } = found;
  const share = (value: number): string => (value < 0.001 ? '< 0.001' : value.toFixed(3));
  return [
    `${names[0]} (A) against ${names[1]} (B) on ${rows} labelled rows: ${part}`,
    `average precision  A ${figure(found.averagePrecisionA)}, B ${figure(found.averagePrecisionB)}; A less B ${figure(area.difference)} [${figure(area.interval.low)}, ${figure(area.interval.high)}], ${area.interval.method}, p ${share(p)}`,
    `decisions          only A right ${onlyA}, only B right ${onlyB}; McNemar p ${share(mcnemar)} (takes rows as independent)`,
  ].join('\n');
}
