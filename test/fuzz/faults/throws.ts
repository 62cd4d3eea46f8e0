import type { Target } from '../target.ts';
import { faulty } from './fault.ts';

/** Throws at inputs that begin with an odd byte that no seed begins with. */
export function createTarget(): Target {
  return faulty('throws', async (bytes, { signals }) => {
    signals.add(0, bytes.length);
    if ((bytes[0] ?? 0) % 2 === 1) throw new RangeError(`first byte ${bytes[0]}`);
  });
}
