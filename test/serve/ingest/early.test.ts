import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createHost, ipv4, udp } from '../../../examples/scene/packet.ts';
import { createPcapWriter } from '../../../src/capture/index.ts';
import { type Alert, alertKey } from '../../../src/detect/index.ts';
import { detectCaptures } from '../../../src/pipeline.ts';
import type { AlertHistory, AlertPage, Judged } from '../../../src/serve/wire.ts';
import type { Store } from '../../../src/store/index.ts';
import { type Caller, runningService } from '../running.ts';
import { ANALYSING, begin, send, settled } from '../uploading.ts';

const example = (name: string): Buffer =>
  readFileSync(fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url)));

const GIVE_UP_MILLIS = 60_000;

/** Asks until the answer is one to go on with. */
async function until<T>(ask: () => Promise<T | undefined>, what: string): Promise<T> {
  const end = Date.now() + GIVE_UP_MILLIS;
  for (;;) {
    const found = await ask();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await sleep(100);
  }
}

const alertsOf = async (caller: Caller, filter = ''): Promise<AlertPage['rows']> =>
  (await caller.call<AlertPage>('GET', `/api/alerts?limit=200${filter}`)).body.rows;

/** What `wiresift detect` gives, as JSON holds it. */
async function commandAlerts(bytes: Uint8Array): Promise<Alert[]> {
  const { readModelFile } = await import('../../../src/cli/model-path.ts');
  const found = await detectCaptures(['-'], {
    models: ANALYSING.models.map(({ path }) => readModelFile(path)),
    capture: { stdin: Readable.from([bytes], { objectMode: false }) },
  });
  return JSON.parse(JSON.stringify(found.flatMap(({ alerts }) => alerts))) as Alert[];
}

/** Alerts of an origin that stand, whole, without what is the service's own. */
async function standing(store: Store, origin: string): Promise<unknown[]> {
  const { rows } = await store.alerts.page({
    where: [
      { field: 'origin', is: 'equal', value: origin },
      { field: 'standing', is: 'equal', value: 'final' },
    ],
    limit: 500,
  });
  const whole = await Promise.all(
    rows.map(async ({ id }) => (await store.alerts.detail(id))!.alert),
  );
  return byKey(whole);
}

const byKey = (alerts: readonly Alert[]): unknown[] =>
  [...alerts]
    .sort((a, b) => (alertKey(a) < alertKey(b) ? -1 : 1))
    .map(({ id, ...rest }) => ({ ...rest, hasId: id.length === 16 }));

/** Contacts of hosts with one server, once a minute, one host after the other. */
function contacts(hosts: readonly string[]): Buffer {
  const pieces: Uint8Array[] = [];
  const writer = createPcapWriter({
    linkType: 1,
    sink: (bytes) => void pieces.push(bytes.slice()),
  });
  const server = createHost('203.0.113.9', 60);
  hosts.forEach((address, turn) => {
    const host = createHost(address, 64);
    for (let i = 0; i < 20; i++) {
      const time = 1_772_442_000e6 + (turn * 20 + i) * 60e6;
      const out = udp(20_000 + i, 4444, new Uint8Array(40));
      const back = udp(4444, 20_000 + i, new Uint8Array(60));
      const frame = (from: typeof host, to: typeof host, body: Uint8Array): Uint8Array =>
        ipv4({ from, to, protocol: 17, identification: i, body, checksumAt: 6, ttl: from.ttl });
      writer.write(frame(host, server, out), time);
      writer.write(frame(server, host, back), time + 5000);
    }
  });
  writer.close();
  return Buffer.concat(pieces);
}

test('alerts are there while the upload goes on, grow, and keep what was judged', async (t) => {
  const { store, as } = await runningService(t, ANALYSING);
  const analyst = await as('analyst');
  const bytes = example('attack.pcap');
  const half = Math.floor(bytes.length * 0.6);
  const id = await begin(analyst, 'attack.pcap', bytes.length);
  await send(analyst, id, bytes.subarray(0, half));
  const early = await until(async () => {
    const rows = await alertsOf(analyst);
    return rows.length >= 2 ? rows : undefined;
  }, 'alerts of half a capture');
  assert.equal((await store.files.get(id))!.state, 'uploading');
  assert.ok(early.every((row) => row.standing === 'provisional' && row.origin === id));
  const [first] = early;
  const judgement = { note: 'seen it early', verdict: 'true positive', state: 'resolved' } as const;
  const judged = await analyst.call<Judged>('POST', '/api/alerts/judge', {
    targets: [{ id: first!.id, version: first!.version }],
    judgement,
  });
  assert.equal(judged.status, 200, judged.text);
  await send(analyst, id, bytes.subarray(half), { offset: half });
  assert.equal((await settled(analyst, id)).file.state, 'analysed');

  const rows = await alertsOf(analyst);
  assert.ok(rows.every((row) => row.standing === 'final'));
  assert.equal(new Set(rows.map(({ host, kind }) => `${host} ${kind}`)).size, rows.length);
  for (const { id: known } of early) assert.ok(rows.some((row) => row.id === known));
  const kept = rows.find((row) => row.id === first!.id)!;
  assert.deepEqual(
    { note: kept.note, verdict: kept.verdict, state: kept.state },
    judgement,
    'what was judged early stands',
  );
  assert.ok(kept.flows >= first!.flows);
  assert.ok(early.some((row) => rows.find((now) => now.id === row.id)!.flows > row.flows));
  assert.deepEqual(await standing(store, id), byKey(await commandAlerts(bytes)));
});

