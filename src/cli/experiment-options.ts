import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import type { Dataset, DatasetTable } from '../datasets/index.ts';
import type {
  AbstentionMethod,
  FoldKind,
  GroupChoice,
  SplitPlan,
  ThresholdMethod,
  TrainOptions,
} from '../evaluate/index.ts';
import type { FeatureChoice } from '../features/index.ts';
import { numberArgument, usage } from './context.ts';
import { addPrepareOptions, type PrepareOptions, readPreparation } from './prepare-options.ts';
import { note } from './terminal.ts';
import { addWorkOptions, type WorkOptions } from './work-options.ts';

/** What every command that trains is told about data, split and preparation. */
export interface ExperimentOptions extends PrepareOptions, WorkOptions {
  readonly split?: FoldKind | 'official';
  readonly test: readonly string[];
  readonly groups?: 'host' | 'file' | 'identical';
  readonly trainFraction: number;
  readonly validation: number;
  readonly background: 'exclude' | 'negative';
  readonly threshold: string;
  readonly abstain?: string;
  readonly drop: readonly string[];
  readonly features?: readonly string[];
  readonly allowIdentity?: boolean;
  readonly acceptLeak: readonly string[];
  readonly strict?: boolean;
  readonly target?: string;
}

const collect = (value: string, list: readonly string[]): string[] => [...list, value];

/** Adds the options of {@link ExperimentOptions}. */
export function addExperimentOptions(command: Command): Command {
  const fraction = numberArgument('--train-fraction', 0.05, 0.95);
  command
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
    .option(
      '--abstain <method>',
      'give no answer where unsure: error=RATE, below=CONFIDENCE or never (default: error=0.01 for staged)',
    )
    .option('--drop <column>', 'leave a column out; may be given often', collect, [])
    .option('--features <a,b>', 'just these columns', (text: string) => text.split(','))
    .option('--allow-identity', 'let --features name addresses, ports and times');
  return addWorkOptions(addPrepareOptions(command))
    .option(
      '--accept-leak <name=reason>',
      'a leak that is known and meant to be; may be given often',
      collect,
      [],
    )
    .option('--strict', 'refuse a file with a row that cannot be read');
}

/** Data, split and preparation, ready for a model. */
export interface Experiment {
  readonly reader: Dataset;
  readonly data: DatasetTable;
  readonly training: Omit<TrainOptions, 'modelKind' | 'parameters' | 'onProgress'> & {
    readonly split: SplitPlan;
  };
}

/**
 * Reads the data and says how they are parted and prepared. All that can be wrong in the options is
 * told before a long file is read.
 * @throws WiresiftError `USAGE` and as the readers
 */
export async function readExperiment(
  dataset: string,
  given: readonly string[],
  options: ExperimentOptions,
  signal: AbortSignal,
): Promise<Experiment> {
  const { openDataset } = await import('../datasets/index.ts');
  const { chooseFeatures, defaultSpec, emptyColumns } = await import('../features/index.ts');
  const { acceptedLeak } = await import('../evaluate/index.ts');
  const acceptedLeaks = options.acceptLeak.map(acceptedLeak);
  const reader = await openDataset(dataset);
  const threshold = readThreshold(options.threshold);
  const abstention =
    options.abstain === undefined ? {} : { abstention: readAbstain(options.abstain) };
  const files = filesOf(reader, given, options);
  const choice: FeatureChoice = {
    drop: options.drop,
    ...(options.features ? { only: options.features } : {}),
    allowIdentity: options.allowIdentity ?? false,
    allowOffline: reader.offline ?? false,
  };
  await readPreparation(options, defaultSpec(reader.schema, choice));
  const { loadData } = await import('./labelled-data.ts');
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
  const training = {
    data,
    split,
    validationFraction: options.validation,
    ...(groups ? { groups } : {}),
    background: options.background,
    acceptedLeaks,
    threshold,
    ...abstention,
    ...(await readPreparation(options, defaultSpec(reader.schema, full))),
    seed: options.seed,
    threads: options.threads,
    signal,
  };
  return { reader, data, training };
}

interface Files {
  readonly train: readonly string[];
  readonly test: readonly string[];
}

function filesOf(reader: Dataset, paths: readonly string[], options: ExperimentOptions): Files {
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
  options: ExperimentOptions,
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

function readAbstain(text: string): AbstentionMethod {
  if (text === 'never') return { kind: 'never' };
  const [name, value = ''] = text.split('=');
  if (name === 'error') {
    return { kind: 'error', rate: numberArgument('--abstain error', 1e-6, 0.5)(value) };
  }
  if (name === 'below') {
    return { kind: 'below', confidence: numberArgument('--abstain below', 0, 1)(value) };
  }
  throw usage('--abstain', `"${text}"`, 'error=RATE, below=CONFIDENCE or never');
}
