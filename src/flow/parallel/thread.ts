import { Worker } from 'node:worker_threads';
import type { FromWorker, ToWorker } from './messages.ts';

/** Threads kept for the next meter: starting one, and compiling its code, costs it 0.2 s and more. */
const MOST_IDLE = 16;

/** Who uses a thread at present. */
export interface ThreadUser {
  onMessage(message: FromWorker): void;
  /** The thread is gone before it was through. */
  onFailure(error: unknown): void;
}

const idle: Thread[] = [];

/** A thread that meters, for one meter after another. Idle ones do not keep the process alive. */
export class Thread {
  readonly #worker = new Worker(new URL('./worker.ts', import.meta.url));
  #user: ThreadUser | undefined;

  constructor() {
    this.#worker.on('message', (message: FromWorker) => this.#user?.onMessage(message));
    this.#worker.on('error', (error) => this.#gone(error));
    this.#worker.on('exit', (code) =>
      this.#gone(new Error(`a worker thread ended early, with code ${code}`)),
    );
  }

  /** An idle thread, or a new one. */
  static take(user: ThreadUser): Thread {
    const thread = idle.pop() ?? new Thread();
    thread.#user = user;
    thread.#worker.ref();
    return thread;
  }

  send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  /** To be called when the thread has nothing left to do. */
  async release(): Promise<void> {
    this.#user = undefined;
    if (idle.length >= MOST_IDLE) await this.terminate();
    else {
      this.#worker.unref();
      idle.push(this);
    }
  }

  /** Ends the thread, whatever it does. */
  async terminate(): Promise<void> {
    this.#user = undefined;
    await this.#worker.terminate();
  }

  #gone(error: unknown): void {
    const at = idle.indexOf(this);
    if (at >= 0) idle.splice(at, 1);
    this.#user?.onFailure(error);
  }
}
