import type { Target } from '../target.ts';
import { faulty } from './fault.ts';

const kept: Uint8Array[] = [];
const LEAK = 512 * 1024;

/** Keeps half a mebibyte of every case. */
export function createTarget(): Target {
  return faulty('grows', async () => {
    kept.push(new Uint8Array(LEAK).fill(kept.length + 1));
  });
}
