import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import type { KddMode } from '../../flow/index.ts';
import {
  addCaptureOptions,
  type CaptureArguments,
  meterOptions,
  noteCounts,
  noteSummary,
  trackerOptions,
} from '../capture-options.ts';
import { type CommandContext, usage } from '../context.ts';
import type { FlowOutput, View } from '../flow-output.ts';
import { createProgress } from '../terminal.ts';

const VIEWS = ['argus', 'zeek', 'kdd'] as const;
const FORMATS = ['csv', 'log', 'jsonl', 'parquet'] as const;
const MODES = ['data', 'ai-ids', 'gure'] as const;
const ENDINGS = { csv: 'csv', log: 'log', jsonl: 'jsonl', parquet: 'parquet' } as const;

interface FlowsOptions extends CaptureArguments {
  readonly view: readonly View[];
  readonly format: (typeof FORMATS)[number];
  readonly output?: string;
  readonly kddMode: KddMode;
  /** Lengths in seconds; true for the usual ones. */
  readonly windows?: readonly number[] | true;
  readonly strict?: boolean;
}

const EXAMPLES = `
Examples:
  wiresift flows capture.pcap > capture.binetflow
  wiresift flows capture.pcap --view zeek --format log > conn.log
  wiresift flows capture.pcap --view argus,zeek,kdd -o folder
  wiresift flows part1.pcap part2.pcap --format parquet -o flows.parquet
  tcpdump -w - -i eth0 | wiresift flows - --format jsonl
  wiresift flows capture.pcap --view zeek --windows 10,60 --format parquet -o flows.parquet
  wiresift flows udp://127.0.0.1:2055 --for 600 -o exported.binetflow
  wiresift flows zeek-logs/ --format parquet -o flows.parquet

Formats: csv is each view's own text where it has one: .binetflow for argus, KDD Cup 99's for kdd, a
header and all columns for zeek; log is Zeek's conn.log. Flows that other tools made (Argus text, Zeek
logs, eve.json, TON_IoT, KDD, NetFlow, IPFIX, nfdump) are known by content and come out as a table.

--windows appends what both hosts of a row did in the last 1, 10, 60 and 600 seconds (docs/windows.md) to
the views asked for, as csv, jsonl or parquet. Rows are then written when the capture ends.`;

function viewList(text: string): View[] {
  const views = text.split(',').map((word) => VIEWS.find((view) => view === word));
  if (views.every((view) => view !== undefined)) return [...new Set(views as View[])];
  throw usage('--view', `"${text}"`, `one or more of ${VIEWS.join(', ')}, with commas between`);
}

function lengthList(text: string): number[] {
  const lengths = text.split(',').map((word) => (word.trim() === '' ? Number.NaN : Number(word)));
  if (lengths.every((length) => length > 0 && length < 1e9)) return lengths;
  throw usage('--windows', `"${text}"`, 'seconds with commas between, such as 1,10,60,600');
}

/** `wiresift flows`: captures in, flow records out, in as many views as asked, in one pass. */
export function flowsCommand(context: CommandContext): Command {
  const command = new Command('flows')
    .description('turn captures, or flows that other tools made, into flow records')
    .argument('<files...>', 'pcap, pcapng or flows; - is standard input; udp://ADDRESS:PORT')
    .option('--view <view,...>', `columns: ${VIEWS.join(', ')}`, viewList, ['argus'])
    .addOption(new Option('--format <format>', 'see below').choices(FORMATS).default('csv'))
    .option('-o, --output <path>', 'file, or folder for several views; default standard output')
    .addOption(
      new Option('--kdd-mode <mode>', 'reading of the kdd features').choices(MODES).default('data'),
    )
    .option('--windows [seconds,...]', 'append host windows to each row', lengthList)
    .option('--strict', 'refuse a flow file with a row that cannot be read');
  return addCaptureOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], options: FlowsOptions) => {
      const { inputKind } = await import('../input-kind.ts');
      const kind = await inputKind(files);
      if (kind === 'capture') await writeFlows(context, files, options);
      else if (kind === 'udp') await writeExported(context, files[0]!, options);
      else if (options.windows) throw usage('--windows', 'flows of another tool', 'captures');
      else {
        const { convertFlows } = await import('../convert-flows.ts');
        await convertFlows(context, files, options);
      }
    });
}

