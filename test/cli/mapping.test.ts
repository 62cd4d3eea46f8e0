import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Random } from '../../src/base/index.ts';
import { runProgram } from '../../src/cli/program.ts';
import { startChild } from '../child.ts';
import { wiresift } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'wiresift-'));
after(() => rmSync(folder, { recursive: true }));
const path = (name: string) => join(folder, name);

/** Flows in a layout of nobody's: attacks are short and many-packeted, and half as common. */
function rows(count: number, seed: number): string {
  const random = new Random(seed);
  const lines = ['Duration ms;Packets;App;Source;Verdict'];
  for (let i = 0; i < count; i++) {
    const attack = random.next() < 0.3;
    const duration = random.exponential(attack ? 200 : 900).toFixed(1);
    const packets = 1 + random.int(attack ? 60 : 20);
    const app = attack && random.next() < 0.5 ? 'ssh' : ['http', 'dns'][random.int(2)];
    const verdict = attack ? ['scan', 'flood'][random.int(2)] : 'ok';
    lines.push(`${duration};${packets};${app};10.0.0.${random.int(90)};${verdict}`);
  }
  return `${lines.join('\n')}\n`;
}

const mapping = path('mine.json');
writeFileSync(
  mapping,
  JSON.stringify({
    name: 'mine',
    columns: {
      'Duration ms': 'numeric',
      Packets: 'numeric',
      App: 'categorical',
      Source: 'identity',
      Verdict: 'label',
    },
    targets: {
      label: { values: { ok: 'benign' }, other: 'attack' },
      kind: { values: { ok: 'benign' }, other: 'itself' },
    },
  }),
);
const train = path('train.csv.gz');
const test1 = path('test.csv');
writeFileSync(train, gzipSync(rows(1500, 1)));
writeFileSync(test1, rows(700, 2));

const SEARCH = ['--model', 'tree', '--search', 'grid', '--folds', '3'];
const GRID = [...SEARCH, '--grid', 'maxDepth=2,4,none', '--grid', 'minSamplesLeaf=1,10'];

test('any file with a mapping trains, with files kept for the test alone', () => {
  const model = path('mine.safetensors');
  const run = wiresift(['train', mapping, train, '--test', test1, '--json', '-o', model]);
  assert.equal(run.code, 0, run.stderr);
  const evaluation = JSON.parse(run.stdout);
  assert.equal(evaluation.data.rows, 700);
  assert.ok(evaluation.views[0].rocAuc.value > 0.7);
  const card = readFileSync(path('mine.md'), 'utf8');
  assert.match(card, /wiresift train mine\.json train\.csv\.gz --test test\.csv --model forest/);
  const columns = JSON.parse(wiresift(['models', 'columns', model, '--json']).stdout);
  const ssh = columns.find(({ name }: { name: string }) => name === 'App=ssh');
  assert.deepEqual([ssh.from, ssh.step, ssh.category], ['App', 'oneHot', 'ssh']);
  assert.ok(!columns.some(({ from }: { from: string }) => from === 'Source'));
  const again = wiresift(['evaluate', model, test1, '--dataset', mapping, '--json']);
  assert.equal(again.code, 0, again.stderr);
  assert.equal(JSON.parse(again.stdout).evaluation.data.rows, 700);
});

test('identity columns are refused as features unless allowed', () => {
  const base = ['train', mapping, train, '--model', 'tree', '-o', path('id.safetensors')];
  const refused = wiresift([...base, '--features', 'Source,Packets']);
  assert.match(refused.stderr, /FEATURE_IDENTITY/);
  const allowed = wiresift([...base, '--features', 'Source,Packets', '--allow-identity']);
  assert.match(allowed.stdout, /LEAK identity-column: Source/, allowed.stderr);
});

test('columns are prepared as asked, and the model file does the same at scoring', () => {
  const prepare = path('prepare.json');
  writeFileSync(
    prepare,
    JSON.stringify({ columns: { App: [{ kind: 'hashing', columns: 4 }] }, balance: 'smotenc' }),
  );
  const model = path('prepared.safetensors');
  const words = '--prepare PREPARE --scale quantile --no-log --select mi:5 --select rfe:4@tree';
  const run = wiresift([
    'train',
    mapping,
    train,
    ...words.replace('PREPARE', prepare).split(' '),
    ...['--model', 'logistic', '--split', 'stratified', '-o', model],
  ]);
  assert.equal(run.code, 0, run.stderr);
  const columns = JSON.parse(wiresift(['models', 'columns', model, '--json']).stdout);
  assert.equal(columns.length, 4);
  const duration = columns.find(({ name }: { name: string }) => name === 'Packets');
  assert.equal(duration.step, 'quantile');
  assert.match(
    readFileSync(path('prepared.md'), 'utf8'),
    /--prepare prepare\.json --scale quantile/,
  );
});

