import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createService } from '../../src/serve/index.ts';
import type { Problem } from '../../src/serve/wire.ts';
import { openStore } from '../../src/store/index.ts';
import { startChild } from '../child.ts';
import { failingDisk, smallDisk } from '../small-disk.ts';
import { ACTOR, makeAlert, temporaryFolder, temporaryStore, testClock } from '../store/fixtures.ts';
import { ADMIN_PASSWORD, Caller, type Running, runningService } from './running.ts';
import { ANALYSING, begin, send, settled, upload } from './uploading.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const capture = readFileSync(new URL('../../examples/attack.pcap', import.meta.url));
const DAY = 86_400e6;

test('a full disk refuses an upload by name, keeps what came, and lets it go on', async (t) => {
  const disk = smallDisk(t, 24);
  if (disk === undefined) return;
  const { folder } = disk;
  const store = await openStore({ folder });
  const { as } = await runningService(t, { store, ...ANALYSING });
  const admin = await as('administrator');
  await store.alerts.put([makeAlert(1)]);
  const id = await begin(admin, 'a.pcap');
  const free = disk.fill(900_000);
  const refused = await send(admin, id, capture, { last: true });
  const { error } = refused.body as unknown as Problem;
  assert.deepEqual([refused.status, error.code], [507, 'STORE_FULL'], refused.text);
  assert.match(error.todo, /[Ff]ree space/);
  // Reading goes on.
  assert.equal((await admin.call('GET', '/api/alerts')).status, 200);
  free();
  const head = await admin.call('HEAD', `/api/files/${id}/content`);
  const offset = Number(head.headers['upload-offset']);
  assert.ok(offset < capture.length);
  const gone = await send(admin, id, capture.subarray(offset), { offset, last: true });
  assert.equal(gone.status, 200, gone.text);
  assert.ok(readFileSync(store.uploadPath(id)).equals(capture), 'the very bytes');
  const { file } = await settled(admin, id);
  assert.equal(file.state, 'analysed', file.problem);
  assert.equal(await store.alerts.count([{ field: 'origin', is: 'empty' }]), 1);
});

test('a disk that fills during the analysis leaves nothing half, and a retry does it all', async (t) => {
  const disk = smallDisk(t, 24);
  if (disk === undefined) return;
  const { folder } = disk;
  const store = await openStore({ folder });
  const lines: string[] = [];
  const log = { level: 'warn', to: { write: (line: string) => void lines.push(line) } } as const;
  const analysing = await runningService(t, { store, ...ANALYSING, log });
  const admin = await analysing.as('administrator');
  // Full from the moment on that all bytes are there: no room for the flows.
  const touch = store.files.touch.bind(store.files);
  let free: (() => void) | undefined;
  Object.assign(store.files, {
    touch: async (id: string, patch: Parameters<typeof touch>[1]) => {
      const done = await touch(id, patch);
      if (patch.state === 'received') free ??= disk.fill(0);
      return done;
    },
  });
  const { file } = await upload(admin, 'a.pcap', capture);
  const jobsNow = async () => {
    const { rows } = await store.jobs.page({});
    return rows.filter(({ fileId }) => fileId === file.id);
  };
  const told = () => lines.find((line) => line.includes('"analysis failed"'));
  for (let tries = 0; told() === undefined && tries < 600; tries++) await sleepMillis(50);
  assert.match(told() ?? '', /"STORE_FULL"/);
  // With no byte left even the failure cannot be noted; what is there must still be whole.
  assert.equal(await store.alerts.count(), 0);
  assert.equal(await store.flows.count({ view: 'argus' }), 0);
  free!();
  Object.assign(store.files, { touch });
  // As the end of the lease would, half a minute later.
  await store.jobs.release();
  for (let tries = 0; tries < 600; tries++) {
    const now = await jobsNow();
    if (now.some(({ state }) => state === 'done')) break;
    const failed = now.find(({ state }) => state === 'failed');
    if (failed) assert.fail(`the job failed: ${failed.problem}`);
    await sleepMillis(50);
  }
  const done = (await store.files.get(file.id))!;
  assert.equal(done.state, 'analysed', done.problem);
  assert.equal(
    await store.flows.count({ view: 'argus', origin: file.id }),
    done.facts['flows'],
    'each flow once',
  );
});

const sleepMillis = (millis: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, millis));

test('a read-only folder is told at the start, in one line', async (t) => {
  const disk = smallDisk(t, 24);
  if (disk === undefined) return;
  const { folder } = disk;
  const store = await openStore({ folder });
  await store.alerts.put([makeAlert(1)]);
  await store.close();
  assert.ok(disk.remount('ro'));
  const args = [MAIN, 'serve', '--folder', folder, '--port', '0'];
  const { code, err: stderr } = await startChild(args, { limitMillis: 30_000 }).ended;
  assert.equal(code, 1, stderr);
  assert.match(stderr, /STORE_READ_ONLY|cannot be (made or )?written/);
  assert.doesNotMatch(stderr, /\n\s+at /, 'no stack');
  assert.ok(disk.remount('rw'));
  const again = await openStore({ folder });
  assert.equal(await again.alerts.count(), 1);
  await again.close();
});

