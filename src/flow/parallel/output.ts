import { copyRow, FlowBatch } from '../flow.ts';
import type { Records } from './records.ts';

/** Bytes of text handed out at a time. */
const TEXT_BYTES = 1 << 18;

/** Who gets the records in their order; either is reused after the call. */
export type RecordOutput =
  | { readonly onBatch: (batch: FlowBatch) => void }
  /** Rows of a `.binetflow` file, whole lines. */
  | { readonly onText: (text: Uint8Array) => void };

/** Takes rows in the order in which they are to leave. */
export interface RecordSink {
  take(records: Records, from: number, to: number): void;
  /** Hands out what waits for more. */
  flush(): void;
}

/** The sink of an output. @param batchRows rows of a batch */
export function recordSink(output: RecordOutput, batchRows: number): RecordSink {
  return 'onText' in output ? new TextSink(output.onText) : new BatchSink(output, batchRows);
}

class BatchSink implements RecordSink {
  readonly #batch: FlowBatch;
  readonly #onBatch: (batch: FlowBatch) => void;
  #records = 0;

  constructor({ onBatch }: { readonly onBatch: (batch: FlowBatch) => void }, batchRows: number) {
    this.#batch = new FlowBatch(batchRows);
    this.#onBatch = onBatch;
  }

  take(records: Records, from: number, to: number): void {
    const batch = this.#batch;
    for (let row = from; row < to; row++) {
      copyRow(records.batch, row, batch);
      batch.id[batch.length - 1] = ++this.#records;
      if (batch.length === batch.capacity) this.flush();
    }
  }

  flush(): void {
    if (this.#batch.length === 0) return;
    this.#onBatch(this.#batch);
    this.#batch.length = 0;
  }
}

class TextSink implements RecordSink {
  readonly #onText: (text: Uint8Array) => void;
  #bytes = new Uint8Array(TEXT_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  constructor(onText: (text: Uint8Array) => void) {
    this.#onText = onText;
  }

  /**
   * The clear version is `bytes.set(text.subarray(start, end), length)`. A run is a row or two, for
   * which that costs more than the copying itself.
   */
  take(records: Records, from: number, to: number): void {
    const start = from === 0 ? 0 : records.ends[from - 1]!;
    const size = records.ends[to - 1]! - start;
    if (this.#length + size + 4 > this.#bytes.length) this.#makeRoom(size + 4);
    const source = records.view;
    const target = this.#view;
    const at = this.#length;
    for (let i = 0; i < size; i += 4)
      target.setInt32(at + i, source.getInt32(start + i, true), true);
    this.#length = at + size;
  }

  flush(): void {
    if (this.#length === 0) return;
    this.#onText(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
  }

  #makeRoom(size: number): void {
    this.flush();
    if (size <= this.#bytes.length) return;
    this.#bytes = new Uint8Array(size);
    this.#view = new DataView(this.#bytes.buffer);
  }
}
