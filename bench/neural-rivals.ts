import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Seconds of processor time, all threads together, and of the clock. */
export interface Cost {
  readonly cpu: number;
  readonly clock: number;
}

/** What the network of a kind is trained on, and how. */
export interface EpochPlan {
  readonly kind: string;
  readonly rows: number;
  readonly columns: number;
  readonly classes: number;
  readonly batch: number;
  readonly threads: number;
}

/** Another library in a process of its own, which trains one epoch whenever it is asked. */
export class Rival {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(name: string, command: string, words: readonly (string | number)[]) {
    this.name = name;
    const child = spawn(command, words.map(String), { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child = child;
    this.#lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  }

  async #next(): Promise<Cost> {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`${this.name} ended early`);
      if (value.startsWith('{')) return JSON.parse(value) as Cost;
    }
  }

  /** Waits for the first epoch, which is not counted. */
  async ready(): Promise<void> {
    await this.#next();
  }

  async epoch(): Promise<Cost> {
    this.#child.stdin!.write('\n');
    return this.#next();
  }

  stop(): void {
    this.#child.stdin!.end();
    this.#child.kill();
  }
}

/** PyTorch of that Python. */
export function torch(python: string, plan: EpochPlan): Rival {
  const script = fileURLToPath(new URL('scikit/neural-torch.py', import.meta.url));
  const { kind, rows, columns, classes, batch, threads } = plan;
  return new Rival('PyTorch', python, [script, kind, rows, columns, classes, batch, threads]);
}

/** TensorFlow.js on WebAssembly, installed in that folder; it has only the `ann`. */
export function tfjs(folder: string, plan: EpochPlan): Rival {
  const script = fileURLToPath(new URL('tfjs/neural.mjs', import.meta.url));
  const { rows, columns, classes, batch, threads } = plan;
  const words = [script, folder, rows, columns, classes, batch, threads];
  return new Rival('tfjs-wasm', process.execPath, words);
}
