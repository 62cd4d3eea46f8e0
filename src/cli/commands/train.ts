import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { Command, Option } from 'commander';
import type { Dataset, DatasetTable } from '../../datasets/index.ts';
import type {
  FoldKind,
  GroupChoice,
  Searched,
  SplitPlan,
  ThresholdMethod,
  Trained,
} from '../../evaluate/index.ts';
import type { FeatureChoice } from '../../features/index.ts';
import { type CommandContext, numberArgument, usage, wholeArgument } from '../context.ts';
import { readParameters } from '../parameter-values.ts';
import { addPrepareOptions, type PrepareOptions, readPreparation } from '../prepare-options.ts';
import {
  addSearchOptions,
  readSearch,
  type SearchOptions,
  searchProgress,
} from '../search-options.ts';
import { createProgress, note } from '../terminal.ts';

interface TrainOptions extends PrepareOptions, SearchOptions {
  readonly model: string;
  readonly param: readonly string[];
  readonly split?: FoldKind | 'official';
  readonly test: readonly string[];
  readonly groups?: 'host' | 'file' | 'identical';
  readonly trainFraction: number;
  readonly validation: number;
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
  wiresift train ctu13 a.binetflow b.binetflow --split grouped --groups file -o m.safetensors
  wiresift train nsl-kdd KDDTrain+.txt.gz --test KDDTest+.txt.gz --target category -o nsl.safetensors
  wiresift train ton-iot train_test_network.csv.gz --target type --split grouped --groups identical \\
    --model boosting --search halving --journal search.jsonl -o type.safetensors
  wiresift train my-flows.json monday.csv.gz tuesday.csv.gz --balance smote -o mine.safetensors

A data set is a name that wiresift datasets lists, or a mapping file (its name ends in .json) that says
what the columns of a CSV or Parquet file are; docs/datasets.md describes it.
Thresholds: best-f1; fpr=RATE, a budget of false positives; alerts=N flows a day; or a number.
The model's card is written beside it, with the ending .md.`;

const collect = (value: string, list: readonly string[]): string[] => [...list, value];

/** `wiresift train`: labelled data in, a model file and its card out. */
export function trainCommand(context: CommandContext): Command {
  const fraction = numberArgument('--train-fraction', 0.05, 0.95);
  const command = new Command('train')
    .description('train a model on labelled flows, judge it on others, save it with its card')
    .argument('<dataset>', 'name of the data set, as wiresift datasets lists it, or a mapping file')
    .argument('<paths...>', 'its files, plain or gzip; with a mapping also Parquet')
    .requiredOption('-o, --output <file>', 'model file to write, whole or not at all')
    .option('--model <kind>', 'kind of model, as wiresift models lists it', 'forest')
    .option('--param <name=value>', 'a parameter of the model; may be given often', collect, [])
    .option('--target <name>', 'which classes of the data set, such as label, type or category')
    .option(
      '--test <file>',
      'a file to judge on and for nothing else; may be given often',
      collect,
      [],
    )
    .addOption(
      new Option(
        '--split <kind>',
        'what parts training and test rows; official: the files that the publisher made for testing. ' +
          'With test files: what parts training and validation rows ' +
          '(default: time where the rows have one, else grouped by identical rows)',
      ).choices(['time', 'grouped', 'stratified', 'official']),
    )
    .addOption(
      new Option(
        '--groups <what>',
        "what grouped keeps together (default: the data set's)",
      ).choices(['host', 'file', 'identical']),
    )
    .option('--train-fraction <share>', 'of the time span, or of the rows', fraction, 0.6)
    .option(
      '--validation <share>',
      'of the training rows, to choose the threshold',
      numberArgument('--validation', 0.05, 0.5),
      0.25,
    )
    .addOption(
      new Option('--background <how>', 'rows whose label is not known')
        .choices(['exclude', 'negative'])
        .default('exclude'),
    )
    .option('--threshold <method>', 'how to choose it on validation rows', 'best-f1')
    .option('--drop <column>', 'leave a column out; may be given often', collect, [])
    .option('--features <a,b>', 'just these columns', (text: string) => text.split(','))
    .option('--allow-identity', 'let --features name addresses, ports and times');
  addSearchOptions(addPrepareOptions(command));
  return command
    .option('--seed <n>', 'of everything random', wholeArgument('--seed', 0, 2 ** 32 - 1), 1)
    .option(
      '--threads <n>',
      'worker threads',
      wholeArgument('--threads', 1, 256),
      availableParallelism(),
    )
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
  given: readonly string[],
  options: TrainOptions,
): Promise<void> {
  const { openDataset } = await import('../../datasets/index.ts');
  const { evaluationText, searchAndTrain, searchText, searchRows, trainModel } = await import(
    '../../evaluate/index.ts'
  );
  const { chooseFeatures, defaultSpec, emptyColumns } = await import('../../features/index.ts');
  const { hashModel, modelKind, saveModel } = await import('../../models/index.ts');
  const { modelCard } = await import('../../report/index.ts');
  const { textTable } = await import('../../table/index.ts');
  const { writeWhole } = await import('../../base/index.ts');
  const reader = await openDataset(dataset);
  const kind = modelKind(options.model);
  const parameters = readParameters(kind, options.param);
  const threshold = readThreshold(options.threshold);
  const files = filesOf(reader, given, options);
  const choice: FeatureChoice = {
    drop: options.drop,
    ...(options.features ? { only: options.features } : {}),
    allowIdentity: options.allowIdentity ?? false,
    allowOffline: reader.offline ?? false,
  };
  // All that can be wrong in the options is told before a long file is read.
  await readPreparation(options, defaultSpec(reader.schema, choice));
  await readSearch(options, kind, 'stratified');
  const { loadData } = await import('../labelled-data.ts');
  const data = await loadData(reader, [...files.train, ...files.test], {
    signal,
    strict: options.strict ?? false,
    ...(options.target === undefined ? {} : { target: options.target }),
  });
  const empty = emptyColumns(data.table);
  const used = chooseFeatures(reader.schema, choice).map(({ name }) => name);
  const unfit = used.filter((name) => empty.includes(name));
  if (unfit.length > 0) note(`left out, since no row has a value: ${unfit.join(', ')}`);
  const full = { ...choice, drop: [...options.drop, ...unfit] };
  const features = used.filter((name) => !empty.includes(name));
  const { split, groups } = splitOf(options, data, files, features);
  const search = await readSearch(options, kind, foldsLike(split));
  const training = {
    data,
    modelKind: options.model,
    parameters,
    split,
    validationFraction: options.validation,
    ...(groups ? { groups } : {}),
    background: options.background,
    threshold,
    ...(await readPreparation(options, defaultSpec(reader.schema, full))),
    seed: options.seed,
    threads: options.threads,
    signal,
  };
  const searching = searchProgress(options.model);
  const progress = createProgress(`training ${options.model}`);
  const onProgress = (_stage: string, done: number, total: number): void => {
    searching.stop();
    progress.update(done, total);
  };
  try {
    const trained: Trained | Searched = search
      ? await searchAndTrain(
          { ...training, onProgress },
          { ...search, onProgress: searching.update },
        )
      : await trainModel({ ...training, onProgress });
    progress.stop();
    const { file, evaluation, record } = trained;
    const bytes = saveModel(file);
    writeWhole(options.output, bytes);
    const card = `${options.output.replace(/\.safetensors$/, '')}.md`;
    const command = commandLine(dataset, given, options);
    const found = record.search ? { search: record.search } : {};
    writeWhole(card, modelCard({ file, evaluation, bytes, command, data: reader, ...found }));
    if (options.json) {
      const printed = record.search ? { ...evaluation, search: record.search } : evaluation;
      process.stdout.write(`${JSON.stringify(printed, null, 2)}\n`);
    } else {
      if (record.search) {
        const [head, ...rows] = searchRows(record.search);
        const columns = head!.map((title) => ({ title }));
        process.stdout.write(`${searchText(record.search)}\n${textTable(columns, rows)}\n\n`);
      }
      process.stdout.write(evaluationText(evaluation));
    }
    note(`${options.output}: ${bytes.length} bytes, sha256 ${hashModel(bytes)}; card in ${card}`);
  } finally {
    searching.stop();
    progress.stop();
  }
}

interface Files {
  readonly train: readonly string[];
  readonly test: readonly string[];
}

function filesOf(reader: Dataset, paths: readonly string[], options: TrainOptions): Files {
  if (options.split !== 'official') return { train: paths, test: options.test };
  const isTest = (path: string): boolean => reader.isTestFile?.(basename(path)) ?? false;
  const test = [...paths.filter(isTest), ...options.test];
  const train = paths.filter((path) => !isTest(path));
  if (test.length > 0 && train.length > 0) return { train, test };
  throw usage(
    '--split official',
    `${train.length} training and ${test.length} test files`,
    reader.isTestFile
      ? `files of both kinds, by the names that ${reader.name} has for them; or --test FILE`
      : `--test FILE, since ${reader.name} has no official test files`,
  );
}

function splitOf(
  options: TrainOptions,
  data: DatasetTable,
  files: Files,
  features: readonly string[],
): { split: SplitPlan; groups?: GroupChoice } {
  const { trainFraction, seed } = options;
  const timed = data.table.schema.columns.some(
    ({ role, type }, i) =>
      role === 'time' &&
      type === 'time' &&
      (data.table.columns[i] as { values: Float64Array }).values.some(
        (time) => !Number.isNaN(time),
      ),
  );
  const by = options.groups ?? (options.split || timed ? undefined : 'identical');
  const groups: GroupChoice | undefined =
    by === 'identical' ? { by, columns: features } : by && { by };
  const grouped = groups ? { groups } : {};
  if (files.test.length > 0) {
    const manner = options.split === undefined || options.split === 'official';
    return {
      split: {
        kind: 'official',
        testFrom: data.files[files.train.length]!.firstRow,
        manner: manner ? (timed ? 'time' : 'stratified') : (options.split as FoldKind),
      },
      ...(options.groups ? grouped : {}),
    };
  }
  const kind = (options.split as FoldKind | undefined) ?? (timed ? 'time' : 'grouped');
  if (kind === 'time') return { split: { kind, trainFraction, by: 'span' } };
  return { split: { kind, testFraction: 1 - trainFraction, seed }, ...grouped };
}

const foldsLike = (split: SplitPlan): FoldKind =>
  split.kind === 'official' ? split.manner : split.kind;

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
  const one = (name: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [`--${name} ${value}`];
  const many = (name: string, values: readonly string[]): string[] =>
    values.map((each) => `--${name} ${each}`);
  return [
    `wiresift train ${base(dataset)} ${paths.map(base).join(' ')}`,
    ...many('test', options.test.map(base)),
    `--model ${options.model}`,
    ...many('param', options.param),
    ...one('split', options.split),
    ...one('groups', options.groups),
    `--train-fraction ${options.trainFraction}`,
    ...(options.validation === 0.25 ? [] : one('validation', options.validation)),
    `--background ${options.background} --threshold ${options.threshold}`,
    ...many('drop', options.drop),
    ...one('target', options.target),
    ...one('features', options.features?.join(',')),
    ...(options.allowIdentity ? ['--allow-identity'] : []),
    ...one('prepare', options.prepare && base(options.prepare)),
    ...one('impute', options.impute),
    ...one('scale', options.scale),
    ...(options.log ? [] : ['--no-log']),
    ...one('encode', options.encode),
    ...many('select', options.select),
    ...one('balance', options.balance),
    ...searchWords(options),
    `--seed ${options.seed} -o ${base(options.output)}`,
  ].join(' ');
}

function searchWords(options: TrainOptions): string[] {
  if (!options.search) return [];
  const { search, grid, preset, candidates, searchMetric, folds, cv, nested } = options;
  return [
    `--search ${search}`,
    ...grid.map((each) => `--grid ${each}`),
    ...(preset === undefined ? [] : [`--preset ${preset}`]),
    ...(candidates === undefined ? [] : [`--candidates ${candidates}`]),
    ...(searchMetric === undefined ? [] : [`--search-metric ${searchMetric}`]),
    `--folds ${folds}`,
    ...(cv === undefined ? [] : [`--cv ${cv}`]),
    ...(nested === undefined ? [] : [nested === true ? '--nested' : `--nested ${nested}`]),
  ];
}
