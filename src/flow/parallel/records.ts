import { FlowBatch } from '../flow.ts';
import { ArgusCsv } from '../views/argus-csv.ts';

/** Bytes of a record's place in the order, and of the end of its text. */
const KEY_BYTES = 20;
/** Readers take text in words, the last of which may reach beyond it. */
const SLACK = 4;

/** Records on their way, in shared memory. */
export interface PackedRecords {
  readonly memory: SharedArrayBuffer;
  readonly rows: number;
  /** The memory holds keys and text; else the columns of a {@link FlowBatch}. */
  readonly text: boolean;
}

/** What a worker makes of its records: text, or columns. */
export type RecordForm = 'text' | 'columns';

/** Packs batches as they leave a meter. */
export class RecordPacker {
  readonly #csv: ArgusCsv | undefined;
  #ends = new Uint32Array(0);

  constructor(form: RecordForm) {
    if (form === 'text') this.#csv = new ArgusCsv();
  }

  pack(batch: FlowBatch): PackedRecords {
    if (!this.#csv) return packColumns(batch);
    if (this.#ends.length < batch.capacity) this.#ends = new Uint32Array(batch.capacity);
    const text = this.#csv.write(batch, this.#ends);
    return packText(batch, text, this.#ends.subarray(0, batch.length));
  }
}

function packColumns(batch: FlowBatch): PackedRecords {
  const rows = batch.length;
  const memory = new SharedArrayBuffer(FlowBatch.bytes(rows));
  const copies = columnsOf(new FlowBatch(rows, memory));
  columnsOf(batch).forEach((column, i) => {
    const cells = (column.length / batch.capacity) * rows;
    copies[i]!.set(column.subarray(0, cells));
  });
  return { memory, rows, text: false };
}

function columnsOf(batch: FlowBatch): Uint8Array[] {
  // Of whatever type they are: only `set` from one to its like is called.
  return Object.values(batch).filter((value) => ArrayBuffer.isView(value)) as Uint8Array[];
}

function packText(batch: FlowBatch, text: Uint8Array, ends: Uint32Array): PackedRecords {
  const rows = batch.length;
  const memory = new SharedArrayBuffer(rows * KEY_BYTES + text.length + SLACK);
  const records = new Records({ memory, rows, text: true });
  records.leftAt.set(batch.leftAt.subarray(0, rows));
  setRanks(batch, records.rank);
  records.ends.set(ends);
  records.text.set(text);
  return { memory, rows, text: true };
}

function setRanks(batch: FlowBatch, rank: Float64Array): void {
  const { phase, turn } = batch;
  for (let row = 0; row < rank.length; row++) rank[row] = phase[row]! * 2 ** 32 + turn[row]!;
}

const NO_BATCH = new FlowBatch(0);

/** Packed records as they are read: their places in the order, and their text or columns. */
export class Records {
  readonly rows: number;
  /** The order: number of the packet with which a record left, then this rank. */
  readonly leftAt: Float64Array;
  readonly rank: Float64Array;
  /** Where each row's text ends; and the text. */
  readonly ends: Uint32Array;
  readonly text: Uint8Array;
  readonly view: DataView;
  readonly batch: FlowBatch;
  /** Rows already used. */
  at = 0;

  constructor({ memory, rows, text }: PackedRecords) {
    this.rows = rows;
    if (text) {
      this.leftAt = new Float64Array(memory, 0, rows);
      this.rank = new Float64Array(memory, 8 * rows, rows);
      this.ends = new Uint32Array(memory, 16 * rows, rows);
      this.text = new Uint8Array(memory, KEY_BYTES * rows);
      this.view = new DataView(memory, KEY_BYTES * rows);
      this.batch = NO_BATCH;
      return;
    }
    this.batch = new FlowBatch(rows, memory);
    this.leftAt = this.batch.leftAt;
    this.rank = new Float64Array(rows);
    setRanks(this.batch, this.rank);
    this.ends = new Uint32Array(0);
    this.text = new Uint8Array(0);
    this.view = new DataView(memory, 0, 0);
  }
}
