import { copyRow, FlowBatch } from '../flow.ts';

/** One worker's records in their order, and how far the worker has come. */
class Stream {
  readonly batches: FlowBatch[] = [];
  at = 0;
  /** All its records that left with this packet or before are here. */
  through = 0;
}

/**
 * Brings the records of several workers into the order in which one meter would have sent them: by
 * the packet with which they left, the part of that packet's work, and the turn of the flow.
 */
export class RecordMerge {
  readonly #streams: readonly Stream[];
  readonly #batch: FlowBatch;
  readonly #onBatch: (batch: FlowBatch) => void;
  #records = 0;

  constructor(workers: number, rows: number, onBatch: (batch: FlowBatch) => void) {
    this.#streams = Array.from({ length: workers }, () => new Stream());
    this.#batch = new FlowBatch(rows);
    this.#onBatch = onBatch;
  }

  /** Takes a batch that a worker sent, behind what it sent before. */
  push(worker: number, batch: FlowBatch): void {
    this.#streams[worker]!.batches.push(batch);
  }

  /** Notes that a worker has come to packet `through`: what is to come left later. */
  advance(worker: number, through: number): void {
    this.#streams[worker]!.through = through;
  }

  /** Sends on every record before which no worker can send another. */
  drain(): void {
    const batch = this.#batch;
    for (let stream = this.#first(); stream; stream = this.#first()) {
      const from = stream.batches[0]!;
      copyRow(from, stream.at, batch);
      batch.id[batch.length - 1] = ++this.#records;
      if (++stream.at === from.capacity) {
        stream.batches.shift();
        stream.at = 0;
      }
      if (batch.length === batch.capacity) this.flush();
    }
  }

  /** Hands out the records that wait for a full batch. */
  flush(): void {
    if (this.#batch.length === 0) return;
    this.#onBatch(this.#batch);
    this.#batch.length = 0;
  }

  #first(): Stream | undefined {
    let best: Stream | undefined;
    let bestAt = 0;
    let bestRank = 0;
    let known = Number.POSITIVE_INFINITY;
    for (const stream of this.#streams) {
      const batch = stream.batches[0];
      if (!batch) {
        known = Math.min(known, stream.through);
        continue;
      }
      const row = stream.at;
      const leftAt = batch.leftAt[row]!;
      const rank = batch.phase[row]! * 2 ** 32 + batch.turn[row]!;
      if (best && (leftAt > bestAt || (leftAt === bestAt && rank >= bestRank))) continue;
      best = stream;
      bestAt = leftAt;
      bestRank = rank;
    }
    return bestAt <= known ? best : undefined;
  }
}
