import { readFlows } from '../datasets/index.ts';
import {
  argusSchema,
  argusTable,
  kddSchema,
  kddTable,
  zeekSchema,
  zeekTable,
} from '../flow/index.ts';
import { meterCaptures } from '../pipeline.ts';
import { joinTables, type Table } from '../table/index.ts';
import { usage } from './context.ts';
import { noteProblems } from './convert-flows.ts';
import type { View } from './flow-output.ts';
import { inputKind } from './input-kind.ts';
import { createProgress } from './terminal.ts';

/** How {@link loadFlows} reads. */
export interface LoadFlowsOptions {
  readonly view: View;
  readonly signal: AbortSignal;
  readonly strict: boolean;
}

async function meteredTables(
  paths: readonly string[],
  { view, signal }: LoadFlowsOptions,
): Promise<Table> {
  const tables: Table[] = [];
  const progress = createProgress('metering');
  const handlers = {
    argus: {
      onBatch: (batch: Parameters<typeof argusTable>[0]) => void tables.push(argusTable(batch)),
    },
    zeek: {
      onConns: (batch: Parameters<typeof zeekTable>[0]) => void tables.push(zeekTable(batch)),
    },
    kdd: { onKdd: (rows: Parameters<typeof kddTable>[0]) => void tables.push(kddTable(rows)) },
  };
  try {
    await meterCaptures(paths, {
      ...handlers[view],
      signal,
      onProgress: (_file, done, total) => progress.update(done, total),
    });
  } finally {
    progress.stop();
  }
  return joinTables({ argus: argusSchema, zeek: zeekSchema, kdd: kddSchema }[view], tables);
}

/**
 * All flows of captures or of other tools' files as one table, held in memory.
 * @throws as `meterCaptures` and `readFlows`; WiresiftError `USAGE` for a port, or without any flow
 */
export async function loadFlows(
  paths: readonly string[],
  options: LoadFlowsOptions,
): Promise<Table> {
  const kind = await inputKind(paths);
  if (kind === 'udp') throw usage('FILES', 'a port to listen on', 'files');
  if (kind === 'capture') return meteredTables(paths, options);
  const flows = readFlows(paths, { signal: options.signal, strict: options.strict });
  const tables: Table[] = [];
  for await (const table of flows) tables.push(table);
  noteProblems(flows);
  if (tables.length === 0) throw usage('FILES', 'no flow in them', 'at least one');
  return joinTables(tables[0]!.schema, tables);
}
