import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FileProgress, FileRow, Session, UserAdded } from '../../src/serve/wire.ts';
import { builtConsole } from '../console/browser.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A capture that the repository makes itself. */
export const example = (name: string): string => join(root, 'examples', name);

/** `wiresift serve` as a process over a folder of its own. */
export interface Started {
  readonly address: string;
  /** What the first start printed; '' when a password was given. */
  readonly password: string;
  readonly folder: string;
  /** Lines of its log so far. */
  log(): string;
  stop(): Promise<void>;
}

const STARTING_MILLIS = 60_000;

/**
 * Starts it on a free port.
 * @param adminPassword instead of a one-time password
 * @param folder with a store that is there already; removed at the end
 */
export async function startService(
  adminPassword?: string,
  folder = mkdtempSync(join(tmpdir(), 'wiresift-e2e-')),
): Promise<Started> {
  const page = await builtConsole();
  const flags = ['--folder', folder, '--port', '0', '--console', page, '--log-level', 'warn'];
  const { DATABASE_URL: _, ...inherited } = process.env;
  const given = adminPassword === undefined ? {} : { WIRESIFT_ADMIN_PASSWORD: adminPassword };
  const child = spawn(process.execPath, [join(root, 'src/cli/main.ts'), 'serve', ...flags], {
    env: { ...inherited, ...given },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  const stop = async (): Promise<void> => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const until = Date.now() + STARTING_MILLIS;
  while (!/\(stored in [^)]*\)\n/.test(told) || !complete(told, adminPassword)) {
    if (child.exitCode !== null || Date.now() > until) {
      await stop();
      throw new Error(`the service did not start:\n${told}`);
    }
    await sleep(20);
  }
  const address = /wiresift: (https?:\/\/\S+)/.exec(told)![1]!;
  const password = /first sign-in: (\S+)/.exec(told)?.[1] ?? '';
  return { address, password, folder, log: () => told, stop };
}

const complete = (told: string, adminPassword: string | undefined): boolean =>
  adminPassword !== undefined || /first sign-in: \S+\n/.test(told);

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const forced = setTimeout(() => child.kill('SIGKILL'), 20_000);
  await gone;
  clearTimeout(forced);
}

/** Somebody who calls the service without the console. */
export class Caller {
  readonly #address: string;
  #headers: Record<string, string> = {};

  private constructor(address: string) {
    this.#address = address;
  }

  static async signIn(address: string, name: string, password: string): Promise<Caller> {
    const caller = new Caller(address);
    const response = await caller.send('POST', '/api/session', { name, password });
    if (response.status !== 200) throw new Error(await response.text());
    const session = (await response.json()) as Session;
    const cookie = response.headers.get('set-cookie')!.split(';')[0]!;
    caller.#headers = { cookie, 'x-wiresift-csrf': session.csrf! };
    return caller;
  }

  send(method: string, path: string, body?: unknown): Promise<Response> {
    const bytes = body instanceof Uint8Array;
    const type = bytes ? 'application/octet-stream' : 'application/json';
    return fetch(`${this.#address}${path}`, {
      method,
      headers: {
        ...this.#headers,
        ...(body === undefined ? {} : { 'content-type': type }),
        ...(bytes ? { 'upload-offset': '0' } : {}),
      },
      ...(body === undefined ? {} : { body: bytes ? Buffer.from(body) : JSON.stringify(body) }),
    });
  }

  /** The answer's body. @throws when it is a refusal */
  async get<Body>(path: string, method = 'GET', body?: unknown): Promise<Body> {
    const response = await this.send(method, path, body);
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as Body;
  }

  /** Uploads a capture and waits until it was analysed. */
  async upload(path: string, name = basename(path), bytes = readFileSync(path)): Promise<FileRow> {
    const { file } = await this.get<FileProgress>('/api/files', 'POST', {
      name,
      size: bytes.length,
    });
    await this.get(`/api/files/${file.id}/content`, 'PUT', new Uint8Array(bytes));
    return this.analysed(file.id);
  }

  async analysed(id: string): Promise<FileRow> {
    for (const until = Date.now() + 120_000; Date.now() < until; await sleep(100)) {
      const { file } = await this.get<{ file: FileRow }>(`/api/files/${id}`);
      if (file.state === 'failed') throw new Error(file.problem);
      if (file.state === 'analysed') return file;
    }
    throw new Error(`${id} was not analysed in two minutes`);
  }

  /** Adds somebody who has chosen a password already. */
  async addPerson(name: string, role: string, password: string): Promise<Caller> {
    const made = await this.get<UserAdded>('/api/users', 'POST', { name, role });
    const first = await Caller.signIn(this.#address, name, made.password!);
    const change = { current: made.password!, next: password };
    const response = await first.send('POST', '/api/session/password', change);
    if (!response.ok) throw new Error(await response.text());
    return Caller.signIn(this.#address, name, password);
  }
}
