import { Command } from 'commander';
import { type CommandContext, wholeArgument } from '../context.ts';
import { checkPageName, type PageOptions, tell } from '../page-output.ts';
import { readParameters } from '../parameter-values.ts';
import { createProgress, note } from '../terminal.ts';
import { namedSets, readSets } from '../transfer-sets.ts';
import { addWorkOptions, type WorkOptions } from '../work-options.ts';

interface Options extends WorkOptions, PageOptions {
  readonly model: string;
  readonly param: readonly string[];
  readonly adapt?: readonly number[];
  readonly draws: number;
  readonly maxRows: number;
}

const EXAMPLES = `
Examples:
  wiresift transfer nsl=nsl-kdd:KDDTrain+.txt.gz,KDDTest+.txt.gz \\
    kdd99=kdd99:kddcup.data_10_percent.gz,corrected.gz -o kdd.html
  wiresift transfer toniot=ton-iot:train_test_network.csv.gz \\
    iot23=zeek-labelled:34-1.conn.log.labeled,honeypot.conn.log.labeled --adapt 100,1000
  wiresift transfer sets.json --model boosting --json

A set is NAME=DATASET:FILE,FILE…; @hostile or @harmless behind a file says what its rows of unknown class
are, @hostile=WORD only those whose label holds the word. sets.json is {"sets": ["NAME=…", …]}. Sets of
one view are taught and judged each against each.`;

const COUNT = wholeArgument('--adapt', 2, 1e6);

/** `wiresift transfer`: trained on one set, judged on another. */
export function transferCommand(context: CommandContext): Command {
  const collect = (value: string, list: readonly string[]): string[] => [...list, value];
  const command = new Command('transfer')
    .description('train on one data set, judge on another, every pair')
    .argument('<sets...>', 'NAME=DATASET:FILE,FILE… or a JSON file with a list of these')
    .option('--model <kind>', 'kind of model, as wiresift models lists it', 'forest')
    .option('--param <name=value>', 'a parameter; may be given often', collect, [])
    .option(
      '--adapt <n,n>',
      'also refit with so many labelled rows of the target',
      (text: string) => text.split(',').map(COUNT),
    )
    .option('--draws <n>', 'of these rows, to average over', wholeArgument('--draws', 1, 100), 3)
    .option(
      '--max-rows <n>',
      'training rows of a set, at most',
      wholeArgument('--max-rows', 100, 1e8),
      50_000,
    );
  return addWorkOptions(command)
    .option('-o, --output <file>', 'page (.html) or figures (.json) to write')
    .option('--json', 'print the figures as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (sets: string[], options: Options) => {
      await across(context, sets, options);
    });
}

async function across(
  { signal }: CommandContext,
  given: readonly string[],
  options: Options,
): Promise<void> {
  if (options.output !== undefined) checkPageName(options.output);
  const named = namedSets(given);
  const { modelKind } = await import('../../models/index.ts');
  const parameters = readParameters(modelKind(options.model), options.param);
  const { transfer, transferText } = await import('../../evaluate/index.ts');
  const sets = await readSets(named, signal);
  const progress = createProgress('transfer');
  try {
    const found = await transfer({
      sets,
      modelKind: options.model,
      parameters,
      ...(options.adapt ? { adapt: options.adapt } : {}),
      draws: options.draws,
      maxRows: options.maxRows,
      seed: options.seed,
      threads: options.threads,
      signal,
      onFit(what, done, total) {
        if (!process.stderr.isTTY) note(`${done + 1}/${total} ${what}`);
        progress.update(done, total);
      },
    });
    progress.stop();
    await tell(found, options, {
      page: async () => (await import('../../report/index.ts')).transferPage(found),
      text: () => transferText(found),
    });
  } finally {
    progress.stop();
  }
}
