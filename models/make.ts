import { existsSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { writeWhole } from '../src/base/index.ts';
import { runProgram } from '../src/cli/program.ts';
import { createProgress } from '../src/cli/terminal.ts';
import { type LoadedModel } from '../src/pipeline.ts';
import { type Dataset, type DatasetTable, findDataset, identicalGroups } from '../src/datasets/index.ts';
import { type Trained, trainModel } from '../src/evaluate/index.ts';
import { hashModel, loadModel, type ModelFile, saveModel } from '../src/models/index.ts';
import { modelCard, type Section } from '../src/report/index.ts';
import { takeRows } from '../src/table/index.ts';
import { type Foreign, foreignSection, foreignUpper, labelledCaptures, measureForeign } from './foreign.ts';
import { plansOf, RECIPES, type Recipe } from './recipes.ts';

/**
 * Trains the models that come with wiresift and writes their cards:
 * `npm run models -- [NAME...] [--data FOLDER] [--captures FOLDER]`. FOLDER holds the published files as
 * `ctu13/`, `ton_iot/` and `kdd99/`; captures with a `manifest.csv` show how the models do elsewhere.
 */
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const BOTNET = 'ctu13-botnet';
const NAMES = [BOTNET, ...RECIPES.map(({ name }) => name)];
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: here('../../shared/data') },
    captures: { type: 'string' },
  },
});
const captureFolder = values.captures ?? `${values.data}/pcap`;
const signal = new AbortController();
process.once('SIGINT', () => signal.abort());

function fail(line: string): never {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

/** The path of a published file. */
function dataFile(folder: string, file: string): string {
  const path = `${values.data}/${folder}/${file}`;
  if (existsSync(path)) return path;
  return fail(`${path} is not there; wiresift datasets tells where it comes from. --data names the folder`);
}

/** `wiresift train` makes the botnet model, so that its users make theirs the same way. */
async function makeBotnet(): Promise<void> {
  const data = dataFile('ctu13', 'capture20110816.binetflow.gz');
  const output = here(`${BOTNET}.safetensors`);
  const choices = ['--model', 'forest', '--background', 'negative', '--seed', '1'];
  const argv = ['node', 'wiresift', 'train', 'ctu13', data, ...choices, '-o', output];
  const code = await runProgram(argv, signal.signal);
  if (code !== 0) process.exit(code);
  // The package carries cards as Markdown alone.
  rmSync(here(`${BOTNET}.html`), { force: true });
}

/**
 * Each distinct row once, so that no copy of a test row trains. Rows alike in the columns used but of
 * different classes stay: that they cannot be told apart is part of the figures.
 */
function distinctRows(data: DatasetTable, columns: readonly string[]): DatasetTable {
  const { groups, groupNames } = identicalGroups(data.table, columns);
  const seen = new Set<number>();
  const rows = Int32Array.from(data.labels.keys()).filter((row) => {
    const key = groups[row]! * (data.classes.length + 1) + data.labels[row]! + 1;
    return !seen.has(key) && seen.add(key);
  });
  const of = (list: Int32Array): Int32Array => rows.map((row) => list[row]!);
  return { ...data, table: takeRows(data.table, rows), labels: of(data.labels), groups: of(groups), groupNames };
}

async function train(recipe: Recipe, dataset: Dataset): Promise<Trained> {
  const path = dataFile(recipe.folder, recipe.file);
  const read = await dataset.read(path, { target: recipe.target, signal: signal.signal });
  const progress = createProgress(`training ${recipe.name}`);
  try {
    return await trainModel({
      data: distinctRows(read, [...recipe.numbers, ...recipe.words]),
      modelKind: 'calibrated',
      parameters: recipe.parameters,
      split: { kind: 'stratified', testFraction: 0.3, seed: 1 },
      threshold: { kind: 'fpr', budget: recipe.budget },
      spec: { schema: dataset.schema, plans: plansOf(recipe) },
      seed: 1,
      ...(recipe.accepted ? { acceptedLeaks: recipe.accepted } : {}),
      threads: 2,
      signal: signal.signal,
      onProgress: (_stage, done, total) => progress.update(done, total),
    });
  } finally {
    progress.stop();
  }
}

/** A model with the role it is given and what was measured of it on other networks. */
function judged(file: ModelFile, foreign: Foreign): ModelFile {
  const { benign, attack } = foreign;
  const counts = { benign, attack, upper: foreignUpper(foreign) };
  return { ...file, facts: { ...file.facts, role: 'corroborates', foreign: counts } };
}

const loaded = (file: ModelFile, name: string): LoadedModel => {
  const bytes = saveModel(file);
  return { file: loadModel(bytes, name), hash: hashModel(bytes), name };
};

async function measured(file: ModelFile, name: string): Promise<Foreign> {
  const captures = labelledCaptures(captureFolder);
  if (captures.length === 0) fail(`${captureFolder}/manifest.csv is not there; --captures names a folder`);
  const progress = createProgress(`${name} on ${captures.length} captures`);
  try {
    const all = await measureForeign([loaded(file, name)], captures, (done, total) =>
      progress.update(done, total),
    );
    return all.get(name)!;
  } finally {
    progress.stop();
  }
}

async function makeRecipe(recipe: Recipe): Promise<void> {
  const { name } = recipe;
  const dataset = findDataset(recipe.dataset);
  const { file, evaluation, record } = await train(recipe, dataset);
  // Measured twice: the share of foreign flows above sets the bound by which hosts are then judged.
  const first = judged(file, await measured(file, name));
  const foreign = await measured(first, name);
  const final = judged(file, foreign);
  const bytes = saveModel(final);
  const left: Section = {
    title: 'What it does not look at',
    blocks: [{ kind: 'list', items: recipe.leftOut }],
  };
  const told = `Each distinct row of the columns used stands once in training and test (${evaluation.data.rows} of the test part).`;
  const rows: Section = { title: 'Rows', blocks: [{ kind: 'text', text: told }] };
  const elsewhere = foreignSection(foreign, 'corroborates', 'the capture collection');
  const sections = [rows, elsewhere, left];
  const card = modelCard({
    file: final,
    evaluation,
    bytes,
    leaks: record.leaks,
    record,
    command: `npm run models -- ${name}`,
    writer: 'npm run models',
    sections,
    data: dataset,
  });
  writeWhole(here(`${name}.safetensors`), bytes);
  writeWhole(here(`${name}.md`), card);
  process.stdout.write(`${name}: ${bytes.length} bytes, sha256 ${hashModel(bytes)}\n`);
}

const wanted = positionals.length > 0 ? positionals : NAMES;
const unknown = wanted.find((name) => !NAMES.includes(name));
if (unknown !== undefined) fail(`no model is called ${unknown}; there are ${NAMES.join(', ')}`);
for (const name of wanted) {
  const recipe = RECIPES.find((each) => each.name === name);
  if (recipe) await makeRecipe(recipe);
  else await makeBotnet();
}
