import { Command, Option } from 'commander';
import type { EvaluateOptions } from '../../evaluate/index.ts';
import { addChartOptions } from '../chart-output.ts';
import { type CommandContext, numberArgument } from '../context.ts';
import { checkPageName, type PageOptions, tell } from '../page-output.ts';
import { createProgress } from '../terminal.ts';
import { addWorkOptions, type WorkOptions } from '../work-options.ts';

interface Options extends WorkOptions, PageOptions {
  readonly dataset: string;
  readonly prevalence: readonly number[];
  readonly flowsPerHour?: number;
  readonly rows: 'test' | 'all';
  readonly against?: string;
  readonly priorWork?: boolean;
  readonly strict?: boolean;
  readonly target?: string;
}

const EXAMPLES = `
Examples:
  wiresift evaluate models/ctu13-botnet.safetensors capture20110816.binetflow.gz
  wiresift evaluate m.safetensors other.binetflow --prevalence 1e-5 --flows-per-hour 2e6
  wiresift evaluate m.safetensors capture20110816.binetflow.gz --prior-work
  wiresift evaluate m.safetensors capture20110816.binetflow.gz -o evaluation.html --png charts
  wiresift evaluate new.safetensors capture20110816.binetflow.gz --against old.safetensors

Data that trained the model are judged on the recorded test part only, and the output says so.`;

/** `wiresift evaluate`: a model and labelled data in, honest figures out. */
export function evaluateCommand(context: CommandContext): Command {
  const share = numberArgument('--prevalence', 1e-9, 1);
  const command = new Command('evaluate')
    .description('judge a model on labelled flows')
    .argument('<model>', 'model file')
    .argument('<data...>', 'labelled files, plain or gzip')
    .option('--dataset <name>', 'how to read the data: its name, or a mapping file', 'ctu13')
    .option(
      '--prevalence <share>',
      'share of hostile flows to reckon precision at; may be given often (default: 1e-2 1e-3 1e-4)',
      (text: string, list: readonly number[]) => [...list, share(text)],
      [],
    )
    .option(
      '--flows-per-hour <n>',
      'rate for alerts an hour (default: the data’s own)',
      numberArgument('--flows-per-hour', 1, 1e12),
    )
    .addOption(
      new Option('--rows <part>', 'of data that trained the model')
        .choices(['test', 'all'])
        .default('test'),
    )
    .option('--against <model>', 'test whether another model differs by more than luck')
    .option('--prior-work', 'beside it, the leaky protocol of an earlier project on the same data');
  return addWorkOptions(addChartOptions(command), 'of the bootstrap and the protocol')
    .option('--target <name>', 'which classes of the data set, such as label, type or category')
    .option('--strict', 'refuse a file with a row that cannot be read')
    .option('-o, --output <file>', 'also write a page (.html) or the figures (.json)')
    .option('--json', 'as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (model: string, paths: string[], options: Options) => {
      await evaluate(context, model, paths, options);
    });
}

async function evaluate(
  { signal }: CommandContext,
  modelPath: string,
  paths: readonly string[],
  options: Options,
): Promise<void> {
  if (options.output !== undefined) checkPageName(options.output);
  const { openDataset } = await import('../../datasets/index.ts');
  const {
    compareModels,
    comparisonText,
    evaluateModel,
    evaluationText,
    priorWorkProtocol,
    priorWorkText,
  } = await import('../../evaluate/index.ts');
  const { readModelFile } = await import('../model-path.ts');
  const { loadData } = await import('../labelled-data.ts');
  const { file } = readModelFile(modelPath);
  const other = options.against === undefined ? undefined : readModelFile(options.against).file;
  const reader = await openDataset(options.dataset);
  const data = await loadData(reader, paths, {
    signal,
    strict: options.strict ?? false,
    ...(options.target === undefined ? {} : { target: options.target }),
  });
  const progress = createProgress('scoring');
  const choices: EvaluateOptions = {
    rows: options.rows,
    seed: options.seed,
    signal,
    onProgress: (done, total) => progress.update(done, total),
    ...(options.prevalence.length > 0 ? { prevalence: options.prevalence } : {}),
    ...(options.flowsPerHour === undefined ? {} : { flowsPerHour: options.flowsPerHour }),
  };
  try {
    const evaluation = await evaluateModel(file, data, choices);
    progress.stop();
    const { seed, threads } = options;
    const comparison = other && (await compareModels([file, other], data, { seed, signal }));
    const priorWork = options.priorWork
      ? await priorWorkProtocol(data, { seed, threads, signal })
      : undefined;
    const texts = [
      evaluationText(evaluation),
      ...(comparison ? [`${comparisonText(comparison, [modelPath, options.against!])}\n`] : []),
      ...(priorWork ? [`${priorWorkText(priorWork)}\n`] : []),
    ];
    await tell({ evaluation, comparison, priorWork }, options, {
      page: async () => {
        const { evaluationPage } = await import('../../report/index.ts');
        return evaluationPage(evaluation, undefined, file.model.training);
      },
      text: () => texts.join('\n'),
    });
  } finally {
    progress.stop();
  }
}
