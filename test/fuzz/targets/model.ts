import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Random, WiresiftError } from '../../../src/base/index.ts';
import { createMatrix } from '../../../src/features/index.ts';
import { loadModel, modelKind, modelKinds, saveModel } from '../../../src/models/index.ts';
import { generateInput } from '../../models/generated.ts';
import { plainPipeline } from '../../models/stored-model.ts';
import { listFiles } from '../captures.ts';
import { changeBytes, changeCount, interesting, put, replace } from '../mutate.ts';
import { magnitude } from '../signals.ts';
import { type CaseContext, promise, type Seed, type Target } from '../target.ts';

const SHIPPED = fileURLToPath(new URL('../../../models', import.meta.url));
const ENDING = /\.safetensors$/;
/** Rows that a model which loads is made to score. */
const ROWS = 8;
/** A model of more columns or classes than this is scored elsewhere: here it would only cost time. */
const MOST_CELLS = 100_000;

/** Loading a model file of any bytes, and scoring with what loads. */
export function createTarget(): Target {
  return {
    name: 'model',
    seeds: async ({ corpus }) => {
      const files = listFiles(corpus ?? SHIPPED, ENDING);
      const seeds = files.map((path) => ({ name: path, read: () => readFileSync(path) }));
      return corpus === undefined ? [...seeds, ...(await smallModels())] : seeds;
    },
    mutate,
    run,
    reached: ({ names }) => [`outcomes ${names.length}`],
  };
}

/** One small file of each kind of model: most changes to a large one hit nothing but numbers. */
async function smallModels(): Promise<Seed[]> {
  const input = generateInput({ rows: 40 });
  const seeds: Seed[] = [];
  for (const { kind } of modelKinds()) {
    const parameters = kind === 'forest' ? { trees: 2, maxDepth: 3 } : {};
    const model = await modelKind(kind).create(parameters).fit(input, { seed: 1 });
    const bytes = saveModel({
      version: 1,
      program: '0.1.0',
      schema: 'generated@1',
      pipeline: plainPipeline(model),
      model,
      threshold: { value: 0.5, method: 'f1', detail: {} },
      seed: 1,
      dataHash: 'ab'.repeat(32),
      dataset: 'generated',
      metrics: {},
      facts: {},
    });
    seeds.push({ name: kind, read: () => bytes });
  }
  return seeds;
}

/** Bytes of the JSON header: 8 bytes of length, then the text. */
function headerEnd(bytes: Uint8Array): number {
  if (bytes.length < 8) return 0;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  return Math.min(bytes.length, 8 + length);
}

const WORDS: readonly string[] = [
  '0',
  '-1',
  '1e999',
  '4294967296',
  '0.5',
  'null',
  '{}',
  '[]',
  '""',
  'true',
  '"__proto__"',
  '"constructor"',
  '[[[[[[[[',
  '"F64"',
  '"U8"',
  '\\u0000',
  ',',
  ':',
];

/** Replaces a number or a short text of the JSON, and mends the header's length most of the time. */
function changeHeader(random: Random, bytes: Uint8Array): Uint8Array {
  const end = headerEnd(bytes);
  if (end <= 8) return bytes;
  let from = 8 + random.int(end - 8);
  while (from < end && !isDigit(bytes[from]!)) from++;
  let to = from;
  while (to < end && isDigit(bytes[to]!)) to++;
  const word = random.int(2) === 0 ? String(interesting(random)) : WORDS[random.int(WORDS.length)]!;
  const changed = replace(bytes, from, to, Buffer.from(word));
  const grown = end - 8 + (changed.length - bytes.length);
  if (random.int(8) !== 0) put(changed, 0, grown, { width: 4, little: true });
  return changed;
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

/** Sets a tensor's cell to a number at which indexes and sums go wrong. */
function changeTensor(random: Random, bytes: Uint8Array): Uint8Array {
  const from = headerEnd(bytes);
  if (from + 8 > bytes.length) return bytes;
  const at = from + 4 * random.int((bytes.length - from) >> 2);
  const special = [0x7fc00000, 0x7f800000, 0xff800000, 0x7ff00000, 1 << random.int(31)];
  const value = random.int(2) === 0 ? interesting(random) : special[random.int(special.length)]!;
  put(bytes, at, value, { width: 4, little: true });
  return bytes;
}

function mutate(random: Random, input: Uint8Array, other: () => Uint8Array): Uint8Array {
  let bytes = input;
  for (let turns = changeCount(random); turns > 0; turns--) {
    const kind = random.int(8);
    if (kind < 4) bytes = changeHeader(random, bytes);
    else if (kind < 6) bytes = changeTensor(random, bytes);
    else bytes = changeBytes(random, bytes, other);
  }
  return bytes;
}

async function run(bytes: Uint8Array, { random, signals, folder }: CaseContext): Promise<void> {
  try {
    const { model } = loadModel(bytes, join(folder, 'model'));
    signals.name(`loads ${model.kind}`);
    const { features, classes } = model;
    if (features.length * ROWS > MOST_CELLS || classes.length > MOST_CELLS) return;
    const matrix = createMatrix(ROWS, features);
    for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = 4 * random.normal();
    const scores = model.score(matrix);
    promise(scores.length === ROWS * classes.length, `${scores.length} scores`);
    for (const score of scores) promise(score >= 0 && score <= 1.001, `a score of ${score}`);
    const why = model.explain(matrix, 0, classes.length - 1);
    promise(why.length === features.length, `${why.length} contributions`);
    promise(model.importances().length === features.length, 'importances of other columns');
    signals.add(0, magnitude(why.filter((part) => part !== 0).length));
  } catch (error) {
    if (!(error instanceof WiresiftError) || error.code !== 'MODEL_FILE') throw error;
    // The check that refused it, without the numbers that it saw.
    signals.name(error.facts.expected.replace(/\d+/g, '#').slice(0, 60));
  }
}
