import type { EvidenceKind, OpenEvidence } from './evidence.ts';
import type { EvidenceStore } from './evidence-store.ts';
import type { FlowRow } from './flow-row.ts';
import type { Site } from './network.ts';
import type { SlotTable } from './slot-table.ts';
import type { Limits, TableSizes } from './thresholds.ts';

/** What every detector is given. */
export interface DetectorContext {
  readonly limits: Limits;
  readonly sizes: TableSizes;
  /** Seed of the tables' hashes. */
  readonly seed: number;
  readonly store: EvidenceStore;
  readonly site: Site;
}

/**
 * A behavioural detector: fed flow by flow in the order in which records leave the meter, it raises
 * evidence in the store. Time is the flows' own. It says what it saw; severity is policy.
 */
export interface Detector {
  readonly kind: EvidenceKind;
  /** Its fixed-size tables by name, for the summary. */
  readonly tables: ReadonlyMap<string, SlotTable>;
  /** Flows left out because their window had passed. */
  readonly late: number;
  observe(row: FlowRow): void;
  /**
   * Judges what can only be judged as a whole, as if the input ended here. Changes nothing but the
   * store given: flows may follow.
   */
  judge(store: EvidenceStore): void;
  /**
   * Becomes a copy of a detector of the same kind and size.
   * @param copyOf gives the copy of evidence that was raised
   */
  takeOver(from: this, copyOf: (evidence: OpenEvidence) => OpenEvidence): void;
}
