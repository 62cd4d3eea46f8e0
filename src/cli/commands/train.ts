import { Command } from 'commander';
import type { Elsewhere, FoldKind, Searched, SplitPlan, Trained } from '../../evaluate/index.ts';
import type { TrainingEvent } from '../../models/index.ts';
import type { CommandContext } from '../context.ts';
import {
  addExperimentOptions,
  type ExperimentOptions,
  readExperiment,
} from '../experiment-options.ts';
import { readParameters } from '../parameter-values.ts';
import {
  addSearchOptions,
  readSearch,
  type SearchOptions,
  searchProgress,
} from '../search-options.ts';
import { createProgress, note } from '../terminal.ts';
import {
  addTrainingOptions,
  cardPath,
  checkTrainingOptions,
  noteCheckpoint,
  type TrainingOptions,
  writeCurves,
} from '../training-options.ts';
import { namedSets, readSets } from '../transfer-sets.ts';

interface TrainOptions extends ExperimentOptions, SearchOptions, TrainingOptions {
  readonly model: string;
  readonly param: readonly string[];
  readonly output: string;
  readonly intendedUse?: string;
  readonly elsewhere: readonly string[];
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  wiresift train ctu13 capture20110816.binetflow.gz --model forest -o botnet.safetensors
  wiresift train ctu13 a.binetflow b.binetflow --split grouped --groups file -o m.safetensors
  wiresift train nsl-kdd KDDTrain+.txt.gz --test KDDTest+.txt.gz --target category -o nsl.safetensors
  wiresift train ton-iot train_test_network.csv.gz --target type --split grouped --groups identical \\
    --model boosting --search halving --journal search.jsonl -o type.safetensors
  wiresift train ton-iot train_test_network.csv.gz --split grouped --groups identical \\
    --elsewhere iot23=zeek-labelled:34-1.conn.log.labeled,honeypot.conn.log.labeled -o m.safetensors
  wiresift train my-flows.json monday.csv.gz tuesday.csv.gz --balance smote -o mine.safetensors

A data set is a name that wiresift datasets lists, or a mapping file (its name ends in .json) that says
what the columns of a CSV or Parquet file are; docs/datasets.md describes it.
Thresholds: best-f1; fpr=RATE, a budget of false positives; alerts=N flows a day; or a number.
The model's card is written beside it, with the endings .md and .html, unless the leak gate finds a leak: then there
is no card, and the exit code is 1, until the leak is fixed or accepted by name (docs/leaks.md).`;

const collect = (value: string, list: readonly string[]): string[] => [...list, value];

/** `wiresift train`: labelled data in, a model file and its card out. */
export function trainCommand(context: CommandContext): Command {
  const command = new Command('train')
    .description('train a model on labelled flows, judge it on others, save it with its card')
    .argument('<dataset>', 'name of the data set, as wiresift datasets lists it, or a mapping file')
    .argument('<paths...>', 'its files, plain or gzip; with a mapping also Parquet')
    .requiredOption('-o, --output <file>', 'model file to write, whole or not at all')
    .option('--model <kind>', 'kind of model, as wiresift models lists it', 'forest')
    .option('--param <name=value>', 'a parameter of the model; may be given often', collect, [])
    .option('--intended-use <text>', 'what the card says the model is for')
    .option(
      '--elsewhere <set>',
      'also judge it on another set, for the card: NAME=DATASET:FILE,FILE… as wiresift transfer takes ' +
        'them; may be given often',
      collect,
      [],
    );
  return addTrainingOptions(addSearchOptions(addExperimentOptions(command)))
    .option('--json', 'print the evaluation as JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (dataset: string, paths: string[], options: TrainOptions) => {
      await train(context, dataset, paths, options);
    });
}

async function train(
  context: CommandContext,
  dataset: string,
  given: readonly string[],
  options: TrainOptions,
): Promise<void> {
  const { signal } = context;
  const evaluate = await import('../../evaluate/index.ts');
  const { evaluationText, leakText, searchAndTrain, searchText, searchRows, trainModel } = evaluate;
  const { hashModel, modelKind, saveModel } = await import('../../models/index.ts');
  const { markdownOf, modelCardPage, pageHtml } = await import('../../report/index.ts');
  const { trainingDisplay } = await import('../training-output.ts');
  const { schemaId, textTable } = await import('../../table/index.ts');
  const { writeWhole } = await import('../../base/index.ts');
  const kind = modelKind(options.model);
  const parameters = readParameters(kind, options.param);
  await checkTrainingOptions(options, options.model, parameters);
  await readSearch(options, kind, 'stratified');
  const named = namedSets(options.elsewhere);
  const { reader, data, training: rest } = await readExperiment(dataset, given, options, signal);
  const sets = await readSets(named, signal);
  const own = { schema: schemaId(data.table.schema), hash: data.hash };
  for (const set of sets) evaluate.checkElsewhere(set, own);
  const search = await readSearch(options, kind, foldsLike(rest.split));
  const training = { ...rest, modelKind: options.model, parameters };
  const searching = searchProgress(options.model);
  const progress = createProgress(`training ${options.model}`);
  const display = trainingDisplay(`training ${options.model}`);
  let inEpochs = false;
  const onTraining = (event: TrainingEvent): void => {
    searching.stop();
    progress.stop();
    inEpochs = true;
    display.onTraining(event);
  };
  const onProgress = (stage: string, done: number, total: number): void => {
    searching.stop();
    if (stage !== 'fit' || !inEpochs) progress.update(done, total);
  };
  const { checkpoint } = options;
  const watch = { onProgress, onTraining, ...(checkpoint === undefined ? {} : { checkpoint }) };
  try {
    const trained: Trained | Searched = search
      ? await searchAndTrain({ ...training, ...watch }, { ...search, onProgress: searching.update })
      : await trainModel({ ...training, ...watch });
    const elsewhere: Elsewhere[] = [];
    const { threads } = options;
    for (const set of sets) {
      elsewhere.push(await evaluate.judgeElsewhere(trained, set, { signal, threads }));
    }
    progress.stop();
    const { file, evaluation, record } = trained;
    const bytes = saveModel(file);
    writeWhole(options.output, bytes);
    const card = cardPath(options.output);
    const command = commandLine(dataset, given, options);
    const found = record.search ? { search: record.search } : {};
    const { leaks } = record;
    const { intendedUse } = options;
    const use = intendedUse === undefined ? {} : { intendedUse };
    const facts = {
      file,
      evaluation,
      bytes,
      leaks,
      record,
      command,
      data: reader,
      elsewhere,
      ...found,
      ...use,
    };
    if (leaks.passed) {
      const page = modelCardPage(facts);
      writeWhole(`${card}.md`, markdownOf(page));
      writeWhole(`${card}.html`, pageHtml(page));
    }
    const history = file.model.training;
    if (history) {
      const { seed } = options;
      const named = { kind: options.model, dataset: file.dataset, seed };
      await writeCurves(options, history, { ...named, parameters: file.model.parameters });
    }
    if (options.json) {
      const printed = { ...evaluation, ...found, ...(sets.length > 0 ? { elsewhere } : {}) };
      process.stdout.write(`${JSON.stringify(printed, null, 2)}\n`);
    } else {
      if (record.search) {
        const [head, ...rows] = searchRows(record.search);
        const columns = head!.map((title) => ({ title }));
        process.stdout.write(`${searchText(record.search)}\n${textTable(columns, rows)}\n\n`);
      }
      process.stdout.write(`${leakText(leaks)}\n\n${evaluationText(evaluation)}`);
      if (sets.length > 0) process.stdout.write(`\n${evaluate.elsewhereText(elsewhere)}`);
    }
    const told = leaks.passed ? `card in ${card}.md and .html` : 'no card while a leak is open';
    note(`${options.output}: ${bytes.length} bytes, sha256 ${hashModel(bytes)}; ${told}`);
    if (!leaks.passed) context.exit(1);
  } finally {
    searching.stop();
    display.stop();
    if (signal.aborted) noteCheckpoint(options);
    progress.stop();
  }
}

const foldsLike = (split: SplitPlan): FoldKind =>
  split.kind === 'official' ? split.manner : split.kind;

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
    ...one('abstain', options.abstain),
    ...many('drop', options.drop),
    ...options.acceptLeak.map((text) => `--accept-leak ${JSON.stringify(text)}`),
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
    ...(options.intendedUse === undefined
      ? []
      : [`--intended-use ${JSON.stringify(options.intendedUse)}`]),
    ...searchWords(options),
    ...many('elsewhere', options.elsewhere.map(shortSet)),
    `--seed ${options.seed} -o ${base(options.output)}`,
  ].join(' ');
}

/** A set without the folders of its files. */
function shortSet(text: string): string {
  const [name = '', files = ''] = text.split(/:(.*)/s);
  const short = files.split(',').map((file) => file.split(/[/\\]/).at(-1));
  return files === '' ? name : `${name}:${short.join(',')}`;
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
