import { VERSION } from '../base/index.ts';
import type { Pipeline } from '../features/index.ts';
import {
  CURVES_FORMAT,
  MODEL_FORMAT,
  type Model,
  type ModelFile,
  type ModelThreshold,
  type StoredBin,
  type StoredCurve,
} from '../models/index.ts';
import type { LabelledTable } from '../table/index.ts';
import type { BinaryReport } from './binary.ts';
import type { ReliabilityBin } from './curve.ts';
import type { Evaluation } from './evaluation.ts';
import type { ChosenThreshold } from './threshold.ts';
import type { TrainingRecord } from './training-record.ts';

/** What training hands over to be saved. */
export interface ModelFileInput {
  readonly data: LabelledTable;
  readonly scorer: { readonly model: Model; readonly pipeline: Pipeline };
  readonly threshold: ChosenThreshold & Pick<ModelThreshold, 'abstention'>;
  readonly record: TrainingRecord;
  readonly evaluation: Evaluation;
  readonly seed: number;
}

type Plain = ModelFile['facts'];

/** The same data with no type but that of JSON, as the file will give it back. */
function plain(value: object): Plain {
  return JSON.parse(JSON.stringify(value)) as Plain;
}

/** A view's figures without its curves: {@link curveOf} keeps the one that gives the others. */
function withoutCurves(view: BinaryReport): Partial<BinaryReport> {
  const { roc: _r, pr: _p, reliability: _b, bands: _s, budget: _h, cost: _c, ...rest } = view;
  const { thresholdCurve: _t, ...figures } = rest;
  return figures;
}

const binOf = ({ from, to, rows, meanScore, positiveShare }: ReliabilityBin): StoredBin => ({
  ...{ from, to, rows, positives: Math.round((positiveShare ?? 0) * rows) },
  // A sum of single numbers may lie a little beside.
  meanScore: meanScore === null ? null : Math.min(1, Math.max(0, meanScore)),
});

const curveOf = ({ name, thresholdCurve, reliability }: BinaryReport): StoredCurve => ({
  ...{ rows: name, ...thresholdCurve },
  bins: reliability.map(binOf),
});

/**
 * The model file of a training. `metrics` holds `falsePositiveRate` and `falsePositiveRateUpper` as
 * live scoring reads them, the whole `calibration`, and `test`: each view's figures without curves;
 * `curves` holds those.
 * `facts.training` is the {@link TrainingRecord}.
 */
export function modelFileOf(input: ModelFileInput): ModelFile {
  const { data, scorer, threshold, record, evaluation, seed } = input;
  const { calibration } = record;
  const test = evaluation.views.map(withoutCurves);
  return {
    version: MODEL_FORMAT,
    program: VERSION,
    schema: scorer.pipeline.schema,
    pipeline: scorer.pipeline.toJSON(),
    model: scorer.model,
    threshold: {
      value: threshold.value,
      method: threshold.method,
      detail: threshold.detail.text,
      ...(threshold.abstention ? { abstention: threshold.abstention } : {}),
    },
    seed,
    dataHash: data.hash,
    dataset: data.dataset,
    metrics: plain({
      falsePositiveRate: calibration.falsePositiveRate,
      falsePositiveRateUpper: calibration.falsePositiveRateUpper,
      calibration,
      test,
    }),
    curves: {
      version: CURVES_FORMAT,
      part: evaluation.part,
      sets: evaluation.views.map(curveOf),
    },
    facts: plain({ training: record, warnings: evaluation.warnings }),
  };
}
