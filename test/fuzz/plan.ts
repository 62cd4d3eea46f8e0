import { fileURLToPath } from 'node:url';

/** Targets by name; each is the file that exports `createTarget`. */
export const TARGETS: ReadonlyMap<string, string> = new Map(
  ['flows', 'stream', 'model', 'binetflow'].map((name) => [
    name,
    fileURLToPath(new URL(`./targets/${name}.ts`, import.meta.url)),
  ]),
);

/** What a working process is asked to do; plain data. */
export interface Plan {
  /** File of the target: see {@link TARGETS}. */
  readonly module: string;
  readonly corpus?: string | undefined;
  readonly seed: number;
  readonly folder: string;
  /** Seeds to run as they are, from this one on; cases from this one on, up to `cases`. */
  readonly firstSeed: number;
  readonly firstCase: number;
  readonly cases: number;
  /** End of the run in milliseconds since 1970, whatever the number of cases. */
  readonly deadline?: number | undefined;
  /** Names of inputs kept before. */
  readonly kept: readonly string[];
  /** Only this case, or only the bytes of this file. */
  readonly only?: string | undefined;
  readonly file?: string | undefined;
}

/** What a working process tells, in order; every message is a sign of life. */
export type Message =
  | { readonly kind: 'ready'; readonly seeds: number }
  | {
      readonly kind: 'begin';
      readonly name: string;
      readonly memory: number;
      readonly heap: number;
    }
  | { readonly kind: 'beat' }
  | { readonly kind: 'keep'; readonly name: string }
  | { readonly kind: 'failed'; readonly name: string; readonly text: string }
  | {
      readonly kind: 'done';
      readonly memory: number;
      readonly signals: number;
      readonly reached: readonly string[];
    };
