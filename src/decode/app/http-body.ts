import { constants, gunzipSync, inflateSync } from 'node:zlib';
import { LineReader } from './lines.ts';
import { MIME_BYTES, mimeOf } from './mime.ts';

/** How the end of a body is told (RFC 9112 section 6.3). */
export type BodyKind = 'none' | 'length' | 'chunked' | 'close';

const DATA = 0;
const SIZE = 1;
const BREAK = 2;
const TRAILER = 3;
const OVER = 4;

/** Passes over one message body and counts it; keeps only its first bytes, to name their type. */
export class HttpBody {
  /** Bytes of the body seen so far, without chunk framing. */
  length = 0;
  /** Content-Encoding in lower case; set before {@link start}. */
  encoding = '';
  #state = OVER;
  #left = 0;
  #kind: BodyKind = 'none';
  #lines: LineReader | null = null;
  #head: Uint8Array | null = null;
  #headLength = 0;
  #sniff = false;
  #mime = '';

  /** Begins a body. `size` counts for kind 'length'; `sniff`: its type is wanted. */
  start(kind: BodyKind, size: number, sniff: boolean): void {
    this.#kind = kind;
    this.length = 0;
    this.#headLength = 0;
    this.#sniff = sniff;
    this.#mime = '';
    this.#left = kind === 'length' ? size : kind === 'close' ? Number.POSITIVE_INFINITY : 0;
    this.#state = kind === 'none' || (kind === 'length' && size === 0) ? OVER : DATA;
    if (kind === 'chunked') {
      this.#state = SIZE;
      if (this.#lines === null) this.#lines = new LineReader();
    }
  }

  /** True when the body has come to its end. */
  get over(): boolean {
    return this.#state === OVER;
  }

  /** Bytes that are to come before anything but their number is looked at again. */
  get countedLeft(): number {
    return this.#state === DATA && !this.#sniff ? this.#left : 0;
  }

  /** Reads on; returns where the rest begins. */
  take(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && this.#state !== OVER) {
      if (this.#state === DATA) at = this.#data(bytes, at, end);
      else {
        const lines = this.#lines as LineReader;
        at = lines.take(bytes, at, end);
        if (lines.complete) this.#line(lines);
      }
    }
    return at;
  }

  /** Lost bytes; true when all of them lay inside the body. */
  skip(length: number): boolean {
    if (this.#state !== DATA || length > this.#left) return false;
    this.length += length;
    this.#left -= length;
    this.#judge();
    if (this.#left === 0) this.#state = this.#kind === 'chunked' ? BREAK : OVER;
    return true;
  }

  /** The type that the first bytes show, or ''. */
  mime(): string {
    this.#judge();
    return this.#mime;
  }

  /** Names the type by what was kept, and lets that go. */
  #judge(): void {
    if (this.#head !== null) {
      const head = unpacked(this.#head.subarray(0, this.#headLength), this.encoding);
      this.#mime = mimeOf(head, 0, head.length);
    }
    this.#head = null;
    this.#sniff = false;
  }

  #data(bytes: Uint8Array, start: number, end: number): number {
    const taken = Math.min(end - start, this.#left);
    if (this.#sniff) this.#keep(bytes, start, start + taken);
    this.length += taken;
    this.#left -= taken;
    if (this.#left === 0) this.#state = this.#kind === 'chunked' ? BREAK : OVER;
    return start + taken;
  }

  #line(lines: LineReader): void {
    if (this.#state === BREAK) this.#state = SIZE;
    else if (this.#state === TRAILER) {
      if (lines.length === 0) this.#state = OVER;
    } else {
      const size = Number.parseInt(lines.text(), 16);
      if (!(size >= 0) || size > Number.MAX_SAFE_INTEGER) this.#state = OVER;
      else if (size === 0) this.#state = TRAILER;
      else {
        this.#left = size;
        this.#state = DATA;
      }
    }
    lines.forget();
  }

  #keep(bytes: Uint8Array, start: number, end: number): void {
    if (this.#head === null) this.#head = new Uint8Array(MIME_BYTES);
    const room = Math.min(end - start, MIME_BYTES - this.#headLength);
    this.#head.set(bytes.subarray(start, start + room), this.#headLength);
    this.#headLength += room;
    if (this.#headLength === MIME_BYTES) this.#judge();
  }
}

/** The beginning of what is packed inside, or the bytes themselves when they are not packed. */
function unpacked(bytes: Uint8Array, encoding: string): Uint8Array {
  if (encoding !== 'gzip' && encoding !== 'x-gzip' && encoding !== 'deflate') return bytes;
  // The rest of the body is missing: what can be had of a cut stream is asked for. 512 bytes
  // unpack to half a megabyte at most.
  const options = { finishFlush: constants.Z_SYNC_FLUSH };
  try {
    return encoding === 'deflate' ? inflateSync(bytes, options) : gunzipSync(bytes, options);
  } catch {
    // Broken packing is told by an exception alone; then the bytes speak for themselves.
    return bytes;
  }
}
