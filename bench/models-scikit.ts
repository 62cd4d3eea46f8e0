import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startChild } from '../test/child.ts';
import type { BenchData } from './models-data.ts';

/** One fit and one scoring of the rows held out. */
export interface Measured {
  readonly fitSeconds: number;
  /** Seconds of processor time, over all threads: other work on the machine hardly moves them. */
  readonly fitCpu: number;
  readonly scoreCpu: number;
  /** Share of the rows held out (of those asked) whose likeliest class is the true one. */
  readonly accuracy: number;
  /** Rows scored; fewer than all for scikit-learn's neighbours, whose time is then scaled up. */
  readonly asked: number;
}

/** scikit-learn in a process of its own that keeps the data between runs. */
export interface Scikit {
  measure(run: object): Promise<Measured>;
  close(): void;
}

/** A Python that has scikit-learn: the one named, else `python3` if it has; undefined for none. */
export function findPython(named: string | undefined): string | undefined {
  if (named === 'none') return undefined;
  const python = named ?? 'python3';
  try {
    execFileSync(python, ['-c', 'import sklearn'], { stdio: 'ignore', timeout: 60_000 });
    return python;
  } catch {
    if (named) throw new Error(`${named} cannot import sklearn`);
    process.stderr.write(
      'scikit-learn not installed: no comparison (--python PATH names another)\n',
    );
    return undefined;
  }
}

/** No fit takes longer, nor do all of them. */
const LIMIT_MILLIS = 3 * 3600_000;

/** Starts scikit-learn on the same cells. */
export function startScikit(python: string, data: BenchData): Scikit {
  const script = fileURLToPath(new URL('scikit/models.py', import.meta.url));
  const child = startChild(['-W', 'ignore', script], {
    command: python,
    input: true,
    errors: 'inherit',
    limitMillis: LIMIT_MILLIS,
  });
  const { train, trainLabels, test, testLabels } = data;
  const head = { trainRows: train.rows, testRows: test.rows, cols: train.cols };
  child.tell(`${JSON.stringify(head)}\n`);
  for (const part of [train.data, trainLabels, test.data, testLabels]) {
    child.tell(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
  }
  return {
    async measure(run) {
      child.tell(`${JSON.stringify(run)}\n`);
      return JSON.parse(await child.line(LIMIT_MILLIS)) as Measured;
    },
    close: () => child.process.stdin!.end(),
  };
}