test('the alerts at the end are those of the command, whatever was told before', async (t) => {
  const { store, as } = await runningService(t, ANALYSING);
  const analyst = await as('analyst');
  const regular = contacts(['10.0.0.5', '10.0.0.6']);
  for (const [name, bytes] of [
    ['office.pcap', example('office.pcap')],
    ['regular.pcap', regular],
  ] as const) {
    const id = await begin(analyst, name, bytes.length);
    const middle = Math.floor(bytes.length / 2);
    await send(analyst, id, bytes.subarray(0, middle));
    await sleep(2600);
    await send(analyst, id, bytes.subarray(middle), { offset: middle });
    await settled(analyst, id);
    const wanted = await commandAlerts(bytes);
    assert.deepEqual(await standing(store, id), byKey(wanted), name);
  }
});

test('an alert that the rest refutes is withdrawn, and its history says so', async (t) => {
  const { as } = await runningService(t, ANALYSING);
  const analyst = await as('analyst');
  // Once three hosts do it, the server is the site's own: the contact is expected.
  const bytes = contacts(['10.0.0.5', '10.0.0.6', '10.0.0.7']);
  const third = 24 + Math.floor((bytes.length - 24) / 3);
  const id = await begin(analyst, 'regular.pcap', bytes.length);
  await send(analyst, id, bytes.subarray(0, third));
  const early = await until(async () => {
    const rows = await alertsOf(analyst);
    return rows.find(({ kind }) => kind === 'beacon');
  }, 'the beacon of one host');
  const { body } = await analyst.call<Judged>('POST', '/api/alerts/judge', {
    targets: [{ id: early.id, version: early.version }],
    judgement: { note: 'who is this?' },
  });
  assert.equal(body.alerts[0]!.standing, 'provisional');
  await send(analyst, id, bytes.subarray(third), { offset: third });
  await settled(analyst, id);
  const [row, ...rest] = (await alertsOf(analyst)).filter(({ kind }) => kind === 'beacon');
  assert.deepEqual(rest, []);
  assert.equal(row!.id, early.id);
  assert.deepEqual(
    [row!.standing, row!.state, row!.verdict, row!.note],
    ['withdrawn', 'resolved', 'undecided', 'who is this?'],
  );
  const history = await analyst.call<AlertHistory>('GET', `/api/alerts/${early.id}/history`);
  const last = history.body.changes.at(-1)!;
  assert.equal(last.by, 'system');
  assert.equal(last.news, 'withdrawn: the rest of the traffic refutes it');
  assert.equal(history.body.changes[0]!.news, null, 'what people did has no news');
});

test('a cancelled analysis withdraws what it told', async (t) => {
  const { store, as } = await runningService(t, ANALYSING);
  const analyst = await as('analyst');
  const bytes = example('attack.pcap');
  const id = await begin(analyst, 'attack.pcap', bytes.length);
  const half = bytes.length >> 1;
  await send(analyst, id, bytes.subarray(0, half));
  await until(async () => ((await alertsOf(analyst)).length > 0 ? true : undefined), 'an alert');
  const { rows } = await store.jobs.page({ where: [{ field: 'fileId', is: 'equal', value: id }] });
  await analyst.call('POST', `/api/jobs/${rows[0]!.id}/cancel`);
  const [row] = await until(async () => {
    const all = await alertsOf(analyst);
    return all.every(({ standing }) => standing === 'withdrawn') ? all : undefined;
  }, 'the withdrawal');
  const history = await analyst.call<AlertHistory>('GET', `/api/alerts/${row!.id}/history`);
  assert.match(history.body.changes.at(-1)!.news!, /cancelled/);
});
