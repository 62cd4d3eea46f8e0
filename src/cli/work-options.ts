import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { wholeArgument } from './context.ts';

/** Options of every command that trains or scores: what is random, and how many threads work. */
export interface WorkOptions {
  readonly seed: number;
  readonly threads: number;
}

/** Adds {@link WorkOptions}. @param seedOf what the seed decides, for the help */
export function addWorkOptions(command: Command, seedOf = 'of everything random'): Command {
  return command
    .option('--seed <n>', seedOf, wholeArgument('--seed', 0, 2 ** 32 - 1), 1)
    .option(
      '--threads <n>',
      'worker threads',
      wholeArgument('--threads', 1, 256),
      availableParallelism(),
    );
}
