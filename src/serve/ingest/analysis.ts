import type { Readable } from 'node:stream';
import type { Alert, ScoredRows } from '../../detect/index.ts';
import type { NewPart } from '../../store/index.ts';

/** A model that an analysis is to use, and what was changed about it. */
export interface ModelChoice {
  readonly name: string;
  readonly path: string;
  /** SHA-256 of the file; an analysis refuses another. */
  readonly hash: string;
  /** Null: the file's own. */
  readonly threshold: number | null;
  /** Upper bound of the share of harmless flows above {@link ModelChoice.threshold}; null: the file's. */
  readonly falsePositiveRateUpper: number | null;
  readonly role: 'raises' | 'corroborates';
}

/** How detection works, as the settings say. */
export interface DetectionChoice {
  readonly minimumSeverity: 'high' | 'medium' | 'low';
  /** Networks that are inside; empty: the private ones. */
  readonly internal: readonly string[];
  readonly thresholds: Readonly<Record<string, number>>;
}

/** What an analysis is asked for. */
export interface AnalysisRequest {
  readonly path: string;
  /** Folder of the store, for the files of flows. */
  readonly folder: string;
  /** What the flows come from. */
  readonly origin: string;
  readonly models: readonly ModelChoice[];
  readonly detection: DetectionChoice;
  /** Views whose flows are to be kept. */
  readonly views: readonly string[];
  /** See `ServiceLimits`. */
  readonly unfoldedBytes: number;
  readonly unfoldRatio: number;
}

/** What an analysis found, once it has ended. */
export interface Findings {
  readonly alerts: readonly Alert[];
  /** Counts of what was read, lost and scored; plain data. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** What a file shows of each of its hosts, packed: a hundred thousand objects would hold up who gets them. */
export interface PackedHosts {
  /** One a line. */
  readonly names: string;
  /** First, last, flows and bytes of each. */
  readonly numbers: Float64Array;
}

/** All of it, with what was summed on the way. */
export interface AnalysisResult extends Findings {
  readonly hosts: PackedHosts;
}

/** To the thread that analyses. */
export type ToAnalysis =
  | { readonly type: 'grown'; readonly bytes: number; readonly complete: boolean }
  | { readonly type: 'kept' }
  /** Early alerts are kept. */
  | { readonly type: 'noted' }
  | { readonly type: 'stop' };

/** From it. */
export type FromAnalysis =
  | { readonly type: 'parts'; readonly parts: readonly NewPart[] }
  /** Alerts that would stand if the input ended here, as far as they are new or grew. */
  | { readonly type: 'early'; readonly alerts: readonly Alert[] }
  | { readonly type: 'progress'; readonly bytes: number; readonly openFlows: number }
  | { readonly type: 'done'; readonly result: AnalysisResult }
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };

/** What an analysis knows between two chunks. */
export interface SoFar {
  /** Alerts as if the input ended here; to be called until the next chunk alone. */
  early(): readonly Alert[];
  /** Flows that the meter holds. */
  readonly openFlows: number;
}

/** What {@link Analyse} works on. */
export interface AnalysisWork {
  readonly request: AnalysisRequest;
  /** The capture or flow log, plain, as it arrives. */
  readonly capture: Readable;
  readonly signal: AbortSignal;
  /** To be given all rows that are judged; `always` keeps them whatever the views asked for. */
  readonly onRows: (rows: ScoredRows, always?: boolean) => void;
  /** To be awaited between two chunks: where keeping catches up. */
  readonly afterChunk: (soFar: SoFar) => Promise<void>;
}

/** Judges one capture: the very pipeline of `wiresift detect`, handed in from outside. */
export type Analyse = (work: AnalysisWork) => Promise<Findings>;
