import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openWindowedOutput } from '../../src/cli/windowed-output.ts';
import { batchOf, randomFlows } from '../flow/windows/flows.ts';
import { wiresift } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'wiresift-'));
after(() => rmSync(folder, { recursive: true }));

const linesOf = (text: string): string[] => text.trim().split('\n');

test('--windows appends columns to the rows of the view, which stay as they are', () => {
  const plain = linesOf(wiresift(['flows', 'examples/attack.pcap', '--format', 'jsonl']).stdout);
  const run = wiresift(['flows', 'examples/attack.pcap', '--format', 'jsonl', '--windows']);
  assert.equal(run.code, 0, run.stderr);
  const rows = linesOf(run.stdout);
  assert.equal(rows.length, plain.length);
  rows.forEach((line, row) => {
    assert.ok(line.startsWith(plain[row]!.slice(0, -1)), `row ${row}`);
  });
  const last = JSON.parse(rows.at(-1)!);
  assert.equal(Object.keys(last).length, 14 + 112);
  const scanned = rows.map((line) => JSON.parse(line));
  assert.ok(Math.max(...scanned.map((row) => row.src_peers_60s)) >= 100, 'the scan of 150 hosts');
  assert.ok(scanned.every((row) => row.src_flows_600s >= row.src_flows_1s));
});

test('the zeek view knows DNS; lengths are the users choice; several views go to a folder', () => {
  const out = join(folder, 'both');
  const args = ['--view', 'argus,zeek', '--windows', '5,50', '-o', out];
  const run = wiresift(['flows', 'examples/attack.pcap', ...args]);
  assert.equal(run.code, 0, run.stderr);
  const [header, ...rows] = linesOf(readFileSync(join(out, 'zeek.csv'), 'utf8'));
  const at = header!.split(',').indexOf('src_dns_queries_50s');
  assert.ok(at > 0);
  assert.ok(rows.some((line) => Number(line.split(',')[at]) > 0));
  assert.match(
    readFileSync(join(out, 'argus.csv'), 'utf8'),
    /^StartTime,.*dst_new_peer_ratio_50s\n/,
  );
});

test('rows of the kdd view get them too, beside those of the others', () => {
  const out = join(folder, 'three');
  const args = ['--view', 'argus,zeek,kdd', '--windows', '-o', out];
  const run = wiresift(['flows', 'examples/attack.pcap', ...args]);
  assert.equal(run.code, 0, run.stderr);
  const [header, ...rows] = linesOf(readFileSync(join(out, 'kdd.csv'), 'utf8'));
  const names = header!.split(',');
  const at = (name: string): number => names.indexOf(name);
  assert.equal(names.length - at('src_flows_1s'), 112);
  const cells = rows.map((line) => line.split(','));
  const most = (name: string): number => Math.max(...cells.map((row) => Number(row[at(name)])));
  assert.ok(most('src_peers_60s') >= 100, 'the scan of 150 hosts');
  assert.ok(most('src_failed_ratio_60s') > 0.5);
  assert.ok(cells.every((row) => row[at('src_dns_queries_60s')] === ''));
  const alone = wiresift(['flows', 'examples/attack.pcap', '--view', 'kdd', '--windows']);
  assert.equal(alone.stdout, readFileSync(join(out, 'kdd.csv'), 'utf8'));
});

test('what windows cannot be appended to is refused', () => {
  const base = ['flows', 'examples/office.pcap'];
  for (const rest of [
    ['--view', 'zeek', '--format', 'log', '--windows'],
    ['--windows', 'long'],
    ['--windows', '10,,60'],
  ]) {
    const run = wiresift([...base, ...rest]);
    assert.equal(run.code, 2, rest.join(' '));
    assert.match(run.stderr, /--windows/);
  }
  assert.match(wiresift([...base, '--windows', '60,10']).stderr, /\[WINDOWS_LENGTHS\]/);
});

type Flows = ReturnType<typeof randomFlows>;

/** Rows written for segments of flows, each handed over in batches of 37. */
async function written(name: string, segments: readonly Flows[], maxRows?: number) {
  const output = join(folder, `${name}.jsonl`);
  const out = openWindowedOutput({
    view: 'argus',
    format: 'jsonl',
    output,
    windows: [1, 10],
    ...(maxRows ? { maxRows } : {}),
  });
  for (const flows of segments) {
    for (let from = 0; from < flows.length; from += 37) {
      out.handlers.onBatch!(batchOf(flows.slice(from, from + 37)));
      await out.flush();
    }
    out.endSegment!();
  }
  await out.close();
  const rows = linesOf(readFileSync(output, 'utf8'));
  return { rows, counts: Object.values(out.counts!()) };
}

test('no row sees what ended after it, whatever the order of leaving', async () => {
  const flows = randomFlows(7, 600, 8);
  const ends = flows.map(({ end }) => end).sort((a, b) => a - b);
  const cut = ends[350]!;
  const all = await written('all', [flows]);
  const before = await written('before', [flows.filter(({ end }) => end <= cut)]);
  const kept = all.rows.filter((_, row) => flows[row]!.end <= cut);
  assert.ok(before.rows.length >= 350);
  assert.deepEqual(before.rows, kept);
  assert.equal(all.counts[1], 0, 'none too late');
});

test('unrelated captures do not see each other', async () => {
  const flows = randomFlows(8, 200, 6);
  const once = await written('once', [flows]);
  const twice = await written('twice', [flows, flows]);
  assert.deepEqual(twice.rows, [...once.rows, ...once.rows]);
});

test('past the bound rows are written early, none is lost, and the late are counted', async () => {
  const flows = randomFlows(9, 600, 8);
  flows.reverse();
  const { rows, counts } = await written('early', [flows], 100);
  assert.equal(rows.length, 600);
  const [early, late] = counts;
  assert.ok(early! >= 500, String(early));
  assert.ok(late! > 0);
});
