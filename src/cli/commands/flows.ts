import { Command, Option } from 'commander';
import {
  addCaptureOptions,
  type CaptureArguments,
  meterOptions,
  noteSummary,
} from '../capture-options.ts';
import { type CommandContext, usage } from '../context.ts';
import { createProgress } from '../terminal.ts';

const FORMATS = ['csv', 'jsonl', 'parquet'] as const;

interface FlowsOptions extends CaptureArguments {
  readonly view: 'argus';
  readonly format: (typeof FORMATS)[number];
  readonly output?: string;
}

const EXAMPLES = `
Examples:
  wiresift flows capture.pcap > capture.binetflow
  wiresift flows part1.pcap part2.pcap --format parquet -o flows.parquet
  tcpdump -w - -i eth0 | wiresift flows - --format jsonl`;

/** `wiresift flows`: captures in, flow records out. */
export function flowsCommand(context: CommandContext): Command {
  const command = new Command('flows')
    .description('turn captures into flow records')
    .argument('<files...>', 'pcap or pcapng, plain or gzip; - is standard input')
    .addOption(new Option('--view <view>', 'columns').choices(['argus']).default('argus'))
    .addOption(new Option('--format <format>', 'csv is .binetflow').choices(FORMATS).default('csv'))
    .option('-o, --output <file>', 'written whole or not at all; default standard output');
  return addCaptureOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], options: FlowsOptions) => {
      await writeFlows(context, files, options);
    });
}

async function writeFlows(
  { signal }: CommandContext,
  files: readonly string[],
  options: FlowsOptions,
): Promise<void> {
  if (options.format === 'parquet' && !options.output) {
    throw usage('--format parquet', 'no --output', 'a file to write to: -o FILE');
  }
  const { meterCaptures } = await import('../../pipeline.ts');
  const { openFlowOutput } = await import('../flow-output.ts');
  const output = openFlowOutput(options);
  const progress = createProgress('reading');
  try {
    const segments = await meterCaptures(files, {
      meter: meterOptions(options),
      onBatch: (batch) => output.take(batch),
      afterChunk: () => output.flush(),
      onProgress: (_file, done, total) => progress.update(done, total),
      signal,
    });
    progress.stop();
    signal.throwIfAborted();
    await output.close();
    if (!options.quiet) noteSummary(segments);
  } catch (error) {
    // What came before a file that cannot be read still counts.
    if (!signal.aborted) await output.close();
    throw error;
  } finally {
    progress.stop();
    output.abort();
  }
}
