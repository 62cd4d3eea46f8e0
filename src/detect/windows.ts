import type { OpenEvidence } from './evidence.ts';
import { ENDPOINT_WORDS, type FlowRow } from './flow-row.ts';
import { SlotTable } from './slot-table.ts';

/** Flows kept of each slot, so that an alert can name flows from before the threshold was crossed. */
const KEPT = 4;

/** What {@link Windows} is built from. */
export interface WindowsOptions {
  readonly slots: number;
  readonly keyWords: number;
  /** Length of a window in microseconds; Infinity for none. */
  readonly window: number;
  readonly seed: number;
}

/**
 * Tumbling windows over a {@link SlotTable}: each key counts flows by their start time. A window
 * opens with a key's first flow, at a multiple of its length, and the first flow past its end opens the
 * next. Records leave the meter out of order, so a flow that began up to a window earlier still
 * counts; an older one is left out and counted as late.
 */
export class Windows {
  readonly table: SlotTable;
  readonly start: Float64Array;
  /** Flows that entered, and those of them that {@link Windows.keep} took as evidence. */
  readonly flows: Uint32Array;
  readonly kept: Uint32Array;
  /** The evidence this window raised, if it has. */
  readonly raised: (OpenEvidence | undefined)[];
  /** Whether the last {@link Windows.enter} opened a new window: the caller clears its own counters. */
  fresh = false;
  late = 0;
  readonly #window: number;
  readonly #first: Float64Array;
  readonly #last: Float64Array;
  readonly #uncertain: Uint32Array;
  readonly #anomalyLow: Uint32Array;
  readonly #anomalyHigh: Uint32Array;
  readonly #words: Uint32Array;
  readonly #ids: Float64Array;

  constructor(options: WindowsOptions) {
    const { window } = options;
    // A key untouched for two windows has nothing left to add; without windows, for an hour.
    const horizon = Number.isFinite(window) ? 2 * window : 3600e6;
    this.table = new SlotTable({ ...options, horizon });
    const { slots } = this.table;
    this.#window = window;
    this.start = new Float64Array(slots);
    this.flows = new Uint32Array(slots);
    this.kept = new Uint32Array(slots);
    this.raised = new Array<OpenEvidence | undefined>(slots).fill(undefined);
    this.#first = new Float64Array(slots);
    this.#last = new Float64Array(slots);
    this.#uncertain = new Uint32Array(slots);
    this.#anomalyLow = new Uint32Array(slots);
    this.#anomalyHigh = new Uint32Array(slots);
    this.#words = new Uint32Array(slots * KEPT * ENDPOINT_WORDS);
    this.#ids = new Float64Array(slots * KEPT);
  }

  /**
   * Becomes a copy of windows of the same size.
   * @param copyOf gives the copy of evidence that was raised
   */
  takeOver(from: Windows, copyOf: (evidence: OpenEvidence) => OpenEvidence): void {
    this.table.takeOver(from.table);
    this.start.set(from.start);
    this.flows.set(from.flows);
    this.kept.set(from.kept);
    this.#first.set(from.#first);
    this.#last.set(from.#last);
    this.#uncertain.set(from.#uncertain);
    this.#anomalyLow.set(from.#anomalyLow);
    this.#anomalyHigh.set(from.#anomalyHigh);
    this.#words.set(from.#words);
    this.#ids.set(from.#ids);
    this.late = from.late;
    from.raised.forEach((evidence, slot) => {
      this.raised[slot] = evidence && copyOf(evidence);
    });
  }

  /** Counts the flow in its key's window. @returns the slot, or -1 for a late flow */
  enter(key: Uint32Array, row: FlowRow): number {
    const slot = this.table.claim(key, row.start);
    const age = row.start - this.start[slot]!;
    this.fresh = this.table.fresh || age >= this.#window;
    if (this.fresh) this.#open(slot, row.start);
    else if (age < -this.#window) {
      this.late++;
      return -1;
    }
    const flows = this.flows[slot]! + 1;
    this.flows[slot] = flows;
    this.table.weight[slot] = flows;
    return slot;
  }

  /** Takes the flow that just entered as part of what this window may raise, or has raised. */
  keep(slot: number, row: FlowRow): void {
    const seen = this.kept[slot]!;
    this.kept[slot] = seen + 1;
    const raised = this.raised[slot];
    if (raised) {
      raised.addFlow(row);
      return;
    }
    if (seen < KEPT) {
      this.#words.set(row.words, (slot * KEPT + seen) * ENDPOINT_WORDS);
      this.#ids[slot * KEPT + seen] = row.id;
    }
    if (row.start < this.#first[slot]!) this.#first[slot] = row.start;
    if (row.end > this.#last[slot]!) this.#last[slot] = row.end;
    if (!row.certain) this.#uncertain[slot] = this.#uncertain[slot]! + 1;
    this.#anomalyLow[slot] = this.#anomalyLow[slot]! | row.anomalyLow;
    this.#anomalyHigh[slot] = this.#anomalyHigh[slot]! | row.anomalyHigh;
  }

  /** Hands what the slot holds over to its evidence; later flows go there one by one. */
  raise(slot: number, evidence: OpenEvidence): void {
    this.tell(slot, evidence);
    this.raised[slot] = evidence;
  }

  /** Tells evidence what the slot holds; the slot goes on as before. */
  tell(slot: number, evidence: OpenEvidence): void {
    const kept = this.kept[slot]!;
    evidence.addTotals(this.#first[slot]!, this.#last[slot]!, kept, this.#uncertain[slot]!);
    evidence.anomalyLow |= this.#anomalyLow[slot]!;
    evidence.anomalyHigh |= this.#anomalyHigh[slot]!;
    for (let i = 0; i < Math.min(kept, KEPT); i++) {
      const at = slot * KEPT + i;
      evidence.sample(this.#words, at * ENDPOINT_WORDS, this.#ids[at]!);
    }
  }

  #open(slot: number, time: number): void {
    const window = this.#window;
    this.start[slot] = Number.isFinite(window) ? Math.floor(time / window) * window : time;
    this.flows[slot] = 0;
    this.kept[slot] = 0;
    this.raised[slot] = undefined;
    this.#first[slot] = Number.POSITIVE_INFINITY;
    this.#last[slot] = Number.NEGATIVE_INFINITY;
    this.#uncertain[slot] = 0;
    this.#anomalyLow[slot] = 0;
    this.#anomalyHigh[slot] = 0;
    this.table.weight[slot] = 0;
  }
}
