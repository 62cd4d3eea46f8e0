import { createWholeFile, type WholeFile } from '../base/index.ts';
import { ARGUS_HEADER, ArgusCsv, argusSchema, argusTable, type FlowBatch } from '../flow/index.ts';
import { createTableWriter, type Table, type TableFormat } from '../table/index.ts';

/** Takes flow batches as they come and writes them when there is time. */
export interface FlowOutput {
  /** Keeps what it needs of the batch; does not wait. */
  take(batch: FlowBatch): void;
  /** Writes out what was taken. */
  flush(): Promise<void>;
  close(): Promise<void>;
  /** Leaves nothing behind; does nothing after {@link FlowOutput.close}. */
  abort(): void;
}

/** Writes to standard output and waits while its reader is slow. */
function toStandardOutput(data: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(data, (error) => (error ? reject(error) : resolve()));
  });
}

/** `.binetflow` text, byte for byte as `ra` prints it. */
function binetflowOutput(path: string | undefined): FlowOutput {
  const text = new ArgusCsv();
  const file: WholeFile | undefined = path === undefined ? undefined : createWholeFile(path);
  let pending: Uint8Array[] = [];
  let closed = false;
  const flush = async (): Promise<void> => {
    const pieces = pending;
    pending = [];
    if (pieces.length > 0) await toStandardOutput(Buffer.concat(pieces));
  };
  if (file) file.write(ARGUS_HEADER);
  else pending.push(Buffer.from(ARGUS_HEADER));
  return {
    take(batch) {
      const rows = text.write(batch);
      if (file) file.write(rows);
      else pending.push(rows.slice());
    },
    flush,
    async close() {
      if (closed) return;
      closed = true;
      await flush();
      file?.commit();
    },
    abort() {
      file?.abort();
    },
  };
}

function tableOutput(format: TableFormat, path: string | undefined): FlowOutput {
  const target = path === undefined ? { sink: { write: toStandardOutput } } : { path };
  const writer = createTableWriter({ format, schema: argusSchema, ...target });
  let pending: Table[] = [];
  let closed = false;
  const flush = async (): Promise<void> => {
    const tables = pending;
    pending = [];
    for (const table of tables) await writer.append(table);
  };
  return {
    take(batch) {
      pending.push(argusTable(batch));
    },
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

/**
 * Opens the output of `wiresift flows`.
 * @throws the system's error when the folder is missing or not writable
 */
export function openFlowOutput(options: {
  readonly format: TableFormat;
  readonly output?: string;
}): FlowOutput {
  const { format, output } = options;
  return format === 'csv' ? binetflowOutput(output) : tableOutput(format, output);
}