/** The connection that a store opens from now on. */
function caughtDatabase(t: TestContext): () => DatabaseSync {
  let caught: DatabaseSync | undefined;
  const { exec } = DatabaseSync.prototype;
  const mocked = t.mock.method(
    DatabaseSync.prototype,
    'exec',
    function (this: DatabaseSync, words: string) {
      if (this.location()?.endsWith('wiresift.sqlite')) caught = this;
      return exec.call(this, words);
    },
  );
  return () => {
    mocked.mock.restore();
    return caught!;
  };
}

test('a data base that becomes read-only while the service runs refuses changes by name, and recovers', async (t) => {
  const clock = testClock();
  const connection = caughtDatabase(t);
  const store = await temporaryStore(t, { now: clock.now });
  const database = connection();
  const running = await runningService(t, { store, now: clock.now });
  const { judge, unchanged } = await refusing(running);
  database.exec('pragma query_only = on');
  await unchanged('STORE_READ_ONLY', clock);
  database.exec('pragma query_only = off');
  assert.equal((await judge()).status, 200);
  assert.equal((await running.stranger().call('GET', '/readyz')).status, 200);
});

/** What holds for every service whose store takes no writes any more. */
async function refusing({ as, stranger, store }: Running) {
  const admin = await as('administrator');
  await store.alerts.put([makeAlert(1)]);
  const [alert] = (await store.alerts.page()).rows;
  const judge = () =>
    admin.call<Problem>('POST', '/api/alerts/judge', {
      targets: [{ id: alert!.id, version: alert!.version }],
      judgement: { state: 'resolved' },
    });
  return {
    admin,
    judge,
    async unchanged(code: string, clock: ReturnType<typeof testClock>): Promise<void> {
      // Sessions note their use each minute; that this fails must not keep anybody from reading.
      clock.set(clock.now() + 120e6);
      for (const refused of [await judge(), await stranger().signIn('admin', ADMIN_PASSWORD)]) {
        const { error } = refused.body as Problem;
        assert.deepEqual([refused.status, error.code], [503, code], refused.text);
        assert.ok(error.todo.length > 10);
        assert.doesNotMatch(refused.text, /tmp|sqlite/i, 'where it lies is nobody’s business');
      }
      assert.equal((await stranger().call('GET', '/readyz')).status, 503);
      assert.equal((await stranger().call('GET', '/healthz')).status, 200);
      for (const path of [
        '/api/alerts',
        `/api/alerts/${alert!.id}`,
        '/api/hosts',
        '/api/overview',
      ]) {
        const { status, text } = await admin.call('GET', path);
        assert.equal(status, 200, `${path}: ${text}`);
      }
      assert.equal((await store.alerts.get(alert!.id))?.state, 'open');
      assert.equal((await store.alerts.history(alert!.id)).length, 0);
    },
  };
}

test('a disk that becomes read-only under the running service: nothing said is lost, and it says why', async (t) => {
  const disk = failingDisk(t);
  if (disk === undefined) return;
  const folder = join(disk.folder, 'store');
  const clock = testClock();
  // As the command opens it.
  const store = await openStore({ folder, now: clock.now, threads: true });
  const running = await runningService(t, { store, now: clock.now, ...ANALYSING });
  const { admin, unchanged } = await refusing(running);
  const id = await begin(admin, 'a.pcap', capture.length);
  const half = capture.length >> 1;
  assert.equal((await send(admin, id, capture.subarray(0, half))).status, 200);
  disk.fail();
  await unchanged('STORE_READ_ONLY', clock);
  const refused = await send(admin, id, capture.subarray(half), { offset: half });
  const { error } = refused.body as unknown as Problem;
  assert.deepEqual([refused.status, error.code], [503, 'STORE_READ_ONLY'], refused.text);
  await assert.doesNotReject(running.service.close());
  await store.close();
  disk.repair();
  const again = await openStore({ folder });
  const next = await runningService(t, { store: again, ...ANALYSING });
  const caller = await next.as('administrator');
  assert.equal(await again.alerts.count(), 1);
  const head = await caller.call('HEAD', `/api/files/${id}/content`);
  assert.equal(head.headers['upload-offset'], String(half), 'from what was acknowledged on');
  await send(caller, id, capture.subarray(half), { offset: half });
  const { file } = await settled(caller, id);
  assert.equal(file.state, 'analysed', file.problem);
  assert.equal(await again.flows.count({ view: 'argus', origin: id }), file.facts['flows']);
});

