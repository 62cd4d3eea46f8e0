import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import type { SplitPlan, ThresholdMethod } from '../../evaluate/index.ts';
import type { ModelKind, Parameters } from '../../models/index.ts';
import { type CommandContext, numberArgument, usage, wholeArgument } from '../context.ts';
import { createProgress, note } from '../terminal.ts';

interface TrainOptions {
  readonly model: string;
  readonly param: readonly string[];
  readonly split: 'time' | 'grouped' | 'stratified';
  readonly trainFraction: number;
  readonly background: 'exclude' | 'negative';
  readonly threshold: string;
  readonly drop: readonly string[];
  readonly features?: readonly string[];
  readonly allowIdentity?: boolean;
  readonly seed: number;
  readonly threads: number;
  readonly strict?: boolean;
  readonly target?: string;
  readonly output: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  wiresift train ctu13 capture20110816.binetflow.gz --model forest -o botnet.safetensors
  wiresift train ctu13 a.binetflow b.binetflow --model logistic --split grouped -o m.safetensors
  wiresift train nsl-kdd KDDTrain+.txt.gz --target category --split stratified -o nsl.safetensors
  wiresift train ctu13 a.binetflow --threshold alerts=50 --param trees=200 -o m.safetensors

Thresholds: best-f1; fpr=RATE, a budget of false positives; alerts=N flows a day; or a number.
The model's card is written beside it, with the ending .md.`;

const collect = (value: string, list: readonly string[]): string[] => [...list, value];

/** `wiresift train`: labelled data in, a model file and its card out. */
export function trainCommand(context: CommandContext): Command {
  const fraction = numberArgument('--train-fraction', 0.05, 0.95);
  return new Command('train')
    .description('train a model on labelled flows, judge it on later ones, save it with its card')
    .argument('<dataset>', 'name of the data set, as wiresift datasets lists it')
    .argument('<paths...>', 'its files, plain or gzip')
    .requiredOption('-o, --output <file>', 'model file to write, whole or not at all')
    .option('--model <kind>', 'kind of model, as wiresift models lists it', 'forest')
    .option('--param <name=value>', 'a parameter of the model; may be given often', collect, [])
    .addOption(
      new Option('--split <kind>', 'what parts training and test rows')
        .choices(['time', 'grouped', 'stratified'])
        .default('time'),
    )
    .option('--train-fraction <share>', 'of the time span, or of the rows', fraction, 0.6)
    .addOption(
      new Option('--background <how>', 'rows whose label is not known')
        .choices(['exclude', 'negative'])
        .default('exclude'),
    )
    .option('--threshold <method>', 'how to choose it on validation rows', 'best-f1')
    .option('--drop <column>', 'leave a column out; may be given often', collect, [])
    .option('--features <a,b>', 'just these columns', (text: string) => text.split(','))
    .option('--allow-identity', 'let --features name addresses, ports and times')
    .option('--seed <n>', 'of everything random', wholeArgument('--seed', 0, 2 ** 32 - 1), 1)
    .option(
      '--threads <n>',
      'worker threads',
      wholeArgument('--threads', 1, 256),
      availableParallelism(),
    )
    .option('--target <name>', 'which classes of the data set, such as label, type or category')
    .option('--strict', 'refuse a file with a row that cannot be read')
    .option('--json', 'print the evaluation as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (dataset: string, paths: string[], options: TrainOptions) => {
      await train(context, dataset, paths, options);
    });
}

