import { CLOSE_REASONS } from '../flow/index.ts';
import { ENDPOINT_WORDS, type FlowRow } from './flow-row.ts';
import { SlotTable } from './slot-table.ts';

const STATUS = CLOSE_REASONS.indexOf('status');
const EVICTED = CLOSE_REASONS.indexOf('evicted');
/** A flow goes on with the same endpoints within this time (µs), or it is another one: the longest idle timeout and some. */
const HORIZON = 7200 * 1e6;

/**
 * Remembers flows whose record left while they went on (status records, evicted ones), so that their
 * next record is not counted as another connection. Bounded; a forgotten flow is counted again.
 */
export class Continuations {
  readonly table: SlotTable;
  readonly #key = new Uint32Array(ENDPOINT_WORDS);
  readonly #end: Float64Array;
  /** Records that went on with a flow counted before. */
  count = 0;

  constructor(slots: number, seed: number) {
    this.table = new SlotTable({ slots, keyWords: ENDPOINT_WORDS, horizon: HORIZON, seed });
    this.#end = new Float64Array(this.table.slots);
  }

  /** Becomes a copy of another of the same size. */
  takeOver(from: Continuations): void {
    this.table.takeOver(from.table);
    this.#end.set(from.#end);
    this.count = from.count;
  }

  /** @returns true when an earlier record of this flow was seen */
  check(row: FlowRow): boolean {
    const goesOn = row.closeReason === STATUS || row.closeReason === EVICTED;
    // Most captures hold neither kind; then the table is never touched.
    if (!goesOn && this.table.inserted === 0) return false;
    this.#key.set(row.words);
    const known = this.table.find(this.#key);
    const continues = known >= 0 && row.start - this.#end[known]! <= HORIZON;
    if (goesOn) this.#end[this.table.claim(this.#key, row.end)] = row.end;
    else if (known >= 0) this.table.release(known);
    if (continues) this.count++;
    return continues;
  }
}
