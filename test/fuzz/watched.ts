import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Bounds, HEAP_MIB } from './bounds.ts';
import type { Message, Plan } from './plan.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
/**
 * Makes glibc give large blocks back at once. By its default the threshold moves up to 32 MiB, and
 * what a process holds then says more of the order of its allocations than of a leak.
 */
const ALLOCATOR = { MALLOC_MMAP_THRESHOLD_: '65536', MALLOC_ARENA_MAX: '2' };
/** Milliseconds between two looks at the process. */
const LOOK_MILLIS = 50;
/** Milliseconds a process may take to load sources and list seeds. */
const START_MILLIS = 30_000;
/** Characters kept of what the process wrote to standard error. */
const TAIL = 4000;

/** How a working process ended before its work was done. */
export interface Ending {
  readonly kind: 'crash' | 'hang' | 'memory';
  readonly text: string;
}

/** Memory of a process on Linux, in bytes; 0 elsewhere or when it is gone. */
function residentBytes(pid: number | undefined): number {
  try {
    const text = readFileSync(`/proc/${pid}/status`, 'latin1');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/**
 * Runs a plan in a process of its own and watches it from outside, so that neither an endless loop
 * nor a spent memory stops the watch.
 */
export class WatchedProcess {
  readonly #child: ChildProcess;
  readonly #bounds: Bounds;
  readonly #onMemory: (bytes: number) => void;
  #lastSign = Date.now();
  #caseBegan = Date.now();
  #ready = false;
  #finished = false;
  #ending: Ending | undefined;
  #errors = '';
  readonly #closed: Promise<readonly [number | null, string | null]>;

  constructor(options: {
    readonly plan: Plan;
    readonly bounds: Bounds;
    readonly onMessage: (message: Message) => void;
    readonly onMemory: (bytes: number) => void;
  }) {
    const { plan, bounds, onMessage } = options;
    this.#bounds = bounds;
    this.#onMemory = options.onMemory;
    this.#child = fork(WORKER, [JSON.stringify(plan)], {
      execArgv: ['--expose-gc', `--max-old-space-size=${HEAP_MIB}`, '--max-semi-space-size=8'],
      env: { ...process.env, ...ALLOCATOR },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    // From the start on: an end before anybody asks must not be waited for in vain.
    this.#closed = new Promise((resolve) => {
      // "close" comes when the last message and the last of standard error were read.
      this.#child.once('close', (code, signal) => resolve([code, signal]));
      this.#child.once('error', (error) => {
        this.#errors += error.message;
        resolve([null, null]);
      });
    });
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-TAIL);
    });
    this.#child.on('message', (message: Message) => {
      this.#lastSign = Date.now();
      this.#ready = true;
      if (message.kind === 'begin') this.#caseBegan = this.#lastSign;
      if (message.kind === 'begin' || message.kind === 'done') options.onMemory(message.memory);
      if (message.kind === 'done') this.#finished = true;
      onMessage(message);
    });
  }

  /** Ends the process; {@link WatchedProcess.ended} then gives nothing. */
  stop(): void {
    this.#finished = true;
    this.#child.kill('SIGKILL');
  }

  /** @returns how it failed, or undefined when the plan was carried out */
  async ended(): Promise<Ending | undefined> {
    const timer = setInterval(() => this.#look(), LOOK_MILLIS);
    const [code, signal] = await this.#closed;
    clearInterval(timer);
    if (this.#ending) return this.#ending;
    if (this.#finished) return undefined;
    const how = signal ? `ended by ${signal}` : `ended with exit code ${code}`;
    return { kind: 'crash', text: `${how}\n${this.#errors.trim()}` };
  }

  #look(): void {
    if (this.#ending || this.#finished) return;
    const { hangMillis, caseMillis, memoryBytes } = this.#bounds;
    const now = Date.now();
    const bytes = residentBytes(this.#child.pid);
    if (bytes > 0) this.#onMemory(bytes);
    if (bytes > memoryBytes) {
      this.#end('memory', `${mebibytes(bytes)} held, ${mebibytes(memoryBytes)} allowed`);
    } else if (now - this.#lastSign > (this.#ready ? hangMillis : START_MILLIS)) {
      this.#end('hang', `no sign of life for ${now - this.#lastSign} ms`);
    } else if (this.#ready && now - this.#caseBegan > caseMillis) {
      this.#end('hang', `one case took more than ${caseMillis} ms`);
    }
  }

  #end(kind: Ending['kind'], text: string): void {
    this.#ending = { kind, text };
    this.#child.kill('SIGKILL');
  }
}

/** Bytes as a reader likes them. */
export function mebibytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
