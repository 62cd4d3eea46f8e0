import { VERSION } from '../base/index.ts';
import type { Pipeline } from '../features/index.ts';
import { MODEL_FORMAT, type Model, type ModelFile, type ModelThreshold } from '../models/index.ts';
import type { LabelledTable } from '../table/index.ts';
import type { BinaryReport } from './binary.ts';
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

/** A view's figures without its curves, which a card's reader can have made again. */
function withoutCurves(view: BinaryReport): Partial<BinaryReport> {
  const { roc: _r, pr: _p, reliability: _b, bands: _s, budget: _h, cost: _c, ...figures } = view;
  return figures;
}

/**
 * The model file of a training. `metrics` holds `falsePositiveRate` and `falsePositiveRateUpper` as
 * live scoring reads them, the whole `calibration`, and `test`: each view's figures without curves.
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
    facts: plain({ training: record, warnings: evaluation.warnings }),
  };
}
