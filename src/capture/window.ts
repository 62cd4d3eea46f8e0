import type { ByteInput } from './input.ts';

/**
 * The one buffer a capture is read through: `bytes[from..to)` was read and not yet used. Records
 * are parsed where they lie; what is left of the last one moves to the front before the next read.
 */
export class ReadWindow {
  bytes: Uint8Array;
  from = 0;
  to = 0;
  readonly #chunk: number;

  /** @param chunk bytes to read at a time, at least 1 */
  constructor(chunk: number) {
    this.#chunk = chunk;
    this.bytes = new Uint8Array(chunk);
  }

  /** Reads one chunk more, growing when a single record fills the window. @returns false at the end */
  async fill(input: ByteInput): Promise<boolean> {
    if (this.from > 0) {
      this.bytes.copyWithin(0, this.from, this.to);
      this.to -= this.from;
      this.from = 0;
    }
    if (this.to === this.bytes.length) {
      // Doubling follows the bytes that came, never a length that a record merely claims.
      const larger = new Uint8Array(this.bytes.length * 2);
      larger.set(this.bytes);
      this.bytes = larger;
    }
    const room = Math.min(this.#chunk, this.bytes.length - this.to);
    const length = await input.read(this.bytes, this.to, room);
    this.to += length;
    return length > 0;
  }
}
