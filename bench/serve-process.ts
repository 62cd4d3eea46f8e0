import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../test/child.ts';

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const PASSWORD = 'correct horse battery staple';
/** Headers of a body that is all of an upload. */
export const WHOLE_UPLOAD: Readonly<Record<string, string>> = {
  'content-type': 'application/octet-stream',
  'upload-offset': '0',
  'upload-complete': '1',
};
/** Ticks of `/proc` in a second; Linux has shown 100 to programs for decades. */
const TICKS = 100;
/** No run takes longer. */
const LIMIT_MILLIS = 3 * 3600_000;

/** Processor time and memory of a process, as `/proc` tells them (Linux alone; else zeros). */
export interface Usage {
  readonly cpuSeconds: number;
  readonly residentMegabytes: number;
}

/** What a call gave, and how long it took. */
export interface Called {
  readonly status: number;
  readonly text: string;
  readonly millis: number;
}

/** What somebody needs who calls the service from elsewhere. */
export interface Access {
  readonly address: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** How {@link ServiceProcess.call} asks. */
export interface Call {
  readonly method?: string;
  readonly json?: unknown;
  readonly body?: Readable;
  readonly headers?: Readonly<Record<string, string>>;
}

/** `wiresift serve` as a process of its own, with somebody signed in. */
export class ServiceProcess {
  readonly #child: Child;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #address: string;
  #headers: Record<string, string> = {};

  private constructor(child: Child, address: string) {
    this.#child = child;
    this.#address = address;
  }

  /**
   * Starts it over a folder, and over a data base when one is named.
   * @param profiles folder that Node writes a profile of each thread to, at the end
   */
  static async start(folder: string, url = '', profiles = ''): Promise<ServiceProcess> {
    const args = [MAIN, 'serve', '--folder', folder, '--port', '0', '--log-level', 'error'];
    const flags = profiles === '' ? [] : ['--cpu-prof', `--cpu-prof-dir=${profiles}`];
    const env = { ...process.env, WIRESIFT_ADMIN_PASSWORD: PASSWORD, DATABASE_URL: url };
    const child = startChild([...flags, ...args], { env, limitMillis: LIMIT_MILLIS });
    const [address] = await child.says(/http:\/\/[^ ]+/);
    // What it complains of from here on is seen at once.
    child.process.stderr!.on('data', (text: string) => process.stderr.write(text));
    const service = new ServiceProcess(child, address);
    await service.#signIn();
    return service;
  }

  async #signIn(): Promise<void> {
    const credentials = JSON.stringify({ name: 'admin', password: PASSWORD });
    const headers = { 'content-type': 'application/json' };
    const response = await this.#send('POST', '/api/session', headers, credentials);
    const { csrf } = JSON.parse(await textOf(response)) as { csrf: string };
    const cookie = response.headers['set-cookie']![0]!.split(';')[0]!;
    this.#headers = { cookie, 'x-wiresift-csrf': csrf };
  }

  async #send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body: string | Readable,
  ): Promise<IncomingMessage> {
    const sending = request(this.#address + path, {
      agent: this.#agent,
      method,
      headers: { ...this.#headers, ...headers },
    });
    const answer = once(sending, 'response') as Promise<[IncomingMessage]>;
    if (typeof body === 'string') sending.end(body);
    else {
      // A refusal may come before all is sent: the answer tells it.
      pipeline(body, sending).catch(() => {});
    }
    return answer.then(
      ([response]) => response,
      (error: unknown) => {
        // A connection that the service closed for being idle, at the moment it was used again.
        const closed =
          sending.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
        if (closed && typeof body === 'string') return this.#send(method, path, headers, body);
        throw new Error(`${method} ${path}: ${String(error)}`, { cause: error });
      },
    );
  }

  /** One call. @throws Error when the answer is a refusal */
  async call(
    path: string,
    { method = 'GET', json, body, headers = {} }: Call = {},
  ): Promise<Called> {
    const type: Record<string, string> =
      json === undefined ? {} : { 'content-type': 'application/json' };
    const started = performance.now();
    const payload = body ?? (json === undefined ? '' : JSON.stringify(json));
    const response = await this.#send(method, path, { ...type, ...headers }, payload);
    const text = await textOf(response);
    const status = response.statusCode ?? 0;
    if (status >= 400) throw new Error(`${method} ${path}: ${status} ${text.slice(0, 300)}`);
    return { status, text, millis: performance.now() - started };
  }

  /** Where it is and who is signed in, for another thread. */
  get access(): Access {
    return { address: this.#address, headers: this.#headers };
  }

  /** One number of `/metrics`, or nothing. */
  async metric(name: string): Promise<number> {
    const { text } = await this.call('/metrics');
    const line = text.split('\n').find((one) => one.startsWith(`${name} `));
    return Number(line?.slice(name.length + 1) ?? Number.NaN);
  }

  /** Begins an upload. @returns its id */
  async beginUpload(name: string, size?: number): Promise<string> {
    const json = { name, ...(size === undefined ? {} : { size }) };
    const { text } = await this.call('/api/files', { method: 'POST', json });
    return (JSON.parse(text) as { file: { id: string } }).file.id;
  }

  /** Sends all of a file. @returns milliseconds until the answer that all of it is safe */
  async upload(id: string, body: Readable, size?: number): Promise<number> {
    const length: Record<string, string> =
      size === undefined ? {} : { 'content-length': String(size) };
    const headers = { ...WHOLE_UPLOAD, ...length };
    const path = `/api/files/${id}/content`;
    return (await this.call(path, { method: 'PUT', body, headers })).millis;
  }

  /** What the process has used up to now. */
  usage(): Usage {
    if (process.platform !== 'linux') return { cpuSeconds: 0, residentMegabytes: 0 };
    const folder = `/proc/${this.#child.process.pid}`;
    const fields = readFileSync(`${folder}/stat`, 'utf8').split(') ')[1]!.split(' ');
    const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`${folder}/status`, 'utf8'));
    return {
      cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS,
      residentMegabytes: Number(resident?.[1] ?? 0) / 1024,
    };
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    await this.#child.end('SIGTERM', 60_000);
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const piece of response) text += piece;
  return text;
}
