import { type Static, Type } from 'typebox';
import { closed, Id, Micros, orNull, Plain, Version, words } from './terms.ts';

/** A model that scores the traffic. */
export const ModelRow = Type.Object({
  /** SHA-256 of the model file. */
  id: Id,
  version: Version,
  changedAt: Micros,
  name: Type.String(),
  kind: Type.String(),
  schema: Type.String(),
  role: words(['raises', 'corroborates']),
  /** Threshold that stands, and the one the file came with. */
  threshold: Type.Number(),
  ownThreshold: Type.Number(),
  active: Type.Boolean(),
  place: Type.Number(),
  dataset: Type.String(),
  classes: Type.Array(Type.String()),
  falsePositiveRate: Type.Number(),
  falsePositiveRateUpper: Type.Number(),
});
/** See {@link ModelRow}. */
export type ModelRow = Static<typeof ModelRow>;

/** All models, in the order in which they are heard. */
export const ModelList = Type.Object({ models: Type.Array(ModelRow) });
/** See {@link ModelList}. */
export type ModelList = Static<typeof ModelList>;

/** A point of a curve; the threshold is null where the file does not tell it. */
export const CurvePoint = Type.Object({
  /** Which rows of the test: `labelled only`, `background as negative`. */
  rows: Type.String(),
  threshold: Type.Union([Type.Number(), Type.Null()]),
  recall: Type.Union([Type.Number(), Type.Null()]),
  precision: Type.Union([Type.Number(), Type.Null()]),
  falsePositiveRate: Type.Union([Type.Number(), Type.Null()]),
});
/** See {@link CurvePoint}. */
export type CurvePoint = Static<typeof CurvePoint>;

/** How often a score is reached in the stored traffic: what the threshold slider shows. */
export const ModelTraffic = Type.Object({
  /** View whose flows these are. */
  view: Type.String(),
  /** Flows with a score of this model, and the days they span. */
  flows: Type.Number(),
  days: Type.Number(),
  /** Flows a day that reach each threshold, thresholds rising. */
  points: Type.Array(
    Type.Object({ threshold: Type.Number(), flowsPerDay: Type.Number(), flows: Type.Number() }),
  ),
  /** Why there are none: the model does not lead its view, or nothing was scored. */
  reason: Type.String(),
});
/** See {@link ModelTraffic}. */
export type ModelTraffic = Static<typeof ModelTraffic>;

/** A model with its card and curves. */
export const ModelDetail = Type.Object({
  model: ModelRow,
  /** The card that lies beside the file, as Markdown; '' when there is none. */
  card: Type.String(),
  /** Metrics, facts, parameters and threshold of the model file, as it holds them. */
  file: Plain,
  /** From the evaluation in the file; empty when it holds no curve. */
  curve: Type.Array(CurvePoint),
  /** Score said against share found, when the file holds it. */
  reliability: Type.Array(
    Type.Object({ score: Type.Number(), share: Type.Number(), rows: Type.Number() }),
  ),
  traffic: ModelTraffic,
  /** What analysts made of the alerts it raised. */
  verdicts: Type.Array(Type.Object({ verdict: Type.String(), count: Type.Number() })),
});
/** See {@link ModelDetail}. */
export type ModelDetail = Static<typeof ModelDetail>;

/** A new threshold for traffic from now on; null: the file's own. */
export const ThresholdChange = Type.Object(
  { version: Version, threshold: orNull(Type.Number({ minimum: 0, maximum: 1.01 })) },
  closed,
);
/** See {@link ThresholdChange}. */
export type ThresholdChange = Static<typeof ThresholdChange>;

/** Whether a model is heard, and how. */
export const ModelPatch = Type.Object(
  {
    version: Version,
    active: Type.Optional(Type.Boolean()),
    role: Type.Optional(words(['raises', 'corroborates'])),
    place: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })),
  },
  closed,
);
/** See {@link ModelPatch}. */
export type ModelPatch = Static<typeof ModelPatch>;