function checkOutput({ view, format, output, windows }: FlowsOptions): void {
  if (windows && format === 'log') {
    throw usage('--windows', '--format log', 'csv, jsonl or parquet');
  }
  if (output === undefined && format === 'parquet') {
    throw usage('--format parquet', 'no --output', 'a file to write to: -o FILE');
  }
  if (output === undefined && view.length > 1) {
    throw usage('--view', `${view.length} views and no --output`, 'a folder for them: -o FOLDER');
  }
  if (format === 'log' && view.some((each) => each !== 'zeek')) {
    throw usage('--format log', `the view ${view.join(', ')}`, '--view zeek');
  }
}

/** One output a view: the file asked for, or files named by view in the folder asked for. */
async function openOutputs(options: FlowsOptions): Promise<FlowOutput[]> {
  const { openFlowOutput } = await import('../flow-output.ts');
  const { openWindowedOutput } = await import('../windowed-output.ts');
  const { view: views, format, output, kddMode, windows } = options;
  const folder = views.length > 1 ? output : undefined;
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  return views.map((view) => {
    const native = view === 'argus' && format === 'csv' && !windows;
    const name = native ? 'binetflow' : ENDINGS[format];
    const path = folder === undefined ? output : join(folder, `${view}.${name}`);
    const target = path === undefined ? {} : { output: path };
    if (windows && format !== 'log') {
      const lengths = windows === true ? {} : { windows };
      return openWindowedOutput({ view, format, ...lengths, ...target });
    }
    const own = format === 'csv' && view !== 'zeek';
    return openFlowOutput({
      view,
      format: format === 'log' || own ? 'native' : format,
      kddMode,
      ...target,
    });
  });
}

async function writeFlows(
  { signal }: CommandContext,
  files: readonly string[],
  options: FlowsOptions,
): Promise<void> {
  checkOutput(options);
  const { meterCaptures } = await import('../../pipeline.ts');
  const outputs = await openOutputs(options);
  const all = async (act: (output: FlowOutput) => Promise<void>): Promise<void> => {
    for (const output of outputs) await act(output);
  };
  const progress = createProgress('reading');
  try {
    const segments = await meterCaptures(files, {
      meter: meterOptions(options),
      workers: options.workers,
      tracker: trackerOptions(options),
      kdd: { mode: options.kddMode },
      ...Object.assign({}, ...outputs.map(({ handlers }) => handlers)),
      onSegment: () => {
        for (const output of outputs) output.endSegment?.();
      },
      afterChunk: () => all((output) => output.flush()),
      onProgress: (_file, done, total) => progress.update(done, total),
      signal,
    });
    progress.stop();
    signal.throwIfAborted();
    await all((output) => output.close());
    if (options.quiet) return;
    noteSummary(segments);
    for (const output of outputs) noteCounts(output.counts?.() ?? {});
  } catch (error) {
    // What came before a file that cannot be read still counts.
    if (!signal.aborted) await all((output) => output.close());
    throw error;
  } finally {
    progress.stop();
    for (const output of outputs) output.abort();
  }
}

/** Flows that exporters send, until Ctrl-C or the end of the time; then all is as with a file. */
async function writeExported(
  context: CommandContext,
  text: string,
  options: FlowsOptions,
): Promise<void> {
  if (options.view.some((view) => view !== 'argus')) {
    throw usage('--view', `${options.view.join(', ')} of NetFlow`, 'argus');
  }
  checkOutput(options);
  const { listenAddress, listenNetflow, noteExporters } = await import('../listen.ts');
  const { batchTaker } = await import('../flow-output.ts');
  const place = listenAddress(text);
  const [output] = (await openOutputs(options)) as [FlowOutput];
  try {
    const stats = await listenNetflow(context, {
      ...place,
      ...(options.for === undefined ? {} : { seconds: options.for }),
      quiet: options.quiet ?? false,
      onBatch: batchTaker(output),
      afterSecond: () => output.flush(),
    });
    await output.close();
    if (options.quiet) return;
    noteExporters(stats);
    noteCounts(output.counts?.() ?? {});
  } finally {
    output.abort();
  }
}
