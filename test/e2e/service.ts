import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { FileProgress, FileRow, Session, UserAdded } from '../../src/serve/wire.ts';
import { startChild } from '../child.ts';
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
/** A test that walks all pages in a browser takes minutes. */
const LIMIT_MILLIS = 900_000;

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
  const child = startChild([join(root, 'src/cli/main.ts'), 'serve', ...flags], {
    env: { ...inherited, ...given },
    limitMillis: LIMIT_MILLIS,
  });
  const stop = async (): Promise<void> => {
    try {
      await child.end();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  try {
    const [, address] = await child.says(STARTED, STARTING_MILLIS);
    const [, password] =
      adminPassword === undefined ? await child.says(ONE_TIME, STARTING_MILLIS) : ['', ''];
    return { address: address!, password: password!, folder, log: () => child.err, stop };
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
}

const STARTED = /wiresift: (https?:\/\/\S+) \(stored in [^)]*\)\n/;
const ONE_TIME = /first sign-in: (\S+)\n/;

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
