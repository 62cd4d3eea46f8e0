import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../src/base/index.ts';
import type { AlertPage, FileDetail, FileRow, Judged } from '../../src/serve/wire.ts';
import { openStore } from '../../src/store/index.ts';
import { firstPackets, Killable } from './killable.ts';

/** Times that the service is killed; more by the environment. */
const ROUNDS = Number(process.env['WIRESIFT_KILL_ROUNDS'] ?? 5);

const GIVEN_UP = /vanished at every attempt/;

/** What the service has said is done. */
interface Said {
  readonly id: string;
  readonly bytes: Buffer;
  received: number;
  complete: boolean;
}

/** Sends the next piece of the last file, or begins another. */
async function sendMore(service: Killable, said: Said[], random: Random): Promise<void> {
  let current = said.at(-1);
  if (!current || current.complete) {
    const bytes = firstPackets(300 + said.length * 137);
    const name = `${said.length}.pcap`;
    const answer = await service.call('POST', '/api/files', { name, size: bytes.length });
    const { file } = (await answer.json()) as { file: FileRow };
    current = { id: file.id, bytes, received: 0, complete: false };
    said.push(current);
  }
  const { id, bytes } = current;
  const head = await service.call('HEAD', `/api/files/${id}/content`);
  const offset = Number(head.headers.get('upload-offset'));
  assert.ok(offset >= current.received, `${offset} of ${current.received} bytes are there`);
  const end = Math.min(bytes.length, offset + 1 + random.int(40_000));
  // Gone on after a kill: the service may have the last bytes without having said so.
  if (offset < bytes.length) {
    const answer = await service.put(id, offset, bytes.subarray(offset, end));
    assert.equal(answer.status, 200);
    const { file } = (await answer.json()) as { file: FileRow };
    current.received = file.received;
    assert.equal(file.received, end);
  }
  const { file } = await service.get<{ file: FileRow }>(`/api/files/${id}`);
  if (file.state === 'uploading' && offset === bytes.length) {
    // All bytes were safe, their completion was not: an empty last piece makes it so.
    await service.put(id, offset, Buffer.alloc(0), true);
  }
  current.complete = file.state !== 'uploading' || offset === bytes.length;
}

/** Resolves the first open alert. */
async function judgeOne(service: Killable, judged: Map<string, number>): Promise<void> {
  const { rows } = await service.get<AlertPage>('/api/alerts?filter=state:eq:open&limit=1');
  const [alert] = rows;
  if (!alert) return;
  const answer = await service.call('POST', '/api/alerts/judge', {
    targets: [{ id: alert.id, version: alert.version }],
    judgement: { state: 'resolved', verdict: 'true positive' },
  });
  const { alerts } = (await answer.json()) as Judged;
  judged.set(alert.id, alerts[0]!.version);
}

/** A file; an analysis given up because it was killed at each attempt is asked for anew first. */
async function readableFile(service: Killable, id: string): Promise<FileDetail> {
  const path = `/api/files/${id}`;
  const detail = await service.get<FileDetail>(path);
  const given = detail.jobs.find(
    ({ state, problem }) => state === 'failed' && GIVEN_UP.test(problem),
  );
  if (detail.file.state !== 'failed' || !given) return detail;
  assert.equal((await service.call('POST', `/api/jobs/${given.id}/retry`)).status, 200);
  return service.get<FileDetail>(path);
}

async function check(
  service: Killable,
  said: readonly Said[],
  judged: Map<string, number>,
): Promise<void> {
  for (const { id, received, complete } of said) {
    const { file } = await readableFile(service, id);
    assert.ok(file.received >= received, `${id}: ${file.received} of ${received}`);
    if (complete) assert.notEqual(file.state, 'failed', file.problem);
  }
  for (const [id, version] of judged) {
    const { row } = await service.get<{ row: { state: string; version: number } }>(
      `/api/alerts/${id}`,
    );
    // Later: an alert judged early may be withdrawn since, which its history tells.
    assert.ok(row.state === 'resolved' && row.version >= version, JSON.stringify(row));
  }
}

test(`killed ${ROUNDS} times while it takes, analyses and judges: nothing said is lost, nothing is half`, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-kill-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const random = new Random(7);
  const said: Said[] = [];
  const judged = new Map<string, number>();
  // However the test ends, no service is left behind.
  t.after(() => Killable.last?.kill());
  for (let round = 0; round < ROUNDS; round++) {
    const service = await Killable.start(folder);
    await check(service, said, judged);
    let over = false;
    const work = (async () => {
      while (!over) {
        await sendMore(service, said, random);
        await judgeOne(service, judged);
      }
    })().catch((error: unknown) => {
      // A call that the kill broke off promised nothing.
      if (!over || (error as Error).name === 'AssertionError') throw error;
    });
    await sleep(30 + random.int(1500));
    over = true;
    await service.kill();
    await work;
  }
  const service = await Killable.start(folder);
  await check(service, said, judged);
  // A slow machine may not have come far in its rounds.
  while (said.length < 2 || !said.at(-1)!.complete) await sendMore(service, said, random);
  for (const { id } of said) {
    for (let tries = 0; ; tries++) {
      const { file } = await readableFile(service, id);
      if (file.state === 'analysed') break;
      assert.ok(tries < 600 && file.state !== 'failed', `${id}: ${file.state} ${file.problem}`);
      await sleep(100);
    }
  }
  await service.kill();
  const store = await openStore({ folder });
  t.after(() => store.close());
  for (const { id, bytes } of said) {
    const file = (await store.files.get(id))!;
    assert.ok(readFileSync(store.uploadPath(id)).equals(bytes), 'the very bytes');
    // Each analysis begun anew leaves its flows once.
    assert.equal(await store.flows.count({ view: 'argus', origin: id }), file.facts['flows']);
  }
  assert.equal(await store.jobs.count([{ field: 'state', is: 'equal', value: 'running' }]), 0);
});
