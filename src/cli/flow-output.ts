import { createWholeFile, type WholeFile } from '../base/index.ts';
import {
  ARGUS_HEADER,
  ArgusCsv,
  argusSchema,
  argusTable,
  type FlowBatch,
  KddCsv,
  type KddMode,
  kddSchema,
  kddTable,
  ZeekTsv,
  zeekFooter,
  zeekHeader,
  zeekSchema,
  zeekTable,
} from '../flow/index.ts';
import type { MeterCapturesOptions } from '../pipeline.ts';
import { createTableWriter, type Schema, type Table, type TableFormat } from '../table/index.ts';

/** The views that packets are metered in. */
export const VIEWS = ['argus', 'zeek', 'kdd'] as const;
/** A word of {@link VIEWS}. */
export type View = (typeof VIEWS)[number];
/** How flows are written: `native` is the text of the tool that the view follows. */
export type FlowFormat = 'native' | TableFormat;

/** Takes rows as they come and writes them when there is time. */
export interface FlowOutput {
  /** What `meterCaptures` is to call with batches; they are copied, nothing waits. */
  readonly handlers: Pick<MeterCapturesOptions, 'onBatch' | 'onText' | 'onConns' | 'onKdd'>;
  /** A stretch of traffic has ended; what follows has nothing to do with it. */
  endSegment?(): void;
  /** What its bounds left out, by name. */
  counts?(): Readonly<Record<string, number>>;
  /** Writes out what was taken. */
  flush(): Promise<void>;
  close(): Promise<void>;
  /** Leaves nothing behind; does nothing after {@link FlowOutput.close}. */
  abort(): void;
}

/** What {@link openFlowOutput} is asked for. */
export interface FlowOutputOptions {
  readonly view: View;
  readonly format: FlowFormat;
  /** A path; absent: standard output. */
  readonly output?: string;
  readonly kddMode: KddMode;
}

/** Writes to standard output and waits while its reader is slow. */
function toStandardOutput(data: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(data, (error) => (error ? reject(error) : resolve()));
  });
}

/** Text that goes to a file at once, or to standard output when there is time. */
class TextSink {
  readonly #file: WholeFile | undefined;
  #pending: (Uint8Array | string)[] = [];
  #closed = false;

  constructor(path: string | undefined) {
    this.#file = path === undefined ? undefined : createWholeFile(path);
  }

  /** Bytes are copied if they have to wait. */
  write(data: Uint8Array | string): void {
    if (this.#file) this.#file.write(data);
    else this.#pending.push(typeof data === 'string' ? data : data.slice());
  }

  async flush(): Promise<void> {
    const pieces = this.#pending;
    this.#pending = [];
    for (const piece of pieces) await toStandardOutput(piece);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.flush();
    this.#file?.commit();
  }

  abort(): void {
    this.#file?.abort();
  }
}

const sinkOutput = (sink: TextSink, handlers: FlowOutput['handlers']): FlowOutput => ({
  handlers,
  flush: () => sink.flush(),
  close: () => sink.close(),
  abort: () => sink.abort(),
});

/** Gives an output of the argus view batches that come from elsewhere than `meterCaptures`. */
export function batchTaker({ handlers }: FlowOutput): (batch: FlowBatch) => void {
  const text = new ArgusCsv();
  return (batch) => {
    handlers.onBatch?.(batch);
    handlers.onText?.(text.write(batch));
  };
}

/** The text of the tool that a view follows: `ra`'s, Zeek's `conn.log`, KDD Cup 99's. */
const NATIVE: Readonly<Record<View, (options: FlowOutputOptions) => FlowOutput>> = {
  argus({ output }) {
    const sink = new TextSink(output);
    sink.write(ARGUS_HEADER);
    return sinkOutput(sink, { onText: (text) => sink.write(text) });
  },
  zeek({ output }) {
    const sink = new TextSink(output);
    const text = new ZeekTsv();
    let first = Number.NaN;
    let last = 0;
    const open = (time: number): void => {
      if (!Number.isNaN(first)) return;
      first = time;
      sink.write(zeekHeader(time));
    };
    const inner = sinkOutput(sink, {
      onConns(batch) {
        if (batch.length > 0) open(batch.start[0]!);
        for (let row = 0; row < batch.length; row++) last = Math.max(last, batch.start[row]!);
        sink.write(text.bytes(batch));
      },
    });
    return {
      ...inner,
      async close() {
        open(0);
        sink.write(zeekFooter(last));
        await inner.close();
      },
    };
  },
  kdd({ output, kddMode }) {
    const sink = new TextSink(output);
    const text = new KddCsv(kddMode);
    return sinkOutput(sink, { onKdd: (rows) => sink.write(text.bytes(rows)) });
  },
};

/** Tables of any schema, written in order. */
export interface TableOutput {
  take(table: Table): void;
  flush(): Promise<void>;
  close(): Promise<void>;
  abort(): void;
}

/** Opens a table file, or standard output. @throws as `createTableWriter` */
export function openTableOutput(
  schema: Schema,
  format: TableFormat,
  path: string | undefined,
): TableOutput {
  const target = path === undefined ? { sink: { write: toStandardOutput } } : { path };
  const writer = createTableWriter({ format, schema, ...target });
  let pending: Table[] = [];
  let closed = false;
  const flush = async (): Promise<void> => {
    const tables = pending;
    pending = [];
    for (const table of tables) await writer.append(table);
  };
  return {
    take: (table) => void pending.push(table),
    flush,
    async close() {
      if (closed) return;
      closed = true;
      await flush();
      await writer.close();
    },
    abort: () => writer.abort(),
  };
}

const SCHEMAS: Readonly<Record<View, Schema>> = {
  argus: argusSchema,
  zeek: zeekSchema,
  kdd: kddSchema,
};

/**
 * Opens the output of one view.
 * @throws the system's error when the folder is missing or not writable
 */
export function openFlowOutput(options: FlowOutputOptions): FlowOutput {
  const { view, format, output } = options;
  if (format === 'native') return NATIVE[view](options);
  const tables = openTableOutput(SCHEMAS[view], format, output);
  const handlers: Readonly<Record<View, FlowOutput['handlers']>> = {
    argus: { onBatch: (batch) => tables.take(argusTable(batch)) },
    zeek: { onConns: (batch) => tables.take(zeekTable(batch)) },
    kdd: { onKdd: (rows) => tables.take(kddTable(rows)) },
  };
  return { ...tables, handlers: handlers[view] };
}
