import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { Balance, ModelSelection, PreparationText } from '../evaluate/index.ts';
import type { PipelineSpec, SpecChanges, Step } from '../features/index.ts';
import { usage, wholeArgument } from './context.ts';

/** Options that prepare columns and rows, as the command line gives them. */
export interface PrepareOptions {
  readonly prepare?: string;
  readonly impute?: 'median' | 'most-frequent' | 'zero';
  readonly scale?: 'standard' | 'robust' | 'min-max' | 'quantile' | 'none';
  /** False with `--no-log`. */
  readonly log: boolean;
  readonly encode?: string;
  readonly select: readonly string[];
  readonly balance?: string;
}

/** As the default spec has it, for all kinds of model. */
const ONE_HOT: Step = { kind: 'oneHot', maxCategories: 16, minFrequency: 10 };

const SCALES: Readonly<Record<string, readonly Step[]>> = {
  standard: [{ kind: 'standard' }],
  robust: [{ kind: 'robust' }],
  'min-max': [{ kind: 'minMax', clip: true }],
  quantile: [{ kind: 'quantile' }],
  none: [],
};

const IMPUTES: Readonly<Record<string, Step>> = {
  median: { kind: 'impute', with: 'median' },
  'most-frequent': { kind: 'impute', with: 'mostFrequent' },
  zero: { kind: 'impute', with: 'constant', value: 0 },
};

const collect = (value: string, list: readonly string[]): string[] => [...list, value];

/** Adds the options that prepare columns and rows to a command. */
export function addPrepareOptions(command: Command): Command {
  return command
    .optionsGroup('Prepare columns and rows (all of it learned from training rows alone):')
    .option('--prepare <file>', 'steps by column as JSON (docs/features.md)')
    .addOption(
      new Option('--impute <how>', 'what fills empty numbers (default: median)').choices(
        Object.keys(IMPUTES),
      ),
    )
    .addOption(
      new Option('--scale <how>', 'scale of numbers (default: standard)').choices(
        Object.keys(SCALES),
      ),
    )
    .option('--no-log', 'do not take the logarithm of numbers first')
    .option(
      '--encode <how>',
      'words: one-hot, ordinal, or hash:COLUMNS (default: codes for models that embed them, ' +
        'one-hot for the others)',
    )
    .option(
      '--select <rule>',
      'leave columns out: variance:T, correlation:T, mi:K, chi2:K, importance:K, rfe:N; K is ' +
        'median, mean or a number, @KIND names the model that judges; may be given often',
      collect,
      [],
    )
    .option(
      '--balance <how>',
      'even the classes: weights, over, under, smote, smotenc; :N rows each',
    )
    .optionsGroup('Options:');
}

/** What the options say to the spec, and beside it. */
export interface ReadPreparation {
  readonly spec: PipelineSpec;
  readonly selection: readonly ModelSelection[];
  readonly balance?: Balance;
}

/**
 * The spec as the options change it: first the file, then the flags.
 * @throws WiresiftError `PREPARE` or `USAGE` (exit code 2), and as `changeSpec`
 */
export async function readPreparation(
  options: PrepareOptions,
  base: PipelineSpec,
): Promise<ReadPreparation> {
  const { parseBalance, parsePreparation, parseSelections } = await import('../evaluate/index.ts');
  const { changeSpec, specOfCodes } = await import('../features/index.ts');
  const file: PreparationText | undefined =
    options.prepare === undefined
      ? undefined
      : parsePreparation(readFileSync(options.prepare, 'utf8'), options.prepare);
  const flags = parseSelections(options.select);
  // Who asks for columns of 0 and 1, or for hashes, is asked for no codes of numbers either.
  const coded = options.encode === undefined || options.encode === 'ordinal';
  const start = coded ? base : specOfCodes(base, false);
  const spec = changeSpec(changeSpec(start, flagged(options)), {
    ...file?.changes,
    select: [...(file?.changes.select ?? []), ...flags.select],
  });
  const balance = options.balance === undefined ? file?.balance : parseBalance(options.balance);
  return {
    spec,
    selection: [...(file?.selection ?? []), ...flags.selection],
    ...(balance ? { balance } : {}),
  };
}

function flagged({ impute, scale, log, encode }: PrepareOptions): SpecChanges {
  const numbers: Step[] = [
    ...(impute ? [IMPUTES[impute]!] : []),
    ...(log ? [{ kind: 'log1p' } as const] : []),
    ...SCALES[scale ?? 'standard']!,
  ];
  const changed = impute !== undefined || scale !== undefined || !log;
  return {
    ...(changed ? { numbers } : {}),
    ...(encode === undefined ? {} : { words: [encoder(encode)] }),
  };
}

function encoder(text: string): Step {
  if (text === 'one-hot') return ONE_HOT;
  if (text === 'ordinal') return { kind: 'ordinal' };
  const [name, columns] = text.split(':');
  if (name === 'hash' && columns !== undefined) {
    return { kind: 'hashing', columns: wholeArgument('--encode hash', 1, 4096)(columns) };
  }
  throw usage('--encode', `"${text}"`, 'one-hot, ordinal or hash:COLUMNS');
}
