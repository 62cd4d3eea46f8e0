import {
  BITS,
  FLOAT_STRIDE,
  NEWER,
  OLDER,
  QUEUE_MASK,
  QUEUE_SHIFT,
  QUEUE_TIME,
  STRIDE,
} from './slot.ts';
import type { FlowTable } from './table.ts';

/**
 * First-in-first-out lists of flows, threaded through the table's own slots. A queue's members are in
 * order of the time they entered, so what has waited longest is always at {@link FlowQueues.oldest}.
 */
export class FlowQueues {
  readonly #table: FlowTable;
  readonly #newest: Int32Array;
  readonly #oldest: Int32Array;

  constructor(table: FlowTable, queues: number) {
    this.#table = table;
    this.#newest = new Int32Array(queues).fill(-1);
    this.#oldest = new Int32Array(queues).fill(-1);
  }

  /** @returns the slot that entered first, or -1 */
  oldest(queue: number): number {
    return this.#oldest[queue]!;
  }

  /** @returns the slot that entered first in the last queue that has any, or -1 */
  oldestOfAll(): number {
    for (let queue = this.#oldest.length - 1; queue >= 0; queue--) {
      const slot = this.#oldest[queue]!;
      if (slot >= 0) return slot;
    }
    return -1;
  }

  /** @returns the flow that entered the same queue next, or -1 */
  next(slot: number): number {
    return this.#table.words[slot * STRIDE + NEWER]!;
  }

  /** Forgets all flows. */
  clear(): void {
    this.#newest.fill(-1);
    this.#oldest.fill(-1);
  }

  /** Appends a flow that is in no queue. */
  push(queue: number, slot: number, time: number): void {
    const words = this.#table.words;
    const base = slot * STRIDE;
    const before = this.#newest[queue]!;
    words[base + BITS]! |= (queue + 1) << QUEUE_SHIFT;
    words[base + NEWER] = -1;
    words[base + OLDER] = before;
    if (before >= 0) words[before * STRIDE + NEWER] = slot;
    else this.#oldest[queue] = slot;
    this.#newest[queue] = slot;
    this.#table.floats[slot * FLOAT_STRIDE + QUEUE_TIME] = time;
  }

  /** Takes the flow out of the queue that holds it, if any. */
  remove(slot: number): void {
    const words = this.#table.words;
    const base = slot * STRIDE;
    const queue = queueOf(words, base);
    if (queue < 0) return;
    const newer = words[base + NEWER]!;
    const older = words[base + OLDER]!;
    if (newer >= 0) words[newer * STRIDE + OLDER] = older;
    else this.#newest[queue] = older;
    if (older >= 0) words[older * STRIDE + NEWER] = newer;
    else this.#oldest[queue] = newer;
    words[base + BITS]! &= ~QUEUE_MASK;
  }
}

/** Number of the queue that holds the flow whose words begin at `base`; -1 for none. */
export function queueOf(words: Int32Array, base: number): number {
  return ((words[base + BITS]! & QUEUE_MASK) >>> QUEUE_SHIFT) - 1;
}
