import type { Readable } from 'node:stream';
import type { Alert, ScoredRows } from '../../detect/index.ts';
import type { HostTraffic, NewPart } from '../../store/index.ts';

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

/** All of it, with what was summed on the way. */
export interface AnalysisResult extends Findings {
  readonly hosts: readonly HostTraffic[];
}

/** To the thread that analyses. */
export type ToAnalysis =
  | { readonly type: 'grown'; readonly bytes: number; readonly complete: boolean }
  | { readonly type: 'kept' }
  | { readonly type: 'stop' };

/** From it. */
export type FromAnalysis =
  | { readonly type: 'parts'; readonly parts: readonly NewPart[] }
  | { readonly type: 'progress'; readonly bytes: number }
  | { readonly type: 'done'; readonly result: AnalysisResult }
  | { readonly type: 'stopped' }
  | { readonly type: 'failed'; readonly code: string; readonly message: string };

/** What {@link Analyse} works on. */
export interface AnalysisWork {
  readonly request: AnalysisRequest;
  /** The capture, plain, as it arrives. */
  readonly capture: Readable;
  readonly signal: AbortSignal;
  /** To be given all rows that are judged. */
  readonly onRows: (rows: ScoredRows) => void;
  /** To be awaited between two chunks: where keeping catches up. */
  readonly afterChunk: () => Promise<void>;
}

/** Judges one capture: the very pipeline of `wiresift detect`, handed in from outside. */
export type Analyse = (work: AnalysisWork) => Promise<Findings>;
