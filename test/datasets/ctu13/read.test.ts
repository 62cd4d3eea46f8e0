import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { WiresiftError } from '../../../src/base/index.ts';
import {
  CTU13_FILES,
  type DatasetTable,
  groupsByFile,
  isBinetflow,
  readCtu13,
} from '../../../src/datasets/index.ts';
import { argusSchema } from '../../../src/flow/index.ts';
import { numbers, textAt, texts } from '../../../src/table/index.ts';
import { sharedMissing, sharedPath } from '../../shared-data.ts';

const HEADER =
  'StartTime,Dur,Proto,SrcAddr,Sport,Dir,DstAddr,Dport,State,sTos,dTos,TotPkts,TotBytes,SrcBytes,Label\n';
const row = (source: string, label: string): string =>
  `2011/08/16 10:01:46.972101,1.5,tcp,${source},1,   ->,10.0.0.9,80,S_,0,,1,60,60,${label}\n`;
const sha256 = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex');
const coded = (code: string) => (error: unknown) =>
  error instanceof WiresiftError && error.code === code;

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'wiresift-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
const countsOf = (table: DatasetTable): Record<string, number> =>
  Object.fromEntries(table.labelCounts.map(({ group, rows }) => [group, rows]));

test('labels, groups and hash of one file, plain or gzipped under any name', async (t) => {
  const text = `${HEADER}${row('10.0.0.1', 'flow=From-Botnet-V1')}${row('10.0.0.2', 'flow=From-Normal-V1')}${row('10.0.0.1', 'flow=Background')}${row('', 'flow=Normal-V1')}${row('10.0.0.3', 'flow=To-Botnet')}${row('10.0.0.3', '')}`;
  const dir = folder(t);
  const plain = join(dir, 'some.csv');
  const zipped = join(dir, 'zipped.binetflow');
  writeFileSync(plain, text);
  writeFileSync(zipped, gzipSync(text));
  const got = await readCtu13(plain);
  assert.deepEqual([...got.labels], [1, 0, -1, 0, -1, -1]);
  assert.deepEqual(got.classes, ['normal', 'botnet']);
  assert.equal(textAt(got.rawLabel, 0), 'flow=From-Botnet-V1');
  assert.deepEqual([...got.groups], [0, 1, 0, 2, 3, 3]);
  assert.deepEqual(got.groupNames, ['10.0.0.1', '10.0.0.2', '-', '10.0.0.3']);
  assert.equal(got.hash, sha256(text));
  assert.equal(got.table.schema, argusSchema);
  const again = await readCtu13(zipped);
  assert.equal(again.hash, sha256(readFileSync(zipped)));
  assert.deepEqual(again.labels, got.labels);
});

test('several files stand one after the other, their hosts apart', async (t) => {
  const dir = folder(t);
  const paths = [join(dir, 'capture20110816.binetflow.gz'), join(dir, 'other.binetflow')];
  writeFileSync(paths[0]!, gzipSync(HEADER + row('10.0.0.1', '') + row('10.0.0.2', '')));
  // Other columns and separator: each file has its own layout.
  writeFileSync(paths[1]!, row('10.0.0.1', 'flow=From-Normal').replaceAll(',', '\t'));
  const seen: number[][] = [];
  const got = await readCtu13(paths, { onProgress: (...progress) => seen.push(progress) });
  assert.deepEqual(got.groupNames, [
    'scenario-6/10.0.0.1',
    'scenario-6/10.0.0.2',
    'other/10.0.0.1',
  ]);
  assert.deepEqual([...got.groups], [0, 1, 2]);
  assert.deepEqual(groupsByFile(got), {
    groups: Int32Array.of(0, 0, 1),
    groupNames: ['scenario-6', 'other'],
  });
  assert.deepEqual([...texts(got.table, 'SrcAddr').codes], [0, 1, 0]);
  assert.equal(got.hash, sha256(paths.map((path) => sha256(readFileSync(path))).join('')));
  assert.equal(seen.at(-1)![0], seen.at(-1)![1]);
});

