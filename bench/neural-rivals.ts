import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../test/child.ts';

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

/** No training takes longer. */
const LIMIT_MILLIS = 3600_000;

/** Another library in a process of its own, which trains one epoch whenever it is asked. */
export class Rival {
  readonly name: string;
  readonly #child: Child;

  constructor(name: string, command: string, words: readonly (string | number)[]) {
    this.name = name;
    this.#child = startChild(words.map(String), {
      command,
      input: true,
      errors: 'inherit',
      limitMillis: LIMIT_MILLIS,
    });
  }

  async #next(): Promise<Cost> {
    for (;;) {
      const line = await this.#child.line(LIMIT_MILLIS);
      if (line.startsWith('{')) return JSON.parse(line) as Cost;
    }
  }

  /** Waits for the first epoch, which is not counted. */
  async ready(): Promise<void> {
    await this.#next();
  }

  async epoch(): Promise<Cost> {
    this.#child.tell('\n');
    return this.#next();
  }

  stop(): void {
    this.#child.process.stdin!.end();
    this.#child.process.kill();
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
