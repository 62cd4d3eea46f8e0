import { Command, Option } from 'commander';
import type { Exploration, ExploreInput } from '../../report/index.ts';
import { type CommandContext, usage, wholeArgument } from '../context.ts';
import type { View } from '../flow-output.ts';
import { checkPageName, writePage } from '../page-output.ts';
import { createProgress } from '../terminal.ts';

interface Options {
  readonly output?: string;
  readonly view: View;
  readonly target?: string;
  readonly seed: number;
  readonly strict?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  wiresift explore ton-iot train_test_network.csv.gz --target type -o toniot.html
  wiresift explore ctu13 capture20110816.binetflow.gz --json > ctu13.json
  wiresift explore capture.pcap --view zeek -o capture.html
  wiresift explore zeek-logs/

The first word may name a data set (wiresift datasets) or a mapping file; its labels are then looked at
too. Without one the files are captures, or flows that other tools made, known by content. The page is
one file that needs nothing else; with the ending .json the same figures are written as JSON.`;

/** `wiresift explore`: what stands in the data, before anything is trained on them. */
export function exploreCommand(context: CommandContext): Command {
  return new Command('explore')
    .description('look at data: columns, classes, copies, leaks, places and times')
    .argument('<data...>', 'a data set and its files, or captures, or flow files')
    .option('-o, --output <file>', 'page (.html) or figures (.json) to write')
    .addOption(
      new Option('--view <view>', 'columns to look at in a capture')
        .choices(['argus', 'zeek', 'kdd'])
        .default('argus'),
    )
    .option('--target <name>', 'which classes of the data set, such as label, type or category')
    .option('--seed <n>', 'of the leak scan', wholeArgument('--seed', 0, 2 ** 32 - 1), 1)
    .option('--strict', 'refuse a file with a row that cannot be read')
    .option('--json', 'print the figures as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (words: string[], options: Options) => {
      await exploreData(context, words, options);
    });
}

/** Labelled rows when the first word names a data set or a mapping, else flows without labels. */
async function load(
  { signal }: CommandContext,
  words: readonly string[],
  options: Options,
): Promise<ExploreInput> {
  const { datasets, openDataset } = await import('../../datasets/index.ts');
  const [first = '', ...paths] = words;
  const strict = options.strict ?? false;
  if (datasets.some(({ name }) => name === first) || first.endsWith('.json')) {
    if (paths.length === 0) throw usage('DATA', `${first} and no file`, 'its files after it');
    const { loadData } = await import('../labelled-data.ts');
    const reader = await openDataset(first);
    const target = options.target === undefined ? {} : { target: options.target };
    const data = await loadData(reader, paths, { signal, strict, ...target });
    const { table, classes, labels, hash, problemCount } = data;
    return { name: reader.name, table, classes, labels, hash, problems: problemCount };
  }
  if (options.target !== undefined) throw usage('--target', 'no data set', 'a data set before it');
  const { loadFlows } = await import('../unlabelled-data.ts');
  const table = await loadFlows(words, { view: options.view, signal, strict });
  return { name: words.join(', '), table };
}

async function exploreData(
  context: CommandContext,
  words: readonly string[],
  options: Options,
): Promise<void> {
  const { output } = options;
  if (output !== undefined) checkPageName(output);
  const input = await load(context, words, options);
  const { exploreText, explore, explorePage } = await import('../../report/index.ts');
  const progress = createProgress(`exploring ${input.name}`);
  let found: Exploration;
  try {
    found = await explore(input, {
      seed: options.seed,
      signal: context.signal,
      onProgress: (done, total) => progress.update(done, total),
    });
  } finally {
    progress.stop();
  }
  const json = `${JSON.stringify(found, null, 2)}\n`;
  if (output !== undefined) await writePage(output, json, () => explorePage(found));
  process.stdout.write(options.json ? json : exploreText(found));
}
