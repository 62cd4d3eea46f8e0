import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FileConsequences, FileRow, JobRow } from '../../src/serve/wire.ts';
import { openStore } from '../../src/store/index.ts';
import { makeAlert, temporaryFolder } from '../store/fixtures.ts';
import { firstPackets, Killable, type Moment } from './killable.ts';

/** A service that kills itself at a moment, and a call during which it does. */
async function dying(
  folder: string,
  moment: Moment,
  work: (service: Killable) => Promise<unknown>,
): Promise<void> {
  const service = await Killable.start(folder, moment);
  // The call that the kill broke off promised nothing; what this test finds wrong is told.
  const answer = work(service).catch(async (error: Error) => {
    if (error.name !== 'AssertionError') return 'broken off';
    await service.kill();
    throw error;
  });
  assert.equal(await answer, 'broken off', `${JSON.stringify(moment)} came too late`);
  const { signal } = await service.ended;
  assert.equal(signal, 'SIGKILL', JSON.stringify(moment));
}

async function untilDead(service: Killable): Promise<never> {
  await service.ended;
  throw new Error('dead');
}

function tidy(t: TestContext): string {
  const folder = temporaryFolder(t);
  // However the test ends, no service is left behind.
  t.after(() => Killable.last?.kill().catch(() => {}));
  return folder;
}

async function fileOf(service: Killable, id: string): Promise<FileRow> {
  return (await service.get<{ file: FileRow }>(`/api/files/${id}`)).file;
}

const offsetOf = async (service: Killable, id: string): Promise<number> => {
  const head = await service.call('HEAD', `/api/files/${id}/content`);
  return Number(head.headers.get('upload-offset'));
};

async function analysed(service: Killable, id: string): Promise<FileRow> {
  for (const until = Date.now() + 60_000; Date.now() < until; await sleep(50)) {
    const file = await fileOf(service, id);
    if (file.state === 'analysed') return file;
  }
  throw new Error('not analysed within a minute');
}

test('killed inside an upload and inside its analysis: it goes on from what was acknowledged', async (t) => {
  const folder = tidy(t);
  const bytes = firstPackets(3000);
  const [one, two, three] = [100_000, 150_000, 200_000];
  let id = '';
  // What was flushed is not yet noted: it was never said to be safe, and goes.
  await dying(
    folder,
    { sql: 'update "files" set "received"', at: 'before', nth: 3 },
    async (service) => {
      const begun = await service.call('POST', '/api/files', {
        name: 'a.pcap',
        size: bytes.length,
      });
      id = ((await begun.json()) as { file: FileRow }).file.id;
      assert.equal((await service.put(id, 0, bytes.subarray(0, 50_000))).status, 200);
      const first = await service.put(id, 50_000, bytes.subarray(50_000, one));
      assert.equal(((await first.json()) as { file: FileRow }).file.received, one);
      await service.put(id, one, bytes.subarray(one, two));
    },
  );
  // Noted and not answered: it is there.
  await dying(folder, { sql: 'update "files" set "received"', at: 'after' }, async (service) => {
    assert.equal(await offsetOf(service, id), one, 'the acknowledged chunks, and no other');
    await service.put(id, one, bytes.subarray(one, two));
  });
  // In the middle of a body: more lies in the file than was acknowledged.
  const service = await Killable.start(folder);
  assert.equal(await offsetOf(service, id), two);
  const body = new ReadableStream({
    start: (controller) => controller.enqueue(bytes.subarray(two, three)),
  });
  const put = service.stream(id, two, body).catch(() => 'broken off');
  for (const until = Date.now() + 30_000; (await offsetOf(service, id)) < three; await sleep(20)) {
    assert.ok(Date.now() < until, 'the bytes come while the body is open');
  }
  await service.kill();
  assert.equal(await put, 'broken off');
  // All bytes are safe, that these are all is not.
  await dying(folder, { sql: 'update "files" set "hash"', at: 'before' }, async (again) => {
    const offset = await offsetOf(again, id);
    assert.ok(offset >= two && offset <= three, `${offset}`);
    await again.put(id, offset, bytes.subarray(offset));
  });
  // Files of flows are written, and not yet on the list.
  await dying(folder, { sql: 'insert into "flow_parts"', at: 'before commit' }, async (again) => {
    assert.equal(await offsetOf(again, id), bytes.length);
    assert.equal((await again.put(id, bytes.length, Buffer.alloc(0), true)).status, 200);
    await untilDead(again);
  });
  // Flows are on the list, the alerts are on their way.
  await dying(folder, { sql: 'insert into "alerts"', at: 'before commit' }, untilDead);
  const left = await openStore({ folder });
  assert.equal(await left.alerts.count(), 0, 'no half of the alerts');
  assert.equal((await left.files.get(id))?.state, 'analysing');
  await left.close();
  // Three attempts have died: that is told, nothing of them is left, and a person may ask again.
  const last = await Killable.start(folder);
  const gone = await last.get<{ file: FileRow; jobs: JobRow[] }>(`/api/files/${id}`);
  assert.deepEqual(
    [gone.file.state, gone.file.problem],
    ['failed', 'the worker vanished at every attempt'],
  );
  const found = await last.get<FileConsequences>(`/api/files/${id}/consequences`);
  assert.deepEqual([found.flows, found.alerts], [0, 0]);
  const [job] = gone.jobs;
  assert.equal((await last.call('POST', `/api/jobs/${job!.id}/retry`, {})).status, 200);
  const file = await analysed(last, id);
  await last.kill();
  const store = await openStore({ folder });
  t.after(() => store.close());
  assert.ok(readFileSync(store.uploadPath(id)).equals(bytes), 'the very bytes');
  assert.equal(await store.flows.count({ view: 'argus', origin: id }), file.facts['flows']);
  assert.equal(await store.alerts.count(), file.facts['alerts']);
  const parts = await store.flows.parts();
  const there = readdirSync(join(folder, 'flows'), { recursive: true, encoding: 'utf8' });
  const whole = there.filter((name) => name.endsWith('.parquet'));
  assert.equal(whole.length, parts.length, 'no file that is on no list');
  assert.equal(there.filter((name) => name.includes('.tmp-')).length, 0);
});

