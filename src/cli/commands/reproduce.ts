import { Argument, Command } from 'commander';
import type { ProtocolName } from '../../evaluate/index.ts';
import { type CommandContext, wholeArgument } from '../context.ts';
import { checkPageName, type PageOptions, tell } from '../page-output.ts';
import { createProgress, note } from '../terminal.ts';
import { addWorkOptions, type WorkOptions } from '../work-options.ts';

interface Options extends WorkOptions, PageOptions {
  readonly quick?: number;
  readonly strict?: boolean;
}

/** The names of `PROTOCOLS`; stated here so that --help need not load the models. */
const NAMES = ['ctu13-dashboard', 'toniot-binary', 'toniot-multiclass'];

const EXAMPLES = `
Examples:
  wiresift reproduce ctu13-dashboard capture20110816.binetflow.gz -o dashboard.html
  wiresift reproduce toniot-binary train_test_network.csv.gz
  wiresift reproduce toniot-multiclass train_test_network.csv.gz --json

Each repeats an earlier protocol, flaws included: the printed figure, ours under its protocol, ours under
an honest one, and what each step that leaks or loses rows is worth.`;

/** `wiresift reproduce`: an earlier protocol, step by step, on the data at hand. */
export function reproduceCommand(context: CommandContext): Command {
  const command = new Command('reproduce')
    .description('repeat an earlier protocol and show what its flaws are worth')
    .addArgument(new Argument('<protocol>', 'which').choices(NAMES))
    .argument('<data...>', 'files of its data set, plain or gzip')
    .option(
      '--quick [rows]',
      'draw so many rows (20000) first: to see it work, not to compare',
      wholeArgument('--quick', 1000, 1e9),
    );
  return addWorkOptions(command)
    .option('--strict', 'refuse a file with a row that cannot be read')
    .option('-o, --output <file>', 'page (.html) or figures (.json) to write')
    .option('--json', 'print the figures as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (protocol: ProtocolName, paths: string[], options: Options) => {
      await repeat(context, protocol, paths, options);
    });
}

const QUICK_ROWS = 20_000;

async function repeat(
  { signal }: CommandContext,
  protocol: ProtocolName,
  paths: readonly string[],
  options: Options,
): Promise<void> {
  if (options.output !== undefined) checkPageName(options.output);
  const { openDataset } = await import('../../datasets/index.ts');
  const { PROTOCOL_NEEDS, reproduce, reproductionText } = await import('../../evaluate/index.ts');
  const { loadData } = await import('../labelled-data.ts');
  const { dataset, target } = PROTOCOL_NEEDS[protocol];
  const data = await loadData(await openDataset(dataset), paths, {
    signal,
    strict: options.strict ?? false,
    ...(target === undefined ? {} : { target }),
  });
  const progress = createProgress(protocol);
  const quick = (options.quick as number | true | undefined) === true ? QUICK_ROWS : options.quick;
  try {
    const found = await reproduce(protocol, data, {
      seed: options.seed,
      threads: options.threads,
      signal,
      ...(quick === undefined ? {} : { quick }),
      onFit(what, done, total) {
        if (!process.stderr.isTTY) note(`${done + 1}/${total} ${what}`);
        progress.update(done, total);
      },
    });
    progress.stop();
    await tell(found, options, {
      page: async () => (await import('../../report/index.ts')).reproducePage(found),
      text: () => reproductionText(found),
    });
  } finally {
    progress.stop();
  }
}
