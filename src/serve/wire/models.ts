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

const NumberOrNull = Type.Union([Type.Number(), Type.Null()]);

/** A point of a curve; the threshold is null where the file does not tell it. */
export const CurvePoint = Type.Object({
  threshold: NumberOrNull,
  recall: NumberOrNull,
  /** Bounds of recall, 95 %; null where the file does not tell how many rows there were. */
  recallLow: NumberOrNull,
  recallHigh: NumberOrNull,
  precision: NumberOrNull,
  falsePositiveRate: NumberOrNull,
  /** Upper bound, 95 %. */
  falsePositiveRateHigh: NumberOrNull,
});
/** See {@link CurvePoint}. */
export type CurvePoint = Static<typeof CurvePoint>;

/** Rows of the evaluation whose scores lie in one range. */
export const ReliabilityPoint = Type.Object({
  /** Scores from `from` up to `to`, and their mean. */
  from: Type.Number(),
  to: Type.Number(),
  score: Type.Number(),
  /** Share of them that was hostile, with its 95 % interval. */
  share: Type.Number(),
  low: Type.Number(),
  high: Type.Number(),
  rows: Type.Number(),
});
/** See {@link ReliabilityPoint}. */
export type ReliabilityPoint = Static<typeof ReliabilityPoint>;

/** How the model did on one set of rows of its evaluation. */
export const ModelCurve = Type.Object({
  /** Which rows of the test: `labelled only`, `background counted as negative`. */
  rows: Type.String(),
  /** Hostile and harmless rows; null when the file does not tell. */
  positives: NumberOrNull,
  negatives: NumberOrNull,
  /**
   * By rising threshold and falling recall. At a score that rows share stand two: with them, and without.
   */
  points: Type.Array(CurvePoint),
  /** How wrong a line between two points is at most; null: the points are few, between lies a guess. */
  error: NumberOrNull,
  /** Score said against share found; empty when the file does not hold it. */
  reliability: Type.Array(ReliabilityPoint),
  calibrationError: NumberOrNull,
});
/** See {@link ModelCurve}. */
export type ModelCurve = Static<typeof ModelCurve>;

/** What a threshold does to the stored traffic. */
export const TrafficPoint = Type.Object({
  threshold: Type.Number(),
  /** Flows that reach it. */
  flows: Type.Number(),
  flowsPerDay: Type.Number(),
  /**
   * Hosts that the model would accuse, one a host and capture: what alerts are made of. Null where the
   * rate of false positives is not known.
   */
  alerts: NumberOrNull,
  alertsPerDay: NumberOrNull,
  /** Upper bound of false positives that hosts are held against. */
  rate: NumberOrNull,
});
/** See {@link TrafficPoint}. */
export type TrafficPoint = Static<typeof TrafficPoint>;

/** How often a score is reached in the stored traffic: what the threshold slider shows. */
export const ModelTraffic = Type.Object({
  /** View whose flows these are. */
  view: Type.String(),
  /** Flows with a score of this model, and the captures they come from. */
  flows: Type.Number(),
  origins: Type.Number(),
  /** All flows of the view that are kept, scored or not, and the days that they span. */
  kept: Type.Number(),
  days: Type.Number(),
  /** Thresholds rising. */
  points: Type.Array(TrafficPoint),
  /** Why there are none: the model does not lead its view, or nothing was scored. */
  reason: Type.String(),
  /** Why no alerts could be counted though flows were; '' when they were. */
  alertsReason: Type.String(),
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
  /** Which part of its data the evaluation in the file is of; '' when it does not tell. */
  part: Type.String(),
  /**
   * From the evaluation in the file, a set of rows each; the last counts all that is not known to be
   * hostile as harmless, as live traffic has it. Empty when the file tells nothing.
   */
  curves: Type.Array(ModelCurve),
  /** How its scores were made probabilities when it was taught: `isotonic`, `platt`; null: not at all. */
  calibration: orNull(Type.String()),
  /** Shares of hostile flows at which its evaluation reckons. */
  prevalences: Type.Array(Type.Number()),
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
