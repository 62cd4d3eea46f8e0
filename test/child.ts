import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/** How a process ended, and what it said until then. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** How {@link startChild} starts one. */
export interface ChildOptions {
  /** Default this Node. */
  readonly command?: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Whether it can be told something; else its input is empty. */
  readonly input?: boolean;
  /** Where standard error goes; `keep` collects it. */
  readonly errors?: 'keep' | 'inherit';
  /** It may live so long; then it is killed, and {@link Child.ended} fails. */
  readonly limitMillis?: number;
}

/** Longer than any process of a test needs, on a machine that is busy. */
const LIMIT_MILLIS = 120_000;
/** What an ended process said is waited for: a child of its own may hold the pipe open. */
const REST_MILLIS = 2000;
/** Characters shown of what it said when it went wrong. */
const TAIL = 2000;

const alive = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

/**
 * A process that cannot be waited for in vain: its end is noticed from its start on, each wait has a
 * limit, and it does not outlive the process that started it.
 */
export class Child {
  readonly process: ChildProcess;
  /** @throws Error when it cannot be started, and when it had to be killed at its limit */
  readonly ended: Promise<Ended>;
  readonly #name: string;
  readonly #waiting = new Set<() => void>();
  #out = '';
  #err = '';
  #heard = 0;
  #over = false;
  #late = '';

  constructor(args: readonly string[], options: ChildOptions = {}) {
    const { command = process.execPath, input = false, errors = 'keep' } = options;
    const { cwd, env, limitMillis = LIMIT_MILLIS } = options;
    const place: SpawnOptions = { ...(cwd ? { cwd } : {}), ...(env ? { env } : {}) };
    this.#name = [command, ...args].join(' ').slice(0, 200);
    const stdio = [input ? 'pipe' : 'ignore', 'pipe', errors === 'keep' ? 'pipe' : 'inherit'];
    const child = spawn(command, args, { ...place, stdio: stdio as ['pipe', 'pipe', 'pipe'] });
    this.process = child;
    this.ended = this.#watch(limitMillis);
    // Whoever does not ask how it ended is not told by a crash.
    this.ended.catch(() => {});
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#out += text;
      this.#wake();
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#err += text;
      this.#wake();
    });
    // It may end before it has read what it was told.
    child.stdin?.on('error', () => {});
  }

  /** What it said so far. */
  get out(): string {
    return this.#out;
  }

  /** What it said so far on standard error. */
  get err(): string {
    return this.#err;
  }

  /** Whether it has ended, by itself or by a signal. */
  get over(): boolean {
    return this.#over;
  }

  /** Waits until it has said something. @throws Error when it ends before, or takes too long */
  says(pattern: RegExp, millis = 60_000): Promise<RegExpExecArray> {
    const find = () => pattern.exec(this.#out) ?? pattern.exec(this.#err) ?? undefined;
    return this.#until(find, String(pattern), millis);
  }

  /** The next whole line of its standard output, without its end. @throws as {@link says} */
  line(millis = 60_000): Promise<string> {
    const next = (): string | undefined => {
      const end = this.#out.indexOf('\n', this.#heard);
      if (end < 0) return undefined;
      const line = this.#out.slice(this.#heard, end);
      this.#heard = end + 1;
      return line;
    };
    return this.#until(next, 'a line', millis);
  }

  /** Tells it something. */
  tell(words: string | Uint8Array): void {
    this.process.stdin!.write(words);
  }

  /** Ends it, by force when it takes too long. @throws as {@link ended} */
  async end(signal: NodeJS.Signals = 'SIGTERM', patienceMillis = 20_000): Promise<Ended> {
    this.process.kill(signal);
    const forced = setTimeout(() => {
      this.#late = `did not end within ${patienceMillis} ms of ${signal}`;
      this.process.kill('SIGKILL');
    }, patienceMillis);
    try {
      return await this.ended;
    } finally {
      clearTimeout(forced);
    }
  }

  #watch(limitMillis: number): Promise<Ended> {
    const child = this.process;
    alive.add(child);
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => {
        this.#late = `did not end within ${limitMillis} ms`;
        child.kill('SIGKILL');
      }, limitMillis);
      let rest: NodeJS.Timeout | undefined;
      const finish = (problem?: Error): void => {
        clearTimeout(limit);
        clearTimeout(rest);
        alive.delete(child);
        this.#over = true;
        this.#wake();
        if (problem) reject(problem);
        else if (this.#late !== '') reject(this.#problem(this.#late));
        else {
          const { exitCode: code, signalCode: signal } = child;
          resolve({ code, signal, out: this.#out, err: this.#err });
        }
      };
      child.once('error', (error) => finish(error));
      child.once('exit', () => {
        clearTimeout(limit);
        rest = setTimeout(finish, REST_MILLIS);
      });
      // After "exit", when all it said was read.
      child.once('close', () => finish());
    });
  }

  #until<Found>(find: () => Found | undefined, what: string, millis: number): Promise<Found> {
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
      };
      const look = (): void => {
        const found = find();
        if (found === undefined && !this.#over) return;
        stop();
        if (found === undefined) reject(this.#problem(`ended before it said ${what}`));
        else resolve(found);
      };
      const timer = setTimeout(() => {
        stop();
        reject(this.#problem(`did not say ${what} within ${millis} ms`));
      }, millis);
      this.#waiting.add(look);
      look();
    });
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }

  #problem(what: string): Error {
    return new Error(`${this.#name}: ${what}\n${(this.#out + this.#err).slice(-TAIL)}`);
  }
}

/** Starts a process; see {@link Child}. */
export const startChild = (args: readonly string[], options?: ChildOptions): Child =>
  new Child(args, options);
