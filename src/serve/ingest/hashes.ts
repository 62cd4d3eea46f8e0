import { createHash, type Hash } from 'node:crypto';
import { Worker } from 'node:worker_threads';

/** To the thread that hashes; answered in order. */
export type HashAsked = { readonly id: string } & (
  | { readonly ask: 'begin'; readonly path: string; readonly bytes: number }
  | { readonly ask: 'add'; readonly piece: Uint8Array }
  | { readonly ask: 'digest' | 'forget' }
);

/** From it. */
export type HashTold = { readonly answer: string } | { readonly problem: string };

interface Waiting {
  readonly resolve: (answer: string) => void;
  readonly reject: (error: unknown) => void;
}

/** Files of so many bytes are hashed in this thread: that takes less than to start another. */
const SMALL = 16 * 2 ** 20;

/** SHA-256 of what is arriving, in one thread for all uploads: hashing takes longer than writing. */
export class Hashes {
  readonly #small = new Map<string, Hash>();
  #worker: Worker | undefined;
  readonly #waiting: Waiting[] = [];

  /** Begins one with the bytes that a file has already. @param size of the whole, if it is known */
  async begin(id: string, path: string, bytes: number, size: number | null): Promise<void> {
    if (bytes === 0 && size !== null && size <= SMALL) {
      this.#small.set(id, createHash('sha256'));
      return;
    }
    this.#small.delete(id);
    await this.#ask({ ask: 'begin', id, path, bytes });
  }

  /** @param piece in shared memory; it must stay as it is until the promise settles */
  async add(id: string, piece: Uint8Array<SharedArrayBuffer>): Promise<void> {
    const small = this.#small.get(id);
    if (small) small.update(piece);
    else await this.#ask({ ask: 'add', id, piece });
  }

  /** Of all bytes so far, in hexadecimal digits. */
  async digest(id: string): Promise<string> {
    const small = this.#small.get(id);
    if (small) return small.copy().digest('hex');
    return this.#ask({ ask: 'digest', id });
  }

  forget(id: string): void {
    if (!this.#small.delete(id) && this.#worker) this.#ask({ ask: 'forget', id }).catch(() => {});
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #ask(asked: HashAsked): Promise<string> {
    const worker = (this.#worker ??= this.#start());
    return new Promise((resolve, reject) => {
      // Who waits for an answer keeps the process alive; an idle thread does not.
      if (this.#waiting.push({ resolve, reject }) === 1) worker.ref();
      worker.postMessage(asked);
    });
  }

  #start(): Worker {
    const ending = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
    const worker = new Worker(new URL(`./hash-thread${ending}`, import.meta.url));
    worker.unref();
    worker.on('message', (told: HashTold) => {
      const { resolve, reject } = this.#waiting.shift()!;
      if (this.#waiting.length === 0) worker.unref();
      if ('answer' in told) resolve(told.answer);
      else reject(new Error(told.problem));
    });
    worker.on('error', () => {});
    worker.on('exit', () => {
      this.#worker = undefined;
      const ended = new Error('the thread that hashes ended');
      for (const { reject } of this.#waiting.splice(0)) reject(ended);
    });
    return worker;
  }
}
