import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createPcapWriter } from '../../src/capture/index.ts';
import { tcpFrame } from './frames.ts';
import { wiresift } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'wiresift-'));
after(() => rmSync(folder, { recursive: true }));

const SYN = 2;
const SOURCES = 4000;
const MAX_FLOWS = 256;
const path = join(folder, 'flood.pcap');
const writer = createPcapWriter({ path, linkType: 1 });
const begin = Date.UTC(2026, 0, 5, 9) * 1000;
for (let i = 0; i < SOURCES; i++) {
  const from = [198, 18 + (i >> 12), (i >> 8) & 255, i & 255];
  const frame = tcpFrame({ from, to: [10, 0, 0, 80], sourcePort: 1024 + i, port: 80, flags: SYN });
  writer.write(frame, begin + i * 1000);
}
writer.close();

const detect = (maxFlows: number, ...rest: string[]) =>
  wiresift(['detect', path, '--no-model', '--max-flows', String(maxFlows), ...rest]);

test('a flood that fills the flow table is told in its alert and in the summary, by reason', () => {
  const run = detect(MAX_FLOWS, '--json');
  assert.equal(run.code, 0, run.stderr);
  const alerts = run.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).wiresift);
  const flood = alerts.find(({ kind }) => kind === 'flood');
  assert.equal(flood.host, '10.0.0.80');
  for (const { coverage } of alerts) {
    assert.equal(coverage.complete, false);
    assert.equal(coverage.evicted_flows, SOURCES - MAX_FLOWS);
    assert.equal(coverage.evicted_one_way, SOURCES - MAX_FLOWS);
  }
  assert.match(run.stderr, /flows evicted because --max-flows was reached: 3744/);
  assert.match(run.stderr, /of them one-way: 3744/);
});

test('the table on the terminal says it too', () => {
  const run = detect(MAX_FLOWS, '-q');
  assert.match(run.stdout, /Lost meanwhile: flows evicted 3744 \(one-way 3744\)/);
});

test('with room enough no flow is evicted, and ordinary traffic is complete', () => {
  const { coverage } = JSON.parse(detect(8000, '--json').stdout.split('\n')[0]!).wiresift;
  assert.equal(coverage.evicted_flows, 0);
  const run = wiresift(['detect', 'examples/attack.pcap', '--no-model', '--json']);
  for (const line of run.stdout.trim().split('\n')) {
    assert.deepEqual(JSON.parse(line).wiresift.coverage, {
      complete: true,
      evicted_flows: 0,
      evicted_one_way: 0,
      evicted_connections: 0,
      unread_connections: 0,
      displaced_rows: 0,
      unread_records: 0,
      counters_evicted: {},
      late_flows: 0,
      evidence_dropped: 0,
    });
  }
  assert.doesNotMatch(wiresift(['detect', 'examples/attack.pcap']).stdout, /Lost meanwhile/);
});
