import { readFlows } from '../datasets/index.ts';
import { type CommandContext, usage } from './context.ts';
import { openTableOutput, type TableOutput } from './flow-output.ts';
import { note } from './terminal.ts';

/** What {@link convertFlows} is asked for. */
export interface ConvertOptions {
  readonly format: 'csv' | 'log' | 'jsonl' | 'parquet';
  readonly output?: string;
  readonly strict?: boolean;
  readonly quiet?: boolean;
}

/** Rows and problems of flows that other tools made, told on standard error. */
export function noteProblems(flows: {
  readonly problems: readonly string[];
  readonly problemCount: number;
  readonly skipped: number;
}): void {
  if (flows.skipped > 0) note(`  rows that are no flows, skipped: ${flows.skipped}`);
  if (flows.problemCount === 0) return;
  note(`  rows that could not be read: ${flows.problemCount}; the first of them:`);
  for (const problem of flows.problems.slice(0, 5)) note(`    ${problem}`);
}

/**
 * Writes flows that other tools made as a table of the view they come in.
 * @throws as `readFlows`, `createTableWriter`; WiresiftError `USAGE` for a format that is not a table's
 */
export async function convertFlows(
  { signal }: CommandContext,
  paths: readonly string[],
  options: ConvertOptions,
): Promise<void> {
  const { format, output: path } = options;
  if (format === 'log') throw usage('--format log', 'flows of another tool', 'csv, jsonl, parquet');
  if (format === 'parquet' && path === undefined) {
    throw usage('--format parquet', 'no --output', 'a file to write to: -o FILE');
  }
  const flows = readFlows(paths, { signal, strict: options.strict ?? false });
  let output: TableOutput | undefined;
  let rows = 0;
  try {
    for await (const table of flows) {
      output ??= openTableOutput(table.schema, format, path);
      output.take(table);
      await output.flush();
      rows += table.rows;
    }
    signal.throwIfAborted();
    await output?.close();
    if (options.quiet) return;
    note(`${rows} flows read`);
    noteProblems(flows);
  } finally {
    output?.abort();
  }
}
