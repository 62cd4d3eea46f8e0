import { writeRow } from './emit.ts';
import { CLOSE_REASONS, FlowBatch } from './flow.ts';
import type { Meter } from './meter.ts';
import { countOf } from './record.ts';
import { BITS, DST_PACKETS, SRC_PACKETS, STRIDE, WRITTEN } from './slot.ts';

const END = CLOSE_REASONS.indexOf('end');
const ROWS = 4096;

/** Records of flows as they stand between two chunks of packets. */
export interface RecordsSoFar {
  /** Hands out the records that wait for a full batch. */
  flush(): void;
  /** Shows the records that open flows would leave if the input ended here; see {@link showOpen}. */
  showOpen(onBatch: (batch: FlowBatch) => void): void;
  /** How many there are. */
  readonly openFlows: number;
}

/**
 * Shows the records that a meter's open flows would leave if the input ended here, in that order. Changes
 * nothing. They have no numbers yet (id 0), and fragments that still wait for others are not in them.
 */
export function showOpen({ table, queues }: Meter, onBatch: (batch: FlowBatch) => void): void {
  const batch = new FlowBatch(ROWS);
  for (let queue = queues.count - 1; queue >= 0; queue--) {
    for (let slot = queues.oldest(queue); slot >= 0; slot = queues.next(slot)) {
      if ((table.words[slot * STRIDE + BITS]! & WRITTEN) !== 0) continue;
      if (countOf(table, slot, SRC_PACKETS) + countOf(table, slot, DST_PACKETS) === 0) continue;
      batch.closeReason[batch.length] = END;
      writeRow(table, slot, batch);
      if (batch.length < ROWS) continue;
      onBatch(batch);
      batch.length = 0;
    }
  }
  if (batch.length > 0) onBatch(batch);
}
