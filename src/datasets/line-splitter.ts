/** Longest line handed on: room for any event of Suricata; past it a line is told of, not kept. */
export const MAX_EVENT_BYTES = 1 << 20;

const NEWLINE = 10;

/** Cuts bytes given in pieces into lines, for formats whose every line is an object of its own. */
export class LineSplitter {
  /** Number of the line last handed on, from 1. */
  line = 0;
  readonly #onLine: (text: string | undefined) => void;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #skipping = false;

  /** @param onLine gets each line that is not empty; undefined for one over {@link MAX_EVENT_BYTES} */
  constructor(onLine: (text: string | undefined) => void) {
    this.#onLine = onLine;
  }

  feed(piece: Uint8Array): void {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    let from = 0;
    for (;;) {
      const end = bytes.indexOf(NEWLINE, from);
      if (end < 0) break;
      this.#end(bytes.subarray(from, end));
      from = end + 1;
    }
    if (from < bytes.length && !this.#skipping) this.#keep(bytes.subarray(from));
  }

  /** Hands on a last line without a line break. */
  finish(): void {
    if (this.#keptBytes > 0 || this.#skipping) this.#end(Buffer.alloc(0));
  }

  #keep(part: Buffer): void {
    if (this.#keptBytes + part.length > MAX_EVENT_BYTES) {
      this.#skipping = true;
      this.#kept = [];
      this.#keptBytes = 0;
      return;
    }
    // The piece is only valid until the next is read.
    this.#kept.push(Buffer.from(part));
    this.#keptBytes += part.length;
  }

  #end(part: Buffer): void {
    this.line++;
    if (!this.#skipping && part.length + this.#keptBytes > MAX_EVENT_BYTES) this.#skipping = true;
    if (this.#skipping) {
      this.#skipping = false;
      this.#kept = [];
      this.#keptBytes = 0;
      this.#onLine(undefined);
      return;
    }
    let line = part;
    if (this.#keptBytes > 0) {
      line = Buffer.concat([...this.#kept, part]);
      this.#kept = [];
      this.#keptBytes = 0;
    }
    const text = line.toString().trim();
    if (text !== '') this.#onLine(text);
  }
}
