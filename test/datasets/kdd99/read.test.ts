import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { WiresiftError } from '../../../src/base/index.ts';
import { kdd99, nslKdd } from '../../../src/datasets/index.ts';
import { kddSchema } from '../../../src/flow/index.ts';
import { numbers, textAt, texts } from '../../../src/table/index.ts';
import { sharedMissing, sharedPath } from '../../shared-data.ts';

const ROW =
  '0,udp,private,SF,105,146,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1,1,0.00,0.00,0.00,0.00,1.00,0.00,0.00,255,254,1.00,0.01,0.00,0.00,0.00,0.00,0.00,0.00';
const coded = (code: string) => (error: unknown) =>
  error instanceof WiresiftError && error.code === code;

function file(t: TestContext, text: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'wiresift-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, 'rows.txt');
  writeFileSync(path, text);
  return path;
}

function classCounts(labels: Int32Array, classes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const label of labels) {
    const name = classes[label] ?? 'none';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

test('labels with and without the dot, targets, difficulty and copies', async (t) => {
  const other = ROW.replace('105', '7');
  const path = file(
    t,
    `${ROW},normal,21\n${other},worm,3\r\n${ROW},httptunnel,0\n${other},nothing known,1\n`,
  );
  const label = await nslKdd.read(path);
  assert.deepEqual(label.classes, ['normal', 'attack']);
  assert.deepEqual([...label.labels], [0, 1, 1, -1]);
  assert.deepEqual([...label.groups], [0, 1, 0, 1]);
  assert.deepEqual([...numbers(label.besides!, 'difficulty')], [21, 3, 0, 1]);
  const category = await nslKdd.read(path, { target: 'category' });
  assert.deepEqual(
    [...category.labels].map((i) => category.classes[i]),
    ['normal', 'r2l', 'u2r', undefined],
  );
  const attack = await nslKdd.read(path, { target: 'attack' });
  assert.equal(attack.classes[attack.labels[2]!], 'httptunnel');
  const dotted = await kdd99.read(file(t, `${ROW},smurf.\n`), { target: 'attack' });
  assert.equal(dotted.classes[dotted.labels[0]!], 'smurf');
  assert.equal(textAt(dotted.rawLabel, 0), 'smurf.');
  assert.ok(Number.isNaN(numbers(dotted.besides!, 'difficulty')[0]));
  assert.equal(dotted.table.schema, kddSchema);
});

test('a bad row is counted with its line and the rows around it stay', async (t) => {
  const path = file(t, `${ROW},normal.\n${ROW}\n0,x${ROW.slice(1)},normal.\n${ROW},smurf.\n`);
  const got = await kdd99.read(path);
  assert.deepEqual([...got.labels], [0, 1]);
  assert.equal(got.problemCount, 2);
  assert.match(got.problems[0]!, /line 2: saw 41 cells, expected 42/);
  await assert.rejects(kdd99.read(path, { strict: true }), coded('DATASET_ROW'));
  const bad = file(t, `${ROW},normal.\n${ROW.replace('105', 'many')},normal.\n`);
  assert.match((await kdd99.read(bad)).problems[0]!, /line 2: saw src_bytes "many"/);
});

test('what is no such file, and no such target, is said', async (t) => {
  await assert.rejects(kdd99.read(file(t, 'a,b,c\n')), coded('DATASET_FORMAT'));
  await assert.rejects(kdd99.read(file(t, '')), coded('DATASET_FORMAT'));
  const path = file(t, `${ROW},normal.\n`);
  await assert.rejects(kdd99.read(path, { target: 'nope' }), coded('DATASET_TARGET'));
});

/** Totals of the challenge: C. Elkan, SIGKDD Explorations 1(2), 2000; of NSL-KDD: its publisher. */
const PUBLISHED = [
  {
    set: kdd99,
    path: 'kdd99/kddcup.data_10_percent.gz',
    rows: 494_021,
    counts: { normal: 97_278, probe: 4107, dos: 391_458, u2r: 52, r2l: 1126 },
  },
  {
    set: kdd99,
    path: 'kdd99/corrected.gz',
    rows: 311_029,
    counts: { normal: 60_593, probe: 4166, dos: 229_853, u2r: 228, r2l: 16_189 },
  },
  {
    set: nslKdd,
    path: 'nslkdd/KDDTrain+.txt.gz',
    rows: 125_973,
    counts: { normal: 67_343, probe: 11_656, dos: 45_927, u2r: 52, r2l: 995 },
  },
  {
    set: nslKdd,
    path: 'nslkdd/KDDTest+.txt.gz',
    rows: 22_544,
    counts: { normal: 9711, probe: 2421, dos: 7458, u2r: 200, r2l: 2754 },
  },
  { set: nslKdd, path: 'nslkdd/KDDTest-21.txt.gz', rows: 11_850, counts: { normal: 2152 } },
  {
    set: nslKdd,
    path: 'nslkdd/KDDTrain+_20Percent.txt.gz',
    rows: 25_192,
    counts: { normal: 13_449 },
  },
];

for (const { set, path, rows, counts } of PUBLISHED) {
  test(`${path} has the published rows and classes`, { skip: sharedMissing }, async () => {
    const options = { strict: true, target: 'category' };
    const got = await set.read(sharedPath('data', ...path.split('/')), options);
    assert.equal(got.table.rows, rows);
    const seen = classCounts(got.labels, got.classes);
    for (const [name, count] of Object.entries(counts)) assert.equal(seen[name], count, name);
    assert.equal(seen['none'], undefined);
    assert.equal(
      got.labelCounts.reduce((sum, group) => sum + group.rows, 0),
      rows,
    );
  });
}

test('every cell of a file is the one between its commas', { skip: sharedMissing }, async () => {
  const path = sharedPath('data', 'nslkdd', 'KDDTest-21.txt.gz');
  const { table, rawLabel } = await nslKdd.read(path);
  const lines = gunzipSync(readFileSync(path)).toString().trim().split('\n');
  assert.equal(lines.length, table.rows);
  const seen = new Set<string>();
  for (const [row, line] of lines.entries()) {
    const cells = line.split(',');
    for (const [i, { name, type }] of kddSchema.columns.entries()) {
      if (type === 'text') assert.equal(textAt(texts(table, name), row), cells[i]);
      else assert.equal(numbers(table, name)[row], Number(cells[i]));
    }
    assert.equal(textAt(rawLabel, row), cells[41]);
    seen.add(cells.slice(0, 41).map(String).join(','));
  }
  const { groupNames } = await nslKdd.read(path);
  assert.equal(groupNames.length, seen.size);
});
