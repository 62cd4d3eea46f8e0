import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WiresiftError } from '../../src/base/index.ts';
import { createProgress } from '../../src/cli/terminal.ts';

/** How the figures are made. */
export interface Settings {
  /** Seeds 1 to this number. */
  readonly seeds: number;
  /** A fifth of the rows and smaller models: to see that it works. */
  readonly quick: boolean;
  readonly json: boolean;
  readonly threads: number;
  /** Holds `ton_iot/`, `nslkdd/` and `ctu13/`. */
  readonly data: string;
  /** Where `toniot-networks` keeps finished fits. */
  readonly journal?: string | undefined;
  /** Kinds of model that `toniot-networks` is to have; absent: all. */
  readonly kinds?: string | undefined;
}

/** Options of the command line. */
export function readSettings(args: readonly string[]): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: 'string', default: '5' },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      journal: { type: 'string' },
      kinds: { type: 'string' },
      threads: { type: 'string', default: String(availableParallelism()) },
      data: {
        type: 'string',
        default: fileURLToPath(new URL('../../../shared/data', import.meta.url)),
      },
    },
  });
  const whole = (text: string, name: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= 1 && value <= 100) return value;
    throw refuse(name, text, 'a whole number from 1 to 100');
  };
  return {
    ...values,
    seeds: whole(values.seeds, '--seeds'),
    threads: whole(values.threads, '--threads'),
  };
}

function refuse(where: string, saw: string, expected: string): WiresiftError {
  return new WiresiftError({
    code: 'USAGE',
    where,
    saw,
    expected,
    todo: 'wiresift datasets tells where the published files come from',
    exitCode: 2,
  });
}

/** A published file. @throws WiresiftError `USAGE` when it is not there */
export function dataFile({ data }: Settings, file: string): string {
  const path = `${data}/${file}`;
  if (existsSync(path)) return path;
  throw refuse('--data', `no ${path}`, 'the folder of the published files');
}

/** Progress over so many steps, told on standard error. */
export function steps(label: string, total: number): { done(): void; stop(): void } {
  const progress = createProgress(label);
  let count = 0;
  progress.update(0, total);
  return {
    done: () => progress.update(++count, total),
    stop: () => progress.stop(),
  };
}
