import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { WiresiftError } from '../../src/base/index.ts';
import { namedSets, parseSet } from '../../src/cli/transfer-sets.ts';
import { wiresift } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'wiresift-transfer-'));
after(() => rmSync(folder, { recursive: true }));
const refused = (error: unknown) => error instanceof WiresiftError && error.exitCode === 2;

/** A binetflow file: a third hostile; those are smaller by `factor` than the others. */
function binetflow(name: string, factor: number): string {
  const lines = [
    'StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,Label',
  ];
  for (let row = 0; row < 400; row++) {
    const bad = row % 3 === 0;
    const bytes = bad ? 60 + (row % 7) : 60 * factor + (row % 50);
    const time = `2011/08/16 10:${String(10 + Math.floor(row / 20)).padStart(2, '0')}:${String((row % 20) + 10)}.000000`;
    const label = bad
      ? 'flow=From-Botnet-V1'
      : row % 5 === 0
        ? 'flow=Malware-X'
        : 'flow=From-Normal-V1';
    lines.push(
      `${time},${bad ? 1.5 : 0.25},tcp,10.0.0.${bad ? 1 : 2},1025,->,192.0.2.1,80,SF_SF,0,0,${bad ? 1 : 4},${bytes},${bytes >> 1},${label}`,
    );
  }
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

test('a set is a name, a data set and files with what is told of them', () => {
  assert.deepEqual(
    parseSet('a=ctu13:x.gz,y.gz@hostile,z@harmless,w@hostile=Mal=ware,v@home', '/d'),
    {
      name: 'a',
      dataset: 'ctu13',
      files: [
        { path: '/d/x.gz' },
        { path: '/d/y.gz', told: { hostile: true } },
        { path: '/d/z', told: { hostile: false } },
        { path: '/d/w', told: { hostile: true, word: 'Mal=ware' } },
        { path: '/d/v@home' },
      ],
    },
  );
  for (const wrong of ['a', 'a=ctu13', '=ctu13:x', 'a b=ctu13:x', 'a=:x', 'a=ctu13:']) {
    assert.throws(() => parseSet(wrong), refused, wrong);
  }
});

test('a JSON file holds a list; its paths are relative to it', () => {
  const path = join(folder, 'sets.json');
  writeFileSync(path, JSON.stringify({ sets: ['a=ctu13:x', 'b=ctu13:y'] }));
  assert.deepEqual(
    namedSets([path, 'c=ctu13:z']).map(({ name, files }) => [name, files[0]!.path]),
    [
      ['a', join(folder, 'x')],
      ['b', join(folder, 'y')],
      ['c', resolve('z')],
    ],
  );
  assert.throws(() => namedSets([path, 'a=ctu13:z']), refused);
  for (const wrong of ['no json', '[]', '{"sets": [1]}', 'null']) {
    writeFileSync(path, wrong);
    assert.throws(() => namedSets([path]), refused, wrong);
  }
});

test('wiresift transfer prints the matrix and writes figures', () => {
  const [one, two] = [binetflow('one.binetflow', 20), binetflow('two.binetflow', 40)];
  const output = join(folder, 'matrix.json');
  const sets = [`one=ctu13:${one}@harmless=Malware`, `two=ctu13:${two}`];
  const run = wiresift(['transfer', ...sets, '--param', 'trees=5', '--adapt', '20', '-o', output]);
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stdout, /View argus@1/);
  assert.match(run.stdout, /one > two/);
  assert.match(run.stderr, /4\/4 two on one/);
  const figures = JSON.parse(readFileSync(output, 'utf8'));
  assert.deepEqual(
    figures.views[0].sets.map((set: { unknown: number }) => set.unknown > 0),
    [false, true],
  );
  assert.equal(figures.views[0].pairs[0].adapted[0].labelled, 20);
  assert.equal(wiresift(['transfer', 'one']).code, 2);
});

test('wiresift reproduce repeats a protocol and refuses an unknown one', () => {
  const file = binetflow('three.binetflow', 20);
  const output = join(folder, 'dashboard.html');
  const run = wiresift(['reproduce', 'ctu13-dashboard', file, '--quick', '1000', '-o', output]);
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stdout, /SMOTE-NC to 50\/50, before the split/);
  assert.match(readFileSync(output, 'utf8'), /an earlier protocol repeated/);
  assert.equal(wiresift(['reproduce', 'another', file]).code, 2);
});

test('wiresift train judges the finished model on other sets, for its card', () => {
  const [own, other] = [binetflow('own.binetflow', 20), binetflow('other.binetflow', 40)];
  const output = join(folder, 'own.safetensors');
  // The made rows are told apart by one column.
  const leaks = ['identifying-column', 'target-copy', 'identical-vectors', 'near-duplicates'];
  const accepted = leaks.flatMap((name) => ['--accept-leak', `${name}=made rows`]);
  const args = ['train', 'ctu13', own, '--param', 'trees=5', '-o', output, '--json', ...accepted];
  const run = wiresift([...args, '--elsewhere', `other=ctu13:${other}`]);
  assert.equal(run.code, 0, run.stderr);
  const [found] = JSON.parse(run.stdout).elsewhere;
  assert.equal(found.name, 'other');
  assert.ok(found.figures.rows > 200);
  const card = readFileSync(join(folder, 'own.md'), 'utf8');
  assert.match(card, /## On other networks/);
  assert.match(card, /--elsewhere other=ctu13:other\.binetflow/);
  const same = wiresift([...args, '--elsewhere', `own=ctu13:${own}`]);
  assert.equal(same.code, 2);
  assert.match(same.stderr, /the very data that train/);
});
