import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createService } from '../../../src/serve/index.ts';
import type { JobRow } from '../../../src/serve/wire.ts';
import { ADMIN_PASSWORD, Caller, runningService } from '../running.ts';
import { ANALYSING, begin, send, settled, upload } from '../uploading.ts';

const capture = readFileSync(new URL('../../../examples/attack.pcap', import.meta.url));
const half = capture.length >> 1;

async function runningJob(caller: Caller, id: string): Promise<JobRow> {
  for (let tries = 0; tries < 200; tries++) {
    const { body } = await caller.call<{ jobs: JobRow[] }>('GET', `/api/files/${id}`);
    const job = body.jobs.find(({ state }) => state === 'running');
    if (job) return job;
    await sleep(50);
  }
  throw new Error('no job runs');
}

test('a service that ends hands back its jobs; the next one does them', async (t) => {
  const { service, store, as } = await runningService(t, ANALYSING);
  const analyst = await as('analyst');
  const id = await begin(analyst, 'attack.pcap', capture.length);
  await send(analyst, id, capture.subarray(0, half));
  const job = await runningJob(analyst, id);
  await service.close();
  assert.equal(await store.flows.count({ view: 'argus' }), 0);
  const left = (await store.jobs.get(job.id))!;
  assert.deepEqual([left.state, left.leaseUntil], ['running', 0]);
  const next = await createService({ store, ...ANALYSING, log: { level: 'silent' } });
  assert.equal(next.firstPassword, undefined);
  const caller = new Caller(next);
  await caller.signIn('analyst', ADMIN_PASSWORD);
  const rest = await send(caller, id, capture.subarray(half), { offset: half });
  const { file } = await settled(caller, id);
  await next.close();
  assert.equal(rest.status, 200);
  assert.equal(file.state, 'analysed');
  assert.equal(await store.flows.count({ view: 'argus' }), 3596);
});

test('a job that is cancelled leaves nothing, and can be done again', async (t) => {
  const { store, as } = await runningService(t, ANALYSING);
  const analyst = await as('analyst');
  const id = await begin(analyst, 'attack.pcap', capture.length);
  await send(analyst, id, capture.subarray(0, half));
  const job = await runningJob(analyst, id);
  assert.equal((await analyst.call('POST', `/api/jobs/${job.id}/cancel`)).status, 200);
  for (let tries = 0; (await store.jobs.get(job.id))!.state !== 'cancelled'; tries++) {
    assert.ok(tries < 200);
    await sleep(50);
  }
  assert.equal(await store.flows.count({ view: 'argus' }), 0);
  await send(analyst, id, capture.subarray(half), { offset: half });
  const { file, jobs } = await settled(analyst, id);
  assert.equal(file.state, 'analysed');
  assert.deepEqual(jobs.map(({ state }) => state).sort(), ['cancelled', 'done']);
});

test('a file that was deleted while it is analysed leaves nothing', async (t) => {
  const { store, as } = await runningService(t, ANALYSING);
  const analyst = await as('analyst');
  const id = await begin(analyst, 'attack.pcap', capture.length);
  await send(analyst, id, capture.subarray(0, half));
  await runningJob(analyst, id);
  assert.equal((await analyst.call('DELETE', `/api/files/${id}`)).status, 204);
  assert.equal(await store.flows.count({ view: 'argus' }), 0);
  assert.equal(await store.jobs.count([{ field: 'state', is: 'equal', value: 'running' }]), 0);
  assert.equal((await analyst.call('HEAD', `/api/files/${id}/content`)).status, 404);
});

test('settings and models count for the next analysis', async (t) => {
  const { store, as } = await runningService(t, ANALYSING);
  const admin = await as('administrator');
  const least = { name: 'detection.minimumSeverity', version: 0, value: 'high' };
  assert.equal((await admin.call('PUT', '/api/settings', least)).status, 200);
  const { body } = await admin.call<{ models: { id: string; version: number }[] }>(
    'GET',
    '/api/models',
  );
  for (const { id, version } of body.models) {
    const patch = { version, active: false };
    assert.equal((await admin.call('PATCH', `/api/models/${id}`, patch)).status, 200);
  }
  const { file } = await upload(admin, 'attack.pcap', capture);
  await settled(admin, file.id);
  const { rows } = await store.alerts.page();
  assert.ok(rows.length > 0);
  assert.ok(rows.every(({ severity, model }) => severity === 'high' && model === ''));
});