test('a search chooses, tells and records; its journal carries on after Ctrl-C', async () => {
  const model = path('searched.safetensors');
  const journal = path('search.jsonl');
  const args = ['train', mapping, train, ...GRID, '--journal', journal, '-o', model];
  const child = startChild(['src/cli/main.ts', ...args]);
  const begun = performance.now();
  const fits = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length : 0);
  while (fits() < 4 && !child.over && performance.now() - begun < 20_000) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const { code } = await child.end('SIGINT');
  const before = readFileSync(journal, 'utf8');
  // On a very fast machine it may have been over already.
  if (code !== 0) {
    assert.equal(code, 130);
    assert.ok(!existsSync(model), 'nothing half-written');
  }
  const run = wiresift(args);
  assert.equal(run.code, 0, run.stderr);
  assert.ok(readFileSync(journal, 'utf8').startsWith(before.slice(0, before.lastIndexOf('\n'))));
  assert.match(run.stdout, /^Chosen by grid search for the highest balancedAccuracy among 6/);
  const card = readFileSync(path('searched.md'), 'utf8');
  assert.match(card, /## How the parameters were chosen/);
  assert.match(card, /--search grid --grid maxDepth=2,4,none/);
  const other = wiresift([...args, '--seed', '9']);
  assert.equal(other.code, 1);
  assert.match(other.stderr, /SEARCH_JOURNAL/);
  const fresh = path('fresh.safetensors');
  wiresift([...args.slice(0, -4), '-o', fresh]);
  assert.deepEqual(readFileSync(fresh), readFileSync(model));
});

test('random and halving search, nested, by a metric of choice', () => {
  const base = ['train', mapping, train, '--json', '-o', path('r.safetensors')];
  const random = '--model logistic --search random --candidates 3 --folds 2 --grid C=log:0.01..100';
  const one = wiresift([
    ...base,
    ...random.split(' '),
    '--search-metric',
    'rocAuc',
    '--nested',
    '2',
  ]);
  assert.equal(one.code, 0, one.stderr);
  const { search } = JSON.parse(one.stdout);
  assert.deepEqual([search.metric, search.candidates, search.nested.folds], ['rocAuc', 3, 2]);
  const halving = '--model tree --preset prior-work-b --search halving --folds 2';
  const two = JSON.parse(wiresift([...base, ...halving.split(' ')]).stdout);
  assert.equal(two.search.candidates, 36);
});

test('mistakes are errors that say what to do, told before anything is written', async () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['--grid maxDepth=2', /--search grid, random or halving/],
    ['--search grid --grid deep=2', /maxDepth/],
    ['--search grid --grid maxDepth=x', /a number/],
    ['--search grid --candidates 4', /random or halving/],
    ['--search grid --preset best', /prior-tree/],
    ['--search grid --search-metric luck', /balancedAccuracy/],
    ['--split official', /no official test files/],
    ['--encode words', /one-hot, ordinal/],
    ['--select best:2', /correlation/],
    ['--balance more', /smotenc/],
    ['--target what', /label, kind/],
    ['--prepare /no/such/file', /no such file/],
  ];
  for (const [words, says] of wrong) {
    const base = ['train', mapping, train, '--model', 'tree', '-o', path('w.safetensors')];
    // In this process: twelve of their own would take half a minute on a busy machine.
    const argv = [process.execPath, 'wiresift', ...base, ...words.split(' ')];
    await assert.rejects(runProgram(argv, new AbortController().signal), says, words);
  }
  assert.ok(!existsSync(path('w.safetensors')));
});

test('models lists ranges, what a search tries, and presets', () => {
  const kinds = JSON.parse(wiresift(['models', '--json']).stdout);
  for (const { kind, parameters, search } of kinds) {
    assert.ok(parameters.length > 0, kind);
    const names = parameters.map(({ name }: { name: string }) => name);
    for (const name of Object.keys(search ?? {}))
      assert.ok(names.includes(name), `${kind} ${name}`);
  }
  const text = wiresift(['models', 'show', 'tree']).stdout;
  assert.match(text, /maxDepth +integer 1 to 1000000, or none +none +5,10,15,20,none/);
  assert.match(text, /preset prior-tree \(prior-work-b\)/);
  assert.equal(wiresift(['models', 'show', 'oak']).code, 2);
});
