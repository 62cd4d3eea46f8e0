/**
 * Collects the next so many bytes of a stream, in whatever cuts they come. Bytes past `limit` are
 * passed over: they count for the length but are not kept.
 */
export class Gather {
  bytes: Uint8Array;
  /** Bytes kept so far. */
  kept = 0;
  /** Bytes seen so far, kept or not. */
  seen = 0;
  /** Bytes wanted. */
  need = 0;
  readonly #limit: number;

  constructor(limit: number) {
    this.bytes = NOTHING;
    this.#limit = limit;
  }

  /** Starts again: `need` bytes are wanted. */
  start(need: number): void {
    this.kept = 0;
    this.seen = 0;
    this.need = need;
  }

  /** Wants more bytes behind those that it has. */
  extend(need: number): void {
    this.need = need;
  }

  get full(): boolean {
    return this.seen >= this.need;
  }

  /** True when all the bytes seen were kept. */
  get whole(): boolean {
    return this.kept === this.seen;
  }

  /** Takes what it still needs and returns where the rest begins. */
  take(bytes: Uint8Array, start: number, end: number): number {
    const taken = Math.min(end - start, this.need - this.seen);
    const room = Math.min(taken, this.#limit - this.kept);
    if (room > 0) {
      if (this.bytes.length < this.kept + room) this.#grow(this.kept + room);
      this.bytes.set(bytes.subarray(start, start + room), this.kept);
      this.kept += room;
    }
    this.seen += taken;
    return start + taken;
  }

  /** Passes over lost bytes; returns how many of them were not its own. */
  skip(length: number): number {
    const own = Math.min(length, this.need - this.seen);
    this.seen += own;
    return length - own;
  }

  #grow(size: number): void {
    // The sender names the wanted length, so room follows what has come, not what was promised.
    const grown = new Uint8Array(Math.min(this.#limit, Math.max(64, size * 2)));
    grown.set(this.bytes.subarray(0, this.kept));
    this.bytes = grown;
  }
}

const NOTHING = new Uint8Array(0);
