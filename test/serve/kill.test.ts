import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Random } from '../../src/base/index.ts';
import type { AlertPage, FileRow, Judged } from '../../src/serve/wire.ts';
import { openStore } from '../../src/store/index.ts';
import { ADMIN_PASSWORD } from './running.ts';

/** Times that the service is killed; more by the environment. */
const ROUNDS = Number(process.env['WIRESIFT_KILL_ROUNDS'] ?? 10);
const CHILD = fileURLToPath(new URL('./kill-child.ts', import.meta.url));

const capture = readFileSync(new URL('../../examples/attack.pcap', import.meta.url));

/** The first packets of the capture: files that differ from each other. */
function firstPackets(count: number): Buffer {
  let at = 24;
  for (let i = 0; i < count && at < capture.length; i++) at += 16 + capture.readUInt32LE(at + 8);
  return capture.subarray(0, at);
}

/** A service in a process of its own, as a client sees it. */
class Killable {
  readonly #child: ChildProcess;
  readonly #address: string;
  #headers: Record<string, string> = {};

  private constructor(child: ChildProcess, address: string) {
    this.#child = child;
    this.#address = address;
  }

  static last: Killable | undefined;

  static async start(folder: string): Promise<Killable> {
    const child = spawn(process.execPath, [CHILD, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: child.stdout! });
    const [address] = await new Promise<string[]>((resolve, reject) => {
      lines.once('line', (line) => resolve([line]));
      child.once('exit', (code) => reject(new Error(`the service ended: ${code}`)));
    });
    const killable = new Killable(child, address!);
    Killable.last = killable;
    const answer = await killable.call('POST', '/api/session', {
      name: 'admin',
      password: ADMIN_PASSWORD,
    });
    const { csrf } = (await answer.json()) as { csrf: string };
    const cookie = answer.headers.get('set-cookie')!.split(';')[0]!;
    killable.#headers = { cookie, 'x-wiresift-csrf': csrf };
    return killable;
  }

  call(
    method: string,
    path: string,
    body?: object,
    more: Record<string, string> = {},
  ): Promise<Response> {
    const json = body !== undefined && !(body instanceof Uint8Array);
    return fetch(this.#address + path, {
      method,
      headers: {
        ...this.#headers,
        ...(json ? { 'content-type': 'application/json' } : {}),
        ...more,
      },
      ...(body === undefined
        ? {}
        : { body: json ? JSON.stringify(body) : (body as Buffer<ArrayBuffer>) }),
    });
  }

  async get<Body>(path: string): Promise<Body> {
    return (await (await this.call('GET', path)).json()) as Body;
  }

  kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      this.#child.kill('SIGKILL');
    });
  }
}

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
    const answer = await service.call(
      'PUT',
      `/api/files/${id}/content`,
      bytes.subarray(offset, end),
      {
        'content-type': 'application/octet-stream',
        'upload-offset': String(offset),
      },
    );
    assert.equal(answer.status, 200);
    const { file } = (await answer.json()) as { file: FileRow };
    current.received = file.received;
    assert.equal(file.received, end);
  }
  const { file } = await service.get<{ file: FileRow }>(`/api/files/${id}`);
  if (file.state === 'uploading' && offset === bytes.length) {
    // All bytes were safe, their completion was not: an empty last piece makes it so.
    await service.call('PUT', `/api/files/${id}/content`, Buffer.alloc(0), {
      'content-type': 'application/octet-stream',
      'upload-offset': String(offset),
      'upload-complete': '1',
    });
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

async function check(
  service: Killable,
  said: readonly Said[],
  judged: Map<string, number>,
): Promise<void> {
  for (const { id, received, complete } of said) {
    const { file } = await service.get<{ file: FileRow }>(`/api/files/${id}`);
    assert.ok(file.received >= received, `${id}: ${file.received} of ${received}`);
    if (complete) assert.notEqual(file.state, 'failed', file.problem);
  }
  for (const [id, version] of judged) {
    const { row } = await service.get<{ row: { state: string; version: number } }>(
      `/api/alerts/${id}`,
    );
    assert.deepEqual([row.state, row.version], ['resolved', version]);
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
  while (!said.at(-1)!.complete) await sendMore(service, said, random);
  for (const { id } of said) {
    for (let tries = 0; ; tries++) {
      const { file } = await service.get<{ file: FileRow }>(`/api/files/${id}`);
      if (file.state === 'analysed') break;
      assert.ok(tries < 600 && file.state !== 'failed', `${id}: ${file.state} ${file.problem}`);
      await sleep(100);
    }
  }
  await service.kill();
  const store = await openStore({ folder });
  t.after(() => store.close());
  assert.ok(said.length > 1);
  for (const { id, bytes } of said) {
    const file = (await store.files.get(id))!;
    assert.ok(readFileSync(store.uploadPath(id)).equals(bytes), 'the very bytes');
    // Each analysis begun anew leaves its flows once.
    assert.equal(await store.flows.count({ view: 'argus', origin: id }), file.facts['flows']);
  }
  assert.equal(await store.jobs.count([{ field: 'state', is: 'equal', value: 'running' }]), 0);
});
