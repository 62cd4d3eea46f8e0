import { countOf, lastSeen } from './record.ts';
import {
  BITS,
  DST_PACKETS,
  ESTABLISHED,
  LINK_STRIDE,
  LISTED,
  ONE_WAY_NEWER,
  ONE_WAY_OLDER,
  RESET,
  SRC_PACKETS,
  STRIDE,
} from './slot.ts';
import type { FlowTable } from './table.ts';

/** How many busy one-way flows are passed over before one is evicted all the same. */
const MAX_PASSED = 16;
/** A one-way flow with a packet in the last second is passed over, in microseconds. */
const BUSY = 1e6;

/**
 * Flows that are no conversation (yet), in order of their beginning: the first to go when the table is
 * full. Of most only the originator was seen; TCP stays here until it is established, so answering a
 * flood from forged addresses does not help it. A scan or flood so pushes out its own flows, not the
 * conversations of others.
 */
export class OneWayList {
  readonly #table: FlowTable;
  #newest = -1;
  #oldest = -1;

  constructor(table: FlowTable) {
    this.#table = table;
  }

  push(slot: number): void {
    const { words, links } = this.#table;
    const link = slot * LINK_STRIDE;
    words[slot * STRIDE + BITS]! |= LISTED;
    links[link + ONE_WAY_NEWER] = -1;
    links[link + ONE_WAY_OLDER] = this.#newest;
    if (this.#newest >= 0) links[this.#newest * LINK_STRIDE + ONE_WAY_NEWER] = slot;
    else this.#oldest = slot;
    this.#newest = slot;
  }

  /** Takes the flow out if it has become a conversation: both sides, and TCP established, not reset. */
  settle(slot: number, tcp: boolean): void {
    const table = this.#table;
    const { words } = table;
    const base = slot * STRIDE;
    if ((words[base + BITS]! & LISTED) === 0) return;
    if (countOf(table, slot, SRC_PACKETS) === 0 || countOf(table, slot, DST_PACKETS) === 0) return;
    if (!tcp || (words[base + BITS]! & (ESTABLISHED | RESET)) === ESTABLISHED) this.leave(slot);
  }

  /** Takes the flow out of the list, if it is in. */
  leave(slot: number): void {
    const { words, links } = this.#table;
    const base = slot * STRIDE;
    if ((words[base + BITS]! & LISTED) === 0) return;
    words[base + BITS]! &= ~LISTED;
    const link = slot * LINK_STRIDE;
    const newer = links[link + ONE_WAY_NEWER]!;
    const older = links[link + ONE_WAY_OLDER]!;
    if (newer >= 0) links[newer * LINK_STRIDE + ONE_WAY_OLDER] = older;
    else this.#newest = older;
    if (older >= 0) links[older * LINK_STRIDE + ONE_WAY_NEWER] = newer;
    else this.#oldest = newer;
  }

  /** Forgets all flows. */
  clear(): void {
    this.#newest = -1;
    this.#oldest = -1;
  }

  /** @returns the flow to evict: the oldest that is not busy, or -1 when the list is empty */
  candidate(time: number): number {
    for (let passed = 0; ; passed++) {
      const slot = this.#oldest;
      if (slot < 0 || passed === MAX_PASSED) return slot;
      if (time - lastSeen(this.#table, slot) >= BUSY) return slot;
      this.leave(slot);
      this.push(slot);
    }
  }
}