test('a file that is missing, cut off, damaged, empty or something else', async (t) => {
  const dir = folder(t);
  const write = (name: string, data: string | Uint8Array): string => {
    writeFileSync(join(dir, name), data);
    return join(dir, name);
  };
  const zipped = gzipSync(HEADER + row('10.0.0.1', '').repeat(5000));
  await assert.rejects(() => readCtu13(join(dir, 'none')), coded('DATASET_OPEN'));
  await assert.rejects(() => readCtu13(dir), coded('DATASET_OPEN'));
  const cut = write('cut', zipped.subarray(0, zipped.length - 20));
  await assert.rejects(() => readCtu13(cut), coded('DATASET_GZIP'));
  const damaged = write('damaged', Buffer.concat([zipped.subarray(0, 60), Buffer.alloc(99, 7)]));
  await assert.rejects(() => readCtu13(damaged), coded('DATASET_GZIP'));
  await assert.rejects(() => readCtu13(write('empty', '')), coded('DATASET_FORMAT'));
  await assert.rejects(() => readCtu13(write('pcap', 'not flows\n')), coded('DATASET_FORMAT'));
  const header = await readCtu13(write('header', HEADER));
  assert.equal(header.table.rows, 0);
});

test('strict and abort are passed on', async (t) => {
  const path = join(folder(t), 'x');
  writeFileSync(path, `${HEADER}bad\n${row('10.0.0.1', '')}`);
  assert.equal((await readCtu13(path)).problemCount, 1);
  await assert.rejects(() => readCtu13(path, { strict: true }), coded('DATASET_ROW'));
  await assert.rejects(() => readCtu13(path, { signal: AbortSignal.abort() }), coded('ABORTED'));
});

test('scenario 6 has the published numbers of rows', { skip: sharedMissing }, async () => {
  const path = sharedPath('data', 'ctu13', 'capture20110816.binetflow.gz');
  const got = await readCtu13(path, { strict: true });
  assert.equal(got.table.rows, 558_919);
  const counts = countsOf(got);
  assert.deepEqual(counts, {
    'From-Botnet': 4630,
    'From-Normal': 7471,
    'To-Normal': 22,
    Normal: 1,
    'From-Background': 451,
    'To-Background': 271_342,
    Background: 275_002,
  });
  const { 'From-Normal': from, 'To-Normal': to, Normal: normal } = counts;
  assert.equal(from! + to! + normal!, 7494);
  assert.equal(451 + 271_342 + 275_002, 546_795);
  const perClass = [0, 0, 0];
  for (const label of got.labels) perClass[label + 1]!++;
  assert.deepEqual(perClass, [546_795 + 22, 7472, 4630]);
  const bots = new Set<string>();
  for (const [i, label] of got.labels.entries()) {
    if (label === 1) bots.add(got.groupNames[got.groups[i]!]!);
  }
  assert.deepEqual([...bots], ['147.32.84.165']);
  assert.equal(numbers(got.table, 'StartTime')[0], 1313488906972101);
  // The registry's checksum is of the text as published, not of the gzip read here.
  const text = gunzipSync(readFileSync(path));
  const known = CTU13_FILES.find((file) => file.name === 'capture20110816.binetflow');
  assert.equal(known?.sha256, sha256(text));
  assert.equal(known?.bytes, text.length);
});

test('every published variant reads whole, cell for cell', { skip: sharedMissing }, async () => {
  const dir = sharedPath('data', 'ctu13', 'stratosphere');
  const names = readdirSync(dir);
  assert.equal(names.length, 14);
  for (const name of names) {
    const got = await readCtu13(join(dir, name), { strict: true });
    const bytes = gunzipSync(readFileSync(join(dir, name)));
    assert.ok(isBinetflow(bytes.subarray(0, 4096)), name);
    const lines = bytes.toString().replace(/\n$/, '').split('\n');
    const header = lines[0]!.startsWith('StartTime') ? lines.shift()!.split(/[,\t]/) : undefined;
    const cells = lines.map((line) => line.split(/[,\t]/));
    const flows = cells.filter((line) => line[2] !== 'man');
    assert.equal(got.table.rows, flows.length, name);
    assert.equal(got.files[0]!.management, lines.length - flows.length, name);
    const source = texts(got.table, 'SrcAddr');
    const ports = texts(got.table, 'Dport');
    const total = numbers(got.table, 'TotBytes');
    const sent = numbers(got.table, 'SrcBytes');
    const toS = numbers(got.table, 'dTos');
    for (const [i, line] of flows.entries()) {
      assert.equal(textAt(source, i), line[3]);
      assert.equal(textAt(ports, i) ?? '', line[7]);
      assert.equal(total[i], Number(line[12]));
      assert.equal(toS[i], line[10] === '' ? Number.NaN : Number(line[10]));
      const hasSent = header ? header.includes('SrcBytes') : line.length > 14;
      assert.equal(sent[i], hasSent ? Number(line[13]) : Number.NaN);
    }
    const directions = new Set(texts(got.table, 'Dir').dictionary);
    for (const word of ['->', '<->', '<?>', '?>', 'who']) directions.delete(word);
    assert.deepEqual([...directions], [], name);
  }
});
