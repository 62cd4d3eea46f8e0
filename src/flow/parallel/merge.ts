import type { RecordSink } from './output.ts';
import type { Records } from './records.ts';

/**
 * Brings the records of several workers into the order in which one meter would have sent them: by
 * the packet with which they left, the part of that packet's work, and the turn of the flow.
 */
export class RecordMerge {
  readonly #waiting: readonly Records[][];
  readonly #sink: RecordSink;
  /** All records of a worker that left with this packet or before are here. */
  readonly #through: Float64Array;
  /** Place of each worker's next record; of one that has none here, the last place it can have. */
  readonly #leftAt: Float64Array;
  readonly #rank: Float64Array;

  constructor(workers: number, sink: RecordSink) {
    this.#waiting = Array.from({ length: workers }, () => []);
    this.#sink = sink;
    this.#through = new Float64Array(workers);
    this.#leftAt = new Float64Array(workers);
    this.#rank = new Float64Array(workers).fill(Number.POSITIVE_INFINITY);
  }

  /** Takes records that a worker sent, behind what it sent before. */
  push(worker: number, records: Records): void {
    if (records.rows === 0) return;
    this.#waiting[worker]!.push(records);
    if (this.#waiting[worker]!.length === 1) this.#look(worker);
  }

  /** Notes that a worker has come to packet `through`: what is to come left later. */
  advance(worker: number, through: number): void {
    this.#through[worker] = through;
    if (this.#waiting[worker]!.length === 0) this.#look(worker);
  }

  /** Sends on every record before which no worker can send another. @throws what the output throws */
  drain(): void {
    const workers = this.#waiting.length;
    const leftAt = this.#leftAt;
    const rank = this.#rank;
    for (;;) {
      let first = 0;
      for (let worker = 1; worker < workers; worker++) {
        const sooner = leftAt[worker]! - leftAt[first]!;
        if (sooner < 0 || (!(sooner > 0) && rank[worker]! < rank[first]!)) first = worker;
      }
      if (this.#waiting[first]!.length === 0) return;
      // The head of the worker that comes second is where the run of rows ends.
      let second = -1;
      for (let worker = 0; worker < workers; worker++) {
        if (worker === first) continue;
        const sooner = second < 0 ? -1 : leftAt[worker]! - leftAt[second]!;
        if (sooner < 0 || (!(sooner > 0) && rank[worker]! < rank[second]!)) second = worker;
      }
      const end = Number.POSITIVE_INFINITY;
      this.#send(first, second < 0 ? end : leftAt[second]!, second < 0 ? end : rank[second]!);
    }
  }

  /** Sends a worker's rows up to, and without, a place in the order; at least one. */
  #send(worker: number, untilLeftAt: number, untilRank: number): void {
    const waiting = this.#waiting[worker]!;
    const head = waiting[0]!;
    const { leftAt, rank, rows } = head;
    const from = head.at;
    let to = from + 1;
    while (to < rows) {
      const at = leftAt[to]!;
      if (at > untilLeftAt || (at === untilLeftAt && rank[to]! >= untilRank)) break;
      to++;
    }
    this.#sink.take(head, from, to);
    head.at = to;
    if (to === rows) waiting.shift();
    this.#look(worker);
  }

  #look(worker: number): void {
    const head = this.#waiting[worker]![0];
    this.#leftAt[worker] = head ? head.leftAt[head.at]! : this.#through[worker]!;
    this.#rank[worker] = head ? head.rank[head.at]! : Number.POSITIVE_INFINITY;
  }
}
