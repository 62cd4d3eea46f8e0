import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, type Ended, startChild } from '../child.ts';
import { ADMIN_PASSWORD } from './running.ts';

const CHILD = fileURLToPath(new URL('./kill-child.ts', import.meta.url));
const DIE_AT = new URL('./die-at.ts', import.meta.url).href;
/** Starting is what takes the time; the second process and on find their code compiled. */
const CACHE = join(tmpdir(), 'wiresift-compile-cache');
/** A call that nobody answers any more has failed. */
const CALL_MILLIS = 60_000;

const capture = readFileSync(new URL('../../examples/attack.pcap', import.meta.url));

/** The first packets of the capture: files that differ from each other. */
export function firstPackets(count: number): Buffer {
  let at = 24;
  for (let i = 0; i < count && at < capture.length; i++) at += 16 + capture.readUInt32LE(at + 8);
  return capture.subarray(0, at);
}

/** Where a process kills itself; see `die-at.ts`. */
export interface Moment {
  /** Part of the SQL of a statement that changes rows. */
  readonly sql: string;
  /** About that statement, or about the commit of the transaction that it stands in. */
  readonly at: 'before' | 'after' | 'before commit' | 'after commit';
  /** Which of them counts from the start of the process; default the first. */
  readonly nth?: number;
}

/** A service in a process of its own, as a client sees it. */
export class Killable {
  readonly #child: Child;
  readonly #address: string;
  #headers: Record<string, string> = {};

  private constructor(child: Child, address: string) {
    this.#child = child;
    this.#address = address;
  }

  static last: Killable | undefined;

  /** @param moment when it shall kill itself, if at all */
  static async start(folder: string, moment?: Moment): Promise<Killable> {
    const child = startChild([...(moment ? ['--import', DIE_AT] : []), CHILD, folder], {
      errors: 'inherit',
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: CACHE,
        WIRESIFT_DIE_AT: JSON.stringify(moment ?? null),
      },
    });
    const [address] = await child.says(/^http\S+(?=\n)/m);
    const killable = new Killable(child, address);
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
      signal: AbortSignal.timeout(CALL_MILLIS),
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

  /** Sends bytes of an upload from an offset on. */
  put(id: string, offset: number, piece: Uint8Array, last = false): Promise<Response> {
    return this.call('PUT', `/api/files/${id}/content`, piece, {
      'content-type': 'application/octet-stream',
      'upload-offset': String(offset),
      ...(last ? { 'upload-complete': '1' } : {}),
    });
  }

  /** Begins a body of an upload that is longer than what is sent of it. */
  stream(id: string, offset: number, body: ReadableStream): Promise<Response> {
    const headers = { ...this.#headers, 'content-type': 'application/octet-stream' };
    return fetch(`${this.#address}/api/files/${id}/content`, {
      method: 'PUT',
      signal: AbortSignal.timeout(CALL_MILLIS),
      headers: { ...headers, 'upload-offset': String(offset) },
      body,
      duplex: 'half',
    } as RequestInit);
  }

  /** How it ended, when it ends by itself. */
  get ended(): Promise<Ended> {
    return this.#child.ended;
  }

  async kill(): Promise<void> {
    await this.#child.end('SIGKILL');
  }
}
