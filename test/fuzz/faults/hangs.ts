import type { Target } from '../target.ts';
import { faulty } from './fault.ts';

/** Never comes back from an input of fewer than 32 bytes. */
export function createTarget(): Target {
  return faulty('hangs', async (bytes) => {
    while (bytes.length < 32) {
      // What a loop over a length of zero does.
    }
  });
}
