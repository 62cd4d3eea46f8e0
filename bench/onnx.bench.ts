import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { Random } from '../src/base/index.ts';
import { readTonIot } from '../src/datasets/index.ts';
import { defaultSpec, fitPipeline, type Matrix, specOfCodes } from '../src/features/index.ts';
import {
  exportedKinds,
  exportOnnx,
  type ModelFile,
  modelKind,
  type Parameters,
} from '../src/models/index.ts';
import { takeRows, textTable } from '../src/table/index.ts';
import { checkByPython, type Found, onnxPython } from '../test/models/onnx/cases.ts';
import { fileOf } from '../test/models/onnx/files.ts';
import { sharedMissing, sharedPath } from '../test/shared-data.ts';

/** Parameters that keep the training of this bench short. */
const SHORT: Readonly<Record<string, Parameters>> = {
  ...Object.fromEntries(
    ['ann', 'dnn', 'cnn', 'rnn', 'gru', 'gru-deep', 'lstm', 'transformer', 'autoencoder'].map(
      (kind) => [kind, { epochs: 2 }],
    ),
  ),
  'rbf-svm': { landmarks: 128 },
};

/** The little of onnxruntime-node that is used here. */
interface Runtime {
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: object,
    ): Promise<{ run(feeds: object, wanted: readonly string[]): Promise<unknown> }>;
  };
  readonly Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => object;
}

function findRuntime(): Runtime | undefined {
  try {
    return createRequire(import.meta.url)('onnxruntime-node') as Runtime;
  } catch {
    return undefined;
  }
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;

/** Seconds of processor time of one call. */
async function cost(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Rows a second of ours and of the runtime's one thread, in turns; medians. */
async function rates(runtime: Runtime, file: ModelFile, matrix: Matrix, rounds: number) {
  const { bytes } = exportOnnx(file, { hash: 'bench', matrix: true });
  const session = await runtime.InferenceSession.create(bytes, {
    ...{ executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1 },
    logSeverityLevel: 3,
  });
  const tensor = new runtime.Tensor('float32', matrix.data.slice(), [matrix.rows, matrix.cols]);
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round <= rounds; round++) {
    const own = await cost(() => file.model.score(matrix));
    const other = await cost(() => session.run({ matrix: tensor }, ['probabilities']));
    // The first round warms up.
    if (round > 0) ours.push(own);
    if (round > 0) theirs.push(other);
  }
  return { ours: matrix.rows / median(ours), theirs: matrix.rows / median(theirs) };
}

/**
 * TON_IoT, ten types: how far the probabilities of onnxruntime are from ours, from raw columns, and rows
 * a second beside it.
 */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      train: { type: 'string', default: '20000' },
      rows: { type: 'string', default: '10000' },
      kinds: { type: 'string', default: exportedKinds().join(',') },
      rounds: { type: 'string', default: '5' },
      python: { type: 'string' },
    },
  });
  if (sharedMissing) {
    process.stdout.write(`${sharedMissing}\n`);
    return;
  }
  const [trained, asked, rounds] = [values.train, values.rows, values.rounds].map(Number) as [
    ...[number, number, number],
  ];
  const path = sharedPath('data', 'ton_iot', 'train_test_network.csv.gz');
  const { table, labels, classes } = await readTonIot(path, { target: 'type' });
  const order = new Random(1).shuffle(Int32Array.from(labels.keys()));
  const trainRows = order.slice(0, trained);
  const own = [false, true].map((embeds) => {
    const pipeline = fitPipeline(specOfCodes(defaultSpec(table.schema), embeds), table, trainRows);
    return { embeds, pipeline, train: pipeline.transform(table, trainRows) };
  });
  const held = takeRows(table, order.slice(trained, trained + asked));
  const python = values.python ?? onnxPython;
  const runtime = findRuntime();
  if (!python) process.stdout.write('no --python and no ONNX_PYTHON: differences are left out\n');
  if (!runtime) process.stdout.write('no onnxruntime-node in NODE_PATH: rates are left out\n');
  const lines: string[][] = [];
  for (const kind of values.kinds.split(',')) {
    const parameters = SHORT[kind] ?? {};
    const embeds = modelKind(kind).embeds?.(parameters) ?? false;
    const { pipeline, train } = own.find((each) => each.embeds === embeds)!;
    const fit = { matrix: train, classes, labels: trainRows.map((row) => labels[row]!) };
    const model = await modelKind(kind).create(parameters).fit(fit, { seed: 1 });
    const file = fileOf(model, pipeline.toJSON());
    const found = python
      ? checkByPython(python, [{ name: kind, file, input: held }])[0]!
      : undefined;
    const matrix = pipeline.transform(held);
    const rate = runtime ? await rates(runtime, file, matrix, rounds) : undefined;
    lines.push([kind, String(matrix.cols), ...differenceCells(found), ...rateCells(rate)]);
    process.stderr.write(`${lines.at(-1)!.join('  ')}\n`);
  }
  const titles = [
    'kind',
    'columns',
    'largest',
    'mean',
    'rows beyond 1e-5',
    'decisions',
    'ours',
    'ort',
    'ratio',
  ];
  const columns = titles.map((title, i) => ({
    title,
    ...(i > 0 ? { align: 'right' as const } : {}),
  }));
  process.stdout.write(
    `${held.rows} held-out rows, ${classes.length} classes; rows a second of processor time on one thread, medians of ${rounds}\n${textTable(columns, lines)}\n`,
  );
}

function differenceCells(found: Found | undefined): string[] {
  if (!found) return ['', '', '', ''];
  if (found.error !== undefined) return [found.error.slice(0, 60), '', '', ''];
  const { difference, mean, beyond, decisions } = found;
  return [difference.toExponential(1), mean.toExponential(1), String(beyond), String(decisions)];
}

function rateCells(rate: { ours: number; theirs: number } | undefined): string[] {
  if (!rate) return ['', '', ''];
  const { ours, theirs } = rate;
  return [Math.round(ours), Math.round(theirs), (ours / theirs).toFixed(2)].map(String);
}
