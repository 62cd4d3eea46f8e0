import { writeRow } from './emit.ts';
import { CLOSE_REASONS, type CloseReason, type FlowBatch } from './flow.ts';
import type { MeterStats } from './meter-options.ts';
import { countOf, lastSeen } from './record.ts';
import {
  BITS,
  CLOSED,
  DST_PACKETS,
  KIN,
  LINK_STRIDE,
  SIBLING,
  SRC_PACKETS,
  STRIDE,
  WRITTEN,
} from './slot.ts';
import type { FlowTable } from './table.ts';
import { absorbTrain, isTrain } from './train.ts';

/** Phase of the records that leave because of a packet of their own flow; those of a tick follow. */
export const OWN_PACKET = 0;

/** Where records leave the meter: written into a batch, numbered, and given their place in the order. */
export class Departures {
  /** What `FlowBatch.leftAt`, `phase` and `turn` of the next record will be. */
  packet = 0;
  phase: number = OWN_PACKET;
  turn = 0;
  readonly #table: FlowTable;
  readonly #stats: MeterStats;
  readonly #batch: FlowBatch;
  readonly #onBatch: (batch: FlowBatch) => void;

  constructor(
    table: FlowTable,
    stats: MeterStats,
    batch: FlowBatch,
    onBatch: (batch: FlowBatch) => void,
  ) {
    this.#table = table;
    this.#stats = stats;
    this.#batch = batch;
    this.#onBatch = onBatch;
  }

  /** {@link send} unless the flow's record has left before. */
  sendDue(slot: number, reason: CloseReason): void {
    if ((this.#table.words[slot * STRIDE + BITS]! & WRITTEN) === 0) this.send(slot, reason);
  }

  /** Sends the flow's record, if it counts any packet. */
  send(slot: number, reason: CloseReason): void {
    const table = this.#table;
    const { words, links } = table;
    const base = slot * STRIDE;
    let train = links[slot * LINK_STRIDE + KIN]!;
    if (train >= 0 && !isTrain(words, base)) {
      for (; train >= 0; train = links[train * LINK_STRIDE + SIBLING]!)
        absorbTrain(table, slot, train);
    }
    if (countOf(table, slot, SRC_PACKETS) === 0 && countOf(table, slot, DST_PACKETS) === 0) return;
    const batch = this.#batch;
    const row = batch.length;
    writeRow(table, slot, batch);
    batch.id[row] = ++this.#stats.records;
    batch.leftAt[row] = this.packet;
    batch.phase[row] = this.phase;
    batch.turn[row] = this.turn;
    batch.closeReason[row] = CLOSE_REASONS.indexOf(reason);
    words[base + BITS] |= WRITTEN;
    if (batch.length === batch.capacity) this.flush();
  }

  /** Hands out the records that wait for a full batch. */
  flush(): void {
    if (this.#batch.length === 0) return;
    this.#onBatch(this.#batch);
    this.#batch.length = 0;
  }

  /** Sends what the flow's trains are owed, and unties them. @returns the first of them, or -1 */
  sendTrains(slot: number): number {
    const { words, links } = this.#table;
    const first = links[slot * LINK_STRIDE + KIN]!;
    if (first < 0 || isTrain(words, slot * STRIDE)) return -1;
    links[slot * LINK_STRIDE + KIN] = -1;
    for (let train = first; train >= 0; train = links[train * LINK_STRIDE + SIBLING]!)
      this.send(train, 'idle');
    return first;
  }
}

/** Why a flow's status record leaves. @param silentSince the time from which it would have been idle */
export function reasonOf(table: FlowTable, slot: number, silentSince: number): CloseReason {
  if (lastSeen(table, slot) > silentSince) return 'status';
  return (table.words[slot * STRIDE + BITS]! & CLOSED) !== 0 ? 'closed' : 'idle';
}
