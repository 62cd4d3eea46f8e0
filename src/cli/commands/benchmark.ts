import { Command } from 'commander';
import type { BenchmarkEntry, BenchmarkFailure } from '../../evaluate/index.ts';
import { addChartOptions } from '../chart-output.ts';
import type { CommandContext } from '../context.ts';
import {
  addExperimentOptions,
  type ExperimentOptions,
  readExperiment,
} from '../experiment-options.ts';
import { checkPageName, type PageOptions, tell } from '../page-output.ts';
import { readParameters } from '../parameter-values.ts';
import { createProgress, note } from '../terminal.ts';

interface Options extends ExperimentOptions, PageOptions {
  readonly models?: readonly string[];
  readonly param: readonly string[];
  readonly journal?: string;
}

const EXAMPLES = `
Examples:
  wiresift benchmark ctu13 capture20110816.binetflow.gz --background negative -o ctu13.html
  wiresift benchmark nsl-kdd KDDTrain+.txt.gz --test KDDTest+.txt.gz --journal nsl.jsonl -o nsl.html
  wiresift benchmark ton-iot train_test_network.csv.gz --split grouped --groups identical \\
    --models tree,forest,boosting --param forest.trees=300

All models learn from the same rows and are judged on the same others. With --journal a benchmark that
was stopped goes on where it was. A parameter is named KIND.NAME=VALUE.`;

/** `wiresift benchmark`: every model on one split, in one table. */
export function benchmarkCommand(context: CommandContext): Command {
  const collect = (value: string, list: readonly string[]): string[] => [...list, value];
  const command = new Command('benchmark')
    .description('train every kind of model on one split and compare them')
    .argument('<dataset>', 'name of the data set, as wiresift datasets lists it, or a mapping file')
    .argument('<paths...>', 'its files, plain or gzip; with a mapping also Parquet')
    .option('--models <a,b>', 'just these kinds (default: all)', (text: string) => text.split(','))
    .option('--param <kind.name=value>', 'a parameter; may be given often', collect, [])
    .option('--journal <file>', 'keep finished models there, and go on from it')
    .option('-o, --output <file>', 'page (.html) or figures (.json) to write');
  return addExperimentOptions(addChartOptions(command))
    .option('--json', 'print the figures as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (dataset: string, paths: string[], options: Options) => {
      await compare(context, dataset, paths, options);
    });
}

/** The kinds asked for, each with its own parameters. @throws WiresiftError `USAGE`, `MODEL_KIND` */
async function chosenModels({ models, param }: Options) {
  const { modelKind, modelKinds } = await import('../../models/index.ts');
  const names = models ?? modelKinds().map(({ kind }) => kind);
  const given = names.filter((name) => models !== undefined || name !== 'calibrated');
  return given.map((name) => {
    const kind = modelKind(name);
    const own = param
      .filter((text) => text.startsWith(`${name}.`))
      .map((text) => text.slice(name.length + 1));
    return { kind: name, parameters: readParameters(kind, own) };
  });
}

async function compare(
  { signal }: CommandContext,
  dataset: string,
  paths: readonly string[],
  options: Options,
): Promise<void> {
  if (options.output !== undefined) checkPageName(options.output);
  const models = await chosenModels(options);
  const { benchmark, openBenchmarkJournal } = await import('../../evaluate/index.ts');
  const { benchmarkPage, benchmarkText } = await import('../../report/index.ts');
  const journal = options.journal ? await openBenchmarkJournal(options.journal) : undefined;
  const { training } = await readExperiment(dataset, paths, options, signal);
  const progress = createProgress('training');
  const told = (entry: BenchmarkEntry | BenchmarkFailure, resumed: boolean): void => {
    progress.stop();
    if ('reason' in entry) note(`${entry.kind}: ${entry.reason}`);
    else {
      const time = resumed ? 'from the journal' : `${entry.fitSeconds.toFixed(1)} s to fit`;
      const area = entry.evaluation.views.at(-1)!.averagePrecision.value;
      note(`${entry.kind}: average precision ${area?.toFixed(4) ?? '-'}, ${time}`);
    }
  };
  try {
    const found = await benchmark({
      ...training,
      models,
      ...(journal ? { journal } : {}),
      onEntry: told,
      onModel: (_kind, _stage, done, total) => progress.update(done, total),
    });
    progress.stop();
    await tell(found, options, {
      page: async () => benchmarkPage(found),
      text: () => benchmarkText(found),
    });
  } finally {
    progress.stop();
    await journal?.close();
  }
}