test('a flush that the disk refuses is told, and the upload goes on from what is safe', async (t) => {
  const store = await temporaryStore(t);
  const { as } = await runningService(t, { store });
  const admin = await as('administrator');
  const id = await begin(admin, 'a.pcap', 300);
  assert.equal((await send(admin, id, Buffer.alloc(100, 1))).status, 200);
  const handle = await open(store.uploadPath(id), 'r');
  const type = Object.getPrototypeOf(handle) as FileHandle;
  await handle.close();
  const failing = t.mock.method(type, 'datasync', async () => {
    throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
  });
  const refused = await send(admin, id, Buffer.alloc(100, 2), { offset: 100 });
  const { error } = refused.body as unknown as Problem;
  assert.deepEqual([refused.status, error.code], [503, 'STORE_IO'], refused.text);
  failing.mock.restore();
  const head = await admin.call('HEAD', `/api/files/${id}/content`);
  assert.equal(head.headers['upload-offset'], '100', 'what was not flushed may be gone');
  const rest = await send(admin, id, Buffer.alloc(200, 3), { offset: 100 });
  assert.equal(rest.body.file.state, 'received');
  const kept = readFileSync(store.uploadPath(id));
  assert.ok(kept.equals(Buffer.concat([Buffer.alloc(100, 1), Buffer.alloc(200, 3)])));
});

test('a data base that another program holds refuses changes by name, answers questions, and recovers', async (t) => {
  const folder = temporaryFolder(t);
  const store = await openStore({ folder, lockMillis: 50 });
  const { as, stranger } = await runningService(t, { store });
  const admin = await as('administrator');
  await store.alerts.put([makeAlert(1)]);
  const [alert] = (await store.alerts.page()).rows;
  const judge = () =>
    admin.call<Problem>('POST', '/api/alerts/judge', {
      targets: [{ id: alert!.id, version: alert!.version }],
      judgement: { state: 'resolved' },
    });
  // Another program holds the lock to write for longer than we wait.
  const other = new DatabaseSync(join(folder, 'wiresift.sqlite'));
  other.exec('begin immediate');
  const refused = await judge();
  assert.equal(refused.body.error.code, 'STORE_LOCKED', refused.text);
  assert.equal((await stranger().call('GET', '/readyz')).status, 503);
  assert.equal((await stranger().call('GET', '/healthz')).status, 200);
  assert.equal((await admin.call('GET', '/api/alerts')).status, 200);
  assert.equal((await store.alerts.get(alert!.id))?.state, 'open');
  other.exec('rollback');
  other.close();
  assert.equal((await judge()).status, 200);
});

test('a clock set back ends sessions that would live on, and holds up no job and no sign-in', async (t) => {
  const clock = testClock();
  const store = await temporaryStore(t, { now: clock.now });
  const service = await createService({
    store,
    now: clock.now,
    adminPassword: ADMIN_PASSWORD,
    log: { level: 'silent' },
  });
  t.after(() => service.close());
  const admin = new Caller(service);
  await admin.signIn('admin', ADMIN_PASSWORD);
  const thief = new Caller(service);
  for (let i = 0; i < 7; i++) await thief.signIn('nobody', 'wrong');
  const job = await store.jobs.add({ kind: 'x' }, ACTOR);
  assert.equal((await store.jobs.claim({ owner: 'me' }))?.id, job.id);
  await store.jobs.fail(job.id, 'me', 'once', 5e6);
  const held = await store.jobs.add({ kind: 'x' }, ACTOR);
  assert.equal((await store.jobs.claim({ owner: 'gone' }))?.id, held.id);
  const page = await store.alerts.page({ limit: 1 });
  clock.set(clock.now() - 60e6);
  assert.equal((await admin.call('GET', '/api/session')).status, 200);
  assert.equal((await admin.call('GET', '/api/alerts')).status, 200, 'a minute is put right');
  clock.set(clock.now() - 400 * DAY);
  assert.equal((await admin.call('GET', '/api/alerts')).status, 401);
  const taken = [await store.jobs.claim({ owner: 'me' }), await store.jobs.claim({ owner: 'me' })];
  assert.deepEqual(new Set(taken.map((one) => one?.id)), new Set([job.id, held.id]));
  assert.equal(page.next, null);
  const wait = Number((await thief.signIn('nobody', 'wrong')).headers['retry-after'] ?? 0);
  assert.ok(wait <= 900, `${wait} s`);
  clock.set(clock.now() + 1000e6);
  assert.equal((await admin.signIn('admin', ADMIN_PASSWORD)).status, 200);
  assert.equal((await admin.call('GET', '/api/alerts')).status, 200);
});
