import type { Parameters } from '../../models/index.ts';
import type { LeakName, LeakVerdict } from '../leak/index.ts';
import type { Measure } from '../measure.ts';
import type { Flaw } from '../prior-work-rows.ts';

/** Protocols that can be repeated. */
export const PROTOCOLS = ['ctu13-dashboard', 'toniot-binary', 'toniot-multiclass'] as const;

/** One of {@link PROTOCOLS}. */
export type ProtocolName = (typeof PROTOCOLS)[number];

/** Figures that the earlier reports print, and those that stand beside them. */
export const FIGURES = [
  'accuracy',
  'balanced accuracy',
  'macro-F1',
  'average precision',
  'ROC AUC',
] as const;

/** One of {@link FIGURES}. */
export type FigureName = (typeof FIGURES)[number];

/** What came out of one fit; average precision and ROC AUC tell hostile from harmless rows. */
export interface Judged {
  /** Rows that taught, made-up ones included. */
  readonly trained: number;
  readonly rows: number;
  /** Share of hostile rows among those judged: the figures hold for it alone. */
  readonly prevalence: number;
  readonly figures: Readonly<Record<FigureName, Measure>>;
  /** Time to fit, wall clock. */
  readonly fitSeconds: number;
}

/** A model of the earlier report. */
export interface PlannedModel {
  /** As the report calls it. */
  readonly name: string;
  readonly kind: string;
  readonly parameters: Parameters;
  /** As printed there. */
  readonly printed: Partial<Record<FigureName, number>>;
}

/** The printed figures of one model, ours under its protocol, and ours under the honest one. */
export interface ReproducedModel extends PlannedModel {
  readonly protocol: Judged;
  readonly honest: Judged;
}

/** What one step is worth: the protocol as it stands, and with that step alone in its honest form. */
export interface StepCost {
  /** The honest form. */
  readonly instead: string;
  /** Name of the model that both were measured with. */
  readonly model: string;
  readonly before: Judged;
  readonly after: Judged;
}

/** One step of a protocol. */
export interface ReproducedStep {
  readonly name: string;
  /** Rows and hostile rows after the step. */
  readonly rows: number;
  readonly hostile: number;
  readonly flaws: readonly Flaw[];
  /** What the leak gate found that is this step's doing. */
  readonly leaks: readonly LeakName[];
  readonly note: string;
  readonly costs: readonly StepCost[];
}

/** An earlier protocol on the data at hand; plain data. */
export interface Reproduction {
  readonly protocol: ProtocolName;
  readonly title: string;
  /** Where the printed figures stand. */
  readonly source: string;
  readonly dataset: string;
  readonly hash: string;
  readonly rows: number;
  readonly seed: number;
  /** What must be known before the figures are compared. */
  readonly notes: readonly string[];
  /** Figures that the report prints first; the others stand beside them. */
  readonly figures: readonly FigureName[];
  readonly steps: readonly ReproducedStep[];
  readonly models: readonly ReproducedModel[];
  /** Least and most seconds that the report prints for an epoch of its nets. */
  readonly printedEpochSeconds?: readonly [number, number];
  /** How the honest rows were parted. */
  readonly honestText: string;
  readonly leaks: LeakVerdict;
  readonly honestLeaks: LeakVerdict;
  /** The best printed figure against the best of ours under the same protocol. */
  readonly goals: readonly Goal[];
}

/** A printed figure to meet. */
export interface Goal {
  readonly figure: FigureName;
  readonly printed: number;
  /** Best of ours under the protocol, and the model that has it. */
  readonly ours: number | null;
  readonly model: string;
  readonly met: boolean;
}

/** How to repeat a protocol. */
export interface ReproduceOptions {
  readonly seed: number;
  readonly threads?: number;
  readonly signal?: AbortSignal;
  /** Rows drawn at random before anything else, and smaller forests: to see it work, not to compare. */
  readonly quick?: number;
  /** Told before each fit. */
  readonly onFit?: (what: string, done: number, total: number) => void;
}
