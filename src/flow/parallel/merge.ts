import type { RecordSink } from './output.ts';
import type { Records } from './records.ts';

/** One worker's records in their order, and how far the worker has come. */
class Stream {
  readonly waiting: Records[] = [];
  /** All its records that left with this packet or before are here. */
  through = 0;
}

/**
 * Brings the records of several workers into the order in which one meter would have sent them: by
 * the packet with which they left, the part of that packet's work, and the turn of the flow.
 */
export class RecordMerge {
  readonly #streams: readonly Stream[];
  readonly #sink: RecordSink;

  constructor(workers: number, sink: RecordSink) {
    this.#streams = Array.from({ length: workers }, () => new Stream());
    this.#sink = sink;
  }

  /** Takes records that a worker sent, behind what it sent before. */
  push(worker: number, records: Records): void {
    if (records.rows > 0) this.#streams[worker]!.waiting.push(records);
  }

  /** Notes that a worker has come to packet `through`: what is to come left later. */
  advance(worker: number, through: number): void {
    this.#streams[worker]!.through = through;
  }

  /** Sends on every record before which no worker can send another. @throws what the output throws */
  drain(): void {
    while (this.#sendRun()) {
      // One run after another: rows of one worker that no other's row comes between.
    }
  }

  #sendRun(): boolean {
    let first: Stream | undefined;
    let leftAt = Number.POSITIVE_INFINITY;
    let rank = Number.POSITIVE_INFINITY;
    // The head of the stream that comes second: where the run ends.
    let nextLeftAt = Number.POSITIVE_INFINITY;
    let nextRank = Number.POSITIVE_INFINITY;
    let known = Number.POSITIVE_INFINITY;
    for (const stream of this.#streams) {
      const head = stream.waiting[0];
      if (!head) {
        if (stream.through < known) known = stream.through;
        continue;
      }
      const headLeftAt = head.leftAt[head.at]!;
      const headRank = head.rank[head.at]!;
      if (!first || headLeftAt < leftAt || (headLeftAt === leftAt && headRank < rank)) {
        nextLeftAt = leftAt;
        nextRank = rank;
        first = stream;
        leftAt = headLeftAt;
        rank = headRank;
      } else if (headLeftAt < nextLeftAt || (headLeftAt === nextLeftAt && headRank < nextRank)) {
        nextLeftAt = headLeftAt;
        nextRank = headRank;
      }
    }
    if (!first || leftAt > known) return false;
    const head = first.waiting[0]!;
    const { leftAt: left, rank: ranks, rows } = head;
    const from = head.at;
    let to = from + 1;
    while (to < rows) {
      const at = left[to]!;
      if (at > known || at > nextLeftAt || (at === nextLeftAt && ranks[to]! >= nextRank)) break;
      to++;
    }
    this.#sink.take(head, from, to);
    head.at = to;
    if (to === rows) first.waiting.shift();
    return true;
  }
}
