import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';

const CHUNK = 1024 * 1024;

/** A file that is still being written, read as far as it is said to have grown. */
export class GrowingFile {
  readonly #path: string;
  #bytes = 0;
  #complete = false;
  #wake = (): void => {};
  /** Bytes read so far. */
  read = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Says how many bytes lie there for good, and whether these are all. */
  grown(bytes: number, complete: boolean): void {
    this.#bytes = Math.max(this.#bytes, bytes);
    this.#complete ||= complete;
    this.#wake();
  }

  /** Its bytes, waiting for more until it is complete. */
  stream(): Readable {
    return Readable.from(this.#chunks(), { objectMode: false, highWaterMark: CHUNK });
  }

  async *#chunks(): AsyncGenerator<Buffer> {
    let handle: FileHandle | undefined;
    try {
      for (;;) {
        const left = this.#bytes - this.read;
        if (left > 0) {
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
