import {
  BITS,
  FLOAT_STRIDE,
  HASH,
  LINK_STRIDE,
  NEWER,
  OLDER,
  QUEUE_MASK,
  QUEUE_SHIFT,
  QUEUE_TIME,
  STRIDE,
} from './slot.ts';
import type { FlowTable } from './table.ts';

/** Flows that {@link FlowQueues.fetch} asks for at a time. */
export const AHEAD = 32;

/**
 * First-in-first-out lists of flows, threaded through the table's own slots. A queue's members are in
 * order of the time they entered, so what has waited longest is always at {@link FlowQueues.oldest}.
 */
export class FlowQueues {
  readonly #table: FlowTable;
  readonly #newest: Int32Array;
  readonly #oldest: Int32Array;
  /** How many of what {@link due} has fetched are still to be taken. */
  #ahead = 0;
  /** Keeps the touching of memory from being optimised away. */
  #sink = 0;

  constructor(table: FlowTable, queues: number) {
    this.#table = table;
    this.#newest = new Int32Array(queues).fill(-1);
    this.#oldest = new Int32Array(queues).fill(-1);
  }

  /** How many queues there are. */
  get count(): number {
    return this.#oldest.length;
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
    return this.#table.links[slot * LINK_STRIDE + NEWER]!;
  }

  /** @returns the slot that entered first, if that was by `latest`, else -1; to be asked till then */
  due(queue: number, latest: number): number {
    const slot = this.#oldest[queue]!;
    if (slot < 0 || this.#table.floats[slot * FLOAT_STRIDE + QUEUE_TIME]! > latest) {
      this.#ahead = 0;
      return -1;
    }
    if (this.#ahead-- === 0) {
      this.fetch(slot, latest);
      this.#ahead = AHEAD - 1;
    }
    return slot;
  }

  /**
   * Asks for the memory of the flows from `slot` on, up to {@link AHEAD} that entered their queue by
   * `latest`: the processor fetches them side by side, where taking them one by one would wait for each.
   */
  fetch(slot: number, latest: number): void {
    const table = this.#table;
    const { words, floats, links } = table;
    let at = slot;
    let sink = 0;
    for (let n = 0; n < AHEAD && at >= 0; n++) {
      const link = at * LINK_STRIDE;
      if (floats[at * FLOAT_STRIDE + QUEUE_TIME]! > latest) break;
      sink ^= words[at * STRIDE + BITS]! ^ table.touchIndex(links[link + HASH]!);
      at = links[link + NEWER]!;
    }
    this.#sink ^= sink;
  }

  /** Forgets all flows. */
  clear(): void {
    this.#newest.fill(-1);
    this.#oldest.fill(-1);
  }

  /** Appends a flow that is in no queue. */
  push(queue: number, slot: number, time: number): void {
    const { words, links, floats } = this.#table;
    const link = slot * LINK_STRIDE;
    const before = this.#newest[queue]!;
    words[slot * STRIDE + BITS]! |= (queue + 1) << QUEUE_SHIFT;
    links[link + NEWER] = -1;
    links[link + OLDER] = before;
    if (before >= 0) links[before * LINK_STRIDE + NEWER] = slot;
    else this.#oldest[queue] = slot;
    this.#newest[queue] = slot;
    floats[slot * FLOAT_STRIDE + QUEUE_TIME] = time;
  }

  /** Takes the flow out of the queue that holds it, if any. */
  remove(slot: number): void {
    const { words, links } = this.#table;
    const base = slot * STRIDE;
    const queue = queueOf(words, base);
    if (queue < 0) return;
    const link = slot * LINK_STRIDE;
    const newer = links[link + NEWER]!;
    const older = links[link + OLDER]!;
    if (newer >= 0) links[newer * LINK_STRIDE + OLDER] = older;
    else this.#newest[queue] = older;
    if (older >= 0) links[older * LINK_STRIDE + NEWER] = newer;
    else this.#oldest[queue] = newer;
    words[base + BITS]! &= ~QUEUE_MASK;
  }
}

/** Number of the queue that holds the flow whose words begin at `base`; -1 for none. */
export function queueOf(words: Int32Array, base: number): number {
  return ((words[base + BITS]! & QUEUE_MASK) >>> QUEUE_SHIFT) - 1;
}
