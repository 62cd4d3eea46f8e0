import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

const CHUNK = 1024 * 1024;
/** Bytes a second of an upload that disks and networks seldom reach: it is taken first, and read then. */
const RUSH = 150e6;
/** Bytes that must wait to be read for that. */
const RUSH_AHEAD = 32 * 2 ** 20;
/** Milliseconds over which the speed is measured. */
const RUSH_MILLIS = 250;

/** A file that is still being written, read as far as it is said to have grown. */
export class GrowingFile {
  readonly #path: string;
  #bytes = 0;
  #complete = false;
  #wake = (): void => {};
  /** When the speed was last measured, at which byte, and what it was. */
  #measured = { at: performance.now(), bytes: 0, speed: 0 };
  /** Bytes read so far. */
  read = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Says how many bytes lie there for good, and whether these are all. */
  grown(bytes: number, complete: boolean): void {
    this.#bytes = Math.max(this.#bytes, bytes);
    this.#measure();
    this.#complete ||= complete;
    this.#wake();
  }

  /** Its bytes, waiting for more until it is complete. */
  stream(): Readable {
    return Readable.from(this.#chunks(), { objectMode: false, highWaterMark: CHUNK });
  }

  #measure(): void {
    const now = performance.now();
    const { at, bytes } = this.#measured;
    if (now - at < RUSH_MILLIS) return;
    const speed = ((this.#bytes - bytes) / (now - at)) * 1000;
    this.#measured = { at: now, bytes: this.#bytes, speed };
  }

  /** Whether the upload comes so fast that reading it now would only slow it down. */
  #rushes(): boolean {
    if (this.#complete || this.#bytes - this.read < RUSH_AHEAD) return false;
    this.#measure();
    return this.#measured.speed > RUSH;
  }

  async *#chunks(): AsyncGenerator<Buffer> {
    let handle: FileHandle | undefined;
    try {
      for (;;) {
        const left = this.#bytes - this.read;
        if (this.#rushes()) {
          await sleep(RUSH_MILLIS);
        } else if (left > 0) {
          handle ??= await open(this.#path, 'r');
          const chunk = Buffer.allocUnsafe(Math.min(CHUNK, left));
          const { bytesRead } = await handle.read(chunk, 0, chunk.length, this.read);
          if (bytesRead === 0) return;
          this.read += bytesRead;
          yield chunk.subarray(0, bytesRead);
        } else if (this.#complete) {
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      await handle?.close();
    }
  }
}
