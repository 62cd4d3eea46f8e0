import { Command, Option } from 'commander';
import type { DataCardInput, Exploration, ExploreInput } from '../../report/index.ts';
import { addChartOptions } from '../chart-output.ts';
import { type CommandContext, usage, wholeArgument } from '../context.ts';
import type { View } from '../flow-output.ts';
import { checkCardName, checkPageName, type PageOptions, tell, writeCard } from '../page-output.ts';
import { createProgress } from '../terminal.ts';

interface Options extends PageOptions {
  readonly card?: string;
  readonly intendedUse?: string;
  readonly view: View;
  readonly target?: string;
  readonly seed: number;
  readonly strict?: boolean;
}

const EXAMPLES = `
Examples:
  wiresift explore ton-iot train_test_network.csv.gz --target type -o toniot.html
  wiresift explore ctu13 capture20110816.binetflow.gz --json > ctu13.json
  wiresift explore capture.pcap --view zeek -o capture.html
  wiresift explore ton-iot train_test_network.csv.gz --card toniot-card.md --png charts
  wiresift explore zeek-logs/

The first word may name a data set (wiresift datasets) or a mapping file; its labels are then looked at
too. Without one the files are captures, or flows that other tools made, known by content. The page is
one file that needs nothing else; with the ending .json the same figures are written as JSON.`;

/** `wiresift explore`: what stands in the data, before anything is trained on them. */
export function exploreCommand(context: CommandContext): Command {
  const command = new Command('explore')
    .description('look at data: columns, classes, copies, leaks, places and times')
    .argument('<data...>', 'a data set and its files, or captures, or flow files')
    .option('-o, --output <file>', 'page (.html) or figures (.json) to write')
    .option('--card <file>', 'data card to write (.md or .html)')
    .option('--intended-use <text>', 'what the data card says the data are for')
    .addOption(
      new Option('--view <view>', 'columns to look at in a capture')
        .choices(['argus', 'zeek', 'kdd'])
        .default('argus'),
    )
    .option('--target <name>', 'which classes of the data set, such as label, type or category')
    .option('--seed <n>', 'of the leak scan', wholeArgument('--seed', 0, 2 ** 32 - 1), 1)
    .option('--strict', 'refuse a file with a row that cannot be read');
  return addChartOptions(command)
    .option('--json', 'print the figures as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (words: string[], options: Options) => {
      await exploreData(context, words, options);
    });
}

/** Rows to explore, and what a data card says of where they came from. */
interface Loaded {
  readonly input: ExploreInput;
  readonly known: Pick<DataCardInput, 'card' | 'files'>;
}

/** Labelled rows when the first word names a data set or a mapping, else flows without labels. */
async function load(
  { signal }: CommandContext,
  words: readonly string[],
  options: Options,
): Promise<Loaded> {
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
    const input = { name: reader.name, table, classes, labels, hash, problems: problemCount };
    return { input, known: { card: reader, files: data.files } };
  }
  if (options.target !== undefined) throw usage('--target', 'no data set', 'a data set before it');
  const { loadFlows } = await import('../unlabelled-data.ts');
  const table = await loadFlows(words, { view: options.view, signal, strict });
  return { input: { name: words.join(', '), table }, known: {} };
}

async function exploreData(
  context: CommandContext,
  words: readonly string[],
  options: Options,
): Promise<void> {
  const { output, card } = options;
  if (output !== undefined) checkPageName(output);
  if (card !== undefined) checkCardName(card);
  const { input, known } = await load(context, words, options);
  const { dataCardPage, exploreText, explore, explorePage } = await import('../../report/index.ts');
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
  if (card !== undefined) {
    const { intendedUse } = options;
    const command = cardCommand(words, options);
    const use = intendedUse === undefined ? {} : { intendedUse };
    await writeCard(card, dataCardPage({ found, ...known, command, ...use }));
  }
  await tell(found, options, {
    page: async () => explorePage(found),
    text: () => exploreText(found),
  });
}

/** The command that writes the card again; folders are left out. */
function cardCommand(words: readonly string[], options: Options): string {
  const base = (path: string): string => path.split(/[/\\]/).at(-1) || path;
  const { card = '', view, target, seed, strict, intendedUse } = options;
  return [
    `wiresift explore ${words.map(base).join(' ')}`,
    ...(view === 'argus' ? [] : [`--view ${view}`]),
    ...(target === undefined ? [] : [`--target ${target}`]),
    ...(seed === 1 ? [] : [`--seed ${seed}`]),
    ...(strict ? ['--strict'] : []),
    ...(intendedUse === undefined ? [] : [`--intended-use ${JSON.stringify(intendedUse)}`]),
    `--card ${base(card)}`,
  ].join(' ');
}
