import type { Target } from '../target.ts';
import { faulty } from './fault.ts';

/** Ends the process through a rejection that nobody awaits. */
export function createTarget(): Target {
  return faulty('dies', async (bytes) => {
    if (bytes.length > 64) void Promise.reject(new Error('nobody waits for this'));
  });
}
