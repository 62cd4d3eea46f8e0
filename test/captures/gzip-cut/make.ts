import { gzipSync } from 'node:zlib';
import { body, pcapHeader, pcapRecord } from '../../capture/build.ts';

/** A gzip stream of two hundred records that ends in the middle. */
export function make(): Uint8Array {
  const records = Array.from({ length: 200 }, (_, i) => pcapRecord(body(60, i)));
  // Stored, not squeezed: half of the file is then half of the records, whatever zlib's version.
  const whole = gzipSync(Buffer.concat([pcapHeader(), ...records]), { level: 0 });
  return whole.subarray(0, whole.length >> 1);
}