async function train(
  { signal }: CommandContext,
  dataset: string,
  paths: readonly string[],
  options: TrainOptions,
): Promise<void> {
  const { findDataset } = await import('../../datasets/index.ts');
  const { evaluationText, trainModel } = await import('../../evaluate/index.ts');
  const { defaultSpec } = await import('../../features/index.ts');
  const { hashModel, modelKind, saveModel } = await import('../../models/index.ts');
  const { modelCard } = await import('../../report/index.ts');
  const { writeWhole } = await import('../../base/index.ts');
  const reader = findDataset(dataset);
  const kind = modelKind(options.model);
  const parameters = readParameters(kind, options.param);
  const threshold = readThreshold(options.threshold);
  const spec = defaultSpec(reader.schema, {
    drop: options.drop,
    ...(options.features ? { only: options.features } : {}),
    allowIdentity: options.allowIdentity ?? false,
  });
  const { loadData } = await import('../labelled-data.ts');
  const data = await loadData(reader, paths, {
    signal,
    strict: options.strict ?? false,
    ...(options.target === undefined ? {} : { target: options.target }),
  });
  const progress = createProgress(`training ${options.model}`);
  try {
    const { file, evaluation } = await trainModel({
      data,
      modelKind: options.model,
      parameters,
      split: splitPlan(options),
      background: options.background,
      threshold,
      spec,
      seed: options.seed,
      threads: options.threads,
      signal,
      onProgress: (_stage, done, total) => progress.update(done, total),
    });
    progress.stop();
    const bytes = saveModel(file);
    writeWhole(options.output, bytes);
    const card = `${options.output.replace(/\.safetensors$/, '')}.md`;
    const command = commandLine(dataset, paths, options);
    writeWhole(card, modelCard({ file, evaluation, bytes, command, data: reader }));
    process.stdout.write(
      options.json ? `${JSON.stringify(evaluation, null, 2)}\n` : evaluationText(evaluation),
    );
    note(`${options.output}: ${bytes.length} bytes, sha256 ${hashModel(bytes)}; card in ${card}`);
  } finally {
    progress.stop();
  }
}

function splitPlan({ split, trainFraction, seed }: TrainOptions): SplitPlan {
  if (split === 'time') return { kind: 'time', trainFraction, by: 'span' };
  return { kind: split, testFraction: 1 - trainFraction, seed };
}

function readParameters(kind: ModelKind, given: readonly string[]): Parameters {
  const parameters = new Map<string, string | number | boolean>();
  for (const text of given) {
    const at = text.indexOf('=');
    const spec = kind.parameters.find(({ name }) => name === text.slice(0, at));
    if (!spec) {
      const names = kind.parameters.map(({ name }) => name).join(', ');
      throw usage('--param', `"${text}"`, `NAME=VALUE with a name of ${kind.kind}: ${names}`);
    }
    const value = text.slice(at + 1);
    if (spec.type === 'string') parameters.set(spec.name, value);
    else if (spec.type === 'boolean') parameters.set(spec.name, value === 'true');
    else parameters.set(spec.name, numberArgument(`--param ${spec.name}`, -1e15, 1e15)(value));
  }
  return Object.fromEntries(parameters);
}

function readThreshold(text: string): ThresholdMethod {
  if (text === 'best-f1') return { kind: 'best-f1' };
  const [name, value] = text.split('=');
  if (name === 'fpr')
    return { kind: 'fpr', budget: numberArgument('--threshold fpr', 0, 1)(value ?? '') };
  if (name === 'alerts') {
    return { kind: 'alerts', perDay: numberArgument('--threshold alerts', 0, 1e12)(value ?? '') };
  }
  if (text !== '' && Number(text) >= 0 && Number(text) <= 1)
    return { kind: 'fixed', value: Number(text) };
  throw usage('--threshold', `"${text}"`, 'best-f1, fpr=RATE, alerts=N or a number from 0 to 1');
}

/** The command that makes the same model again, for the card; folders are left out. */
function commandLine(dataset: string, paths: readonly string[], options: TrainOptions): string {
  const base = (path: string): string => path.split(/[/\\]/).at(-1) ?? path;
  return [
    `wiresift train ${dataset} ${paths.map(base).join(' ')}`,
    `--model ${options.model}`,
    ...options.param.map((each) => `--param ${each}`),
    `--split ${options.split} --train-fraction ${options.trainFraction}`,
    `--background ${options.background} --threshold ${options.threshold}`,
    ...options.drop.map((each) => `--drop ${each}`),
    ...(options.target ? [`--target ${options.target}`] : []),
    ...(options.features ? [`--features ${options.features.join(',')}`] : []),
    ...(options.allowIdentity ? ['--allow-identity'] : []),
    `--seed ${options.seed} -o ${base(options.output)}`,
  ].join(' ');
}
