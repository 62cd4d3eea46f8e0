import { WiresiftError } from '../base/index.ts';
import { pipelineFromJSON } from '../features/index.ts';
import type { ModelFile } from '../models/index.ts';
import type { LabelledTable } from '../table/index.ts';
import type { Evaluation, JudgeOptions } from './evaluation.ts';
import { evaluateRows, type Watch } from './experiment.ts';
import type { Split } from './split.ts';
import { type ReadRecord, readTrainingRecord, recordedSplit } from './training-record.ts';
import { harmlessClass } from './truth.ts';

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
