import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { judgeFlows } from '../../../src/cli/judge-flows.ts';
import { readModelFile } from '../../../src/cli/model-path.ts';
import type { Alert } from '../../../src/detect/index.ts';
import type {
  AlertDetail,
  AlertPage,
  FlowPage,
  HostPage,
  Problem,
} from '../../../src/serve/wire.ts';
import { type Caller, runningService } from '../running.ts';
import { ANALYSING, settled, upload } from '../uploading.ts';
import { LOG_FILES, SCANNER, TARGETS } from './log-files.ts';

const alertsOf = async (caller: Caller, origin: string): Promise<AlertPage['rows']> =>
  (await caller.call<AlertPage>('GET', `/api/alerts?filter=origin:eq:${origin}`)).body.rows;

/** What `wiresift detect` makes of the same file. */
async function commandAlerts(bytes: Uint8Array): Promise<Alert[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-'));
  try {
    const path = join(folder, 'log');
    writeFileSync(path, bytes);
    const models = ANALYSING.models.map(({ path }) => readModelFile(path));
    const { alerts } = await judgeFlows([path], { models });
    return JSON.parse(JSON.stringify(alerts)) as Alert[];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('each kind of flow log is told by its content and judged; bad rows are counted', async (t) => {
  const { store, as } = await runningService(t, ANALYSING);
  const analyst = await as('analyst');
  for (const { name, title, bytes, badRows } of LOG_FILES) {
    const { file } = await upload(analyst, name, bytes);
    const done = await settled(analyst, file.id);
    assert.equal(done.file.state, 'analysed', `${name}: ${done.file.problem}`);
    const { facts } = done.file;
    assert.match(String(facts['format']), title);
    assert.deepEqual(
      [facts['input'], facts['flows'], facts['badRows']],
      ['flows', TARGETS, badRows],
      name,
    );
    assert.equal(done.jobs[0]!.result!['badRows'], badRows);
    assert.equal((facts['badRowsFirst'] as string[]).length, badRows);

    const rows = await alertsOf(analyst, file.id);
    const scan = rows.find(({ kind }) => kind === 'horizontal-scan');
    assert.deepEqual([scan?.host, scan?.flows, scan?.standing], [SCANNER, TARGETS, 'final'], name);
    const whole = await Promise.all(
      rows.map(async ({ id }) => (await store.alerts.detail(id))!.alert),
    );
    const byKind = (a: Alert, b: Alert): number => (a.kind < b.kind ? -1 : 1);
    assert.deepEqual(whole.sort(byKind), (await commandAlerts(bytes)).sort(byKind), name);

    const flows = await analyst.call<FlowPage>('GET', `/api/alerts/${scan!.id}/flows?limit=500`);
    assert.equal(flows.body.rows.length, TARGETS, `${name}: flows behind the alert`);
    const csv = await analyst.call('GET', `/api/alerts/${scan!.id}/flows.csv`);
    assert.equal(csv.text.trim().split('\n').length, TARGETS + 1);
  }
  const { body } = await analyst.call<HostPage>('GET', `/api/hosts?q=${SCANNER}`);
  const known = body.rows.find(({ id }) => id === SCANNER)!;
  assert.equal(known.flows, TARGETS * LOG_FILES.length);
});

test('what a flow log cannot give is said', async (t) => {
  const { as } = await runningService(t, ANALYSING);
  const analyst = await as('analyst');
  const [log] = LOG_FILES;
  const { file } = await upload(analyst, 'flows.log', log!.bytes);
  await settled(analyst, file.id);
  const [row] = await alertsOf(analyst, file.id);
  const { body } = await analyst.call<AlertDetail>('GET', `/api/alerts/${row!.id}`);
  assert.match(body.missing.packets!, /flow log \(Argus text/);
  assert.equal(body.missing.flows, null);
  assert.match(body.replay, /^wiresift detect \.\/flows\.log /);
  const slice = await analyst.call<Problem>('GET', `/api/alerts/${row!.id}/pcap`);
  assert.equal(slice.status, 409);
  assert.equal(slice.body.error.code, 'SERVE_STATE');
  assert.match(slice.body.error.message, /no packets are in it/);
});

test('KDD rows name no host: scored, kept and told, without an alert', async (t) => {
  const { as } = await runningService(t, ANALYSING);
  const analyst = await as('analyst');
  const row = `0,tcp,private,S0,0,0${',0'.repeat(35)},neptune.\n`;
  const { file } = await upload(analyst, 'kdd.csv', Buffer.from(row.repeat(50)));
  const { file: done } = await settled(analyst, file.id);
  assert.equal(done.state, 'analysed', done.problem);
  assert.deepEqual([done.facts['flows'], done.facts['flowsWithoutHost']], [50, 50]);
  assert.match(String((done.facts['rowVerdicts'] as string[])[0]), /accuse no host/);
  assert.deepEqual(await alertsOf(analyst, file.id), []);
  const flows = await analyst.call<FlowPage>('POST', '/api/flows/query', {
    view: 'kdd',
    limit: 60,
  });
  assert.equal(flows.body.rows.length, 50, flows.text.slice(0, 200));
});

test('a packed log is unpacked, a bomb is not, and other text is refused by name', async (t) => {
  const { as } = await runningService(t, ANALYSING);
  const analyst = await as('analyst');
  const zeek = LOG_FILES.find(({ name }) => name === 'b.bin')!;
  const packed = await upload(analyst, 'conn.log.gz', gzipSync(zeek.bytes));
  const done = await settled(analyst, packed.file.id);
  assert.equal(done.file.facts['flows'], TARGETS);

  const bomb = gzipSync(`${zeek.bytes}${`#${' '.repeat(50_000)}\n`.repeat(400)}`, { level: 9 });
  const sent = await upload(analyst, 'bomb.gz', bomb);
  const refused = await settled(analyst, sent.file.id);
  assert.equal(refused.file.state, 'failed');
  assert.match(refused.file.problem, /unfold/);
  const early = await alertsOf(analyst, sent.file.id);
  assert.ok(early.every(({ standing }) => standing === 'withdrawn'));

  const text = await upload(analyst, 'notes.log', Buffer.from('just some words\n'.repeat(100)));
  const other = await settled(analyst, text.file.id);
  assert.equal(other.file.state, 'failed');
  assert.match(other.file.problem, /text of no known kind.*Zeek/s);
});
