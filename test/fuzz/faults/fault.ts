import { changeBytes } from '../mutate.ts';
import type { CaseContext, Target } from '../target.ts';

/** A target with a fault of a known kind, for the test of the harness itself. */
export function faulty(
  name: string,
  run: (bytes: Uint8Array, context: CaseContext) => Promise<void>,
): Target {
  return {
    name,
    seeds: async () => [
      { name: 'count', read: () => Uint8Array.from({ length: 64 }, (_, i) => i) },
      { name: 'zeros', read: () => new Uint8Array(32) },
    ],
    mutate: changeBytes,
    run,
    reached: ({ names }) => names,
  };
}