test('killed inside a judgement: those acknowledged are kept, the one at work is whole or not there', async (t) => {
  const folder = tidy(t);
  const alerts = Array.from({ length: 40 }, (_, i) => makeAlert(i));
  const store = await openStore({ folder });
  await store.alerts.put(alerts);
  await store.close();
  const judge = (service: Killable, from: number, to: number): Promise<Response> =>
    service.call('POST', '/api/alerts/judge', {
      targets: alerts.slice(from, to).map(({ id }) => ({ id, version: 1 })),
      judgement: { state: 'resolved', verdict: 'true positive', note: `${from}` },
    });
  const resolved = async (from: number, to: number): Promise<number> => {
    const again = await openStore({ folder });
    let count = 0;
    for (const { id } of alerts.slice(from, to)) {
      const [alert, history] = [await again.alerts.get(id), await again.alerts.history(id)];
      assert.equal(history.length, alert?.state === 'resolved' ? 1 : 0, 'row and history agree');
      assert.equal(alert?.version, alert?.state === 'resolved' ? 2 : 1);
      if (alert?.state === 'resolved') count++;
    }
    await again.close();
    return count;
  };
  // The rows are changed, their history has no lines yet.
  await dying(
    folder,
    { sql: 'insert into "alert_changes"', at: 'before', nth: 2 },
    async (service) => {
      assert.equal((await judge(service, 0, 10)).status, 200);
      await judge(service, 10, 20);
    },
  );
  assert.deepEqual([await resolved(0, 10), await resolved(10, 20)], [10, 0]);
  await dying(folder, { sql: 'insert into "alert_changes"', at: 'before commit' }, (service) =>
    judge(service, 20, 30),
  );
  assert.equal(await resolved(20, 30), 0);
  await dying(folder, { sql: 'insert into "alert_changes"', at: 'after commit' }, (service) =>
    judge(service, 30, 40),
  );
  assert.equal(await resolved(30, 40), 10);
  assert.equal(await resolved(0, 10), 10, 'still');
});
