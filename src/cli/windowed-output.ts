import {
  argusSchema,
  argusTable,
  attachWindows,
  endOrder,
  HeldFlows,
  HostWindows,
  kddSchema,
  kddTable,
  type WindowColumns,
  windowFlowsOfConns,
  windowFlowsOfKdd,
  windowSchema,
  zeekSchema,
  zeekTable,
} from '../flow/index.ts';
import type { Table, TableFormat } from '../table/index.ts';
import { type FlowOutput, openTableOutput, type View } from './flow-output.ts';

/** What {@link openWindowedOutput} is asked for. */
export interface WindowedOptions {
  readonly view: View;
  readonly format: TableFormat;
  /** A path; absent: standard output. */
  readonly output?: string;
  /** Lengths in seconds; default those of `HostWindows`. */
  readonly windows?: readonly number[];
  /** Rows held at most; default {@link MAX_HELD_ROWS}. */
  readonly maxRows?: number;
}

/**
 * Rows held until their stretch of traffic ends. A row takes about 1.2 kB with four windows (112
 * features, what the windows read, the view's own cells), so a full store 600 MB; with the windows'
 * own memory the process was seen to take 890 MB at 524,288 rows.
 */
export const MAX_HELD_ROWS = 500_000;

const SCHEMAS = { argus: argusSchema, zeek: zeekSchema, kdd: kddSchema } as const;

/** Rows that wait to be observed together, in the order in which they left the meter. */
interface Held {
  readonly windows: HostWindows;
  readonly flows: HeldFlows;
  readonly tables: Table[];
}

/** The features of `rows` rows from `from` on. */
function rowsOf({ windows, stride, values }: WindowColumns, from: number, rows: number) {
  const part = values.subarray(from * stride, (from + rows) * stride);
  return { windows, rows, stride, values: part };
}

/**
 * A view's rows with host windows behind its columns. Records leave the meter up to an hour late, and a
 * host's past must be known in order: so rows are held until their stretch ends, observed in the order of
 * their ends, and written in the order in which they came. When {@link WindowedOptions.maxRows} are held
 * they are written early; a row after that may come too late to be counted, which `counts` tells.
 * @throws WiresiftError `WINDOWS_LENGTHS`; as `openTableOutput`
 */
export function openWindowedOutput(options: WindowedOptions): FlowOutput {
  const { view, format, output, windows: lengths, maxRows = MAX_HELD_ROWS } = options;
  const create = (): HostWindows => new HostWindows(lengths ? { windows: lengths } : {});
  let windows: HostWindows | undefined = create();
  const schema = windowSchema(SCHEMAS[view], lengths);
  const out = openTableOutput(schema, format, output);
  const counts = { early: 0, late: 0, idle: 0, active: 0 };
  const ready: Held[] = [];
  let held: Held | undefined;
  const release = (): void => {
    if (held) ready.push(held);
    held = undefined;
  };
  const hold = (table: Table, ...flows: Parameters<HeldFlows['hold']>): void => {
    windows ??= create();
    held ??= { windows, flows: new HeldFlows(), tables: [] };
    held.flows.hold(...flows);
    held.tables.push(table);
    if (held.flows.length < maxRows) return;
    counts.early += held.flows.length;
    release();
  };
  const write = async ({ windows, flows, tables }: Held): Promise<void> => {
    const before = { ...windows.stats };
    const features = windows.observe(flows, { ...flows.extra, order: endOrder(flows) });
    // One that came so late that its host began afresh has lost its past as well.
    counts.late += windows.stats.late + windows.stats.restarted - before.late - before.restarted;
    const active = windows.stats.evictedActive - before.evictedActive;
    counts.active += active;
    counts.idle += windows.stats.evicted - before.evicted - active;
    let from = 0;
    for (const table of tables) {
      out.take(attachWindows(table, rowsOf(features, from, table.rows)));
      from += table.rows;
      await out.flush();
    }
  };
  const flush = async (): Promise<void> => {
    for (let next = ready.shift(); next; next = ready.shift()) await write(next);
  };
  const handlers: Readonly<Record<View, FlowOutput['handlers']>> = {
    argus: { onBatch: (batch) => hold(argusTable(batch), batch) },
    zeek: {
      onConns(batch) {
        const { flows, extra } = windowFlowsOfConns(batch);
        hold(zeekTable(batch), flows, extra);
      },
    },
    kdd: { onKdd: (rows) => hold(kddTable(rows), windowFlowsOfKdd(rows)) },
  };
  return {
    handlers: handlers[view],
    endSegment() {
      release();
      // Hosts of unrelated captures are unrelated.
      windows = undefined;
    },
    counts: () => ({
      [`${view} view: rows written early because ${maxRows} were held`]: counts.early,
      [`${view} view: hosts of rows too late for their windows`]: counts.late,
      [`${view} view: hosts forgotten by the windows while active`]: counts.active,
      [`${view} view: hosts forgotten by the windows when idle`]: counts.idle,
    }),
    flush,
    async close() {
      release();
      await flush();
      await out.close();
    },
    abort: () => out.abort(),
  };
}
