import type { Stats } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { WiresiftError } from '../base/index.ts';

/** Bytes in order, pulled: a file, a stream, or memory. */
export interface ByteInput {
  readonly name: string;
  /** Bytes taken from where they lie (for a compressed file: compressed), and their total or NaN. */
  readonly bytesRead: number;
  readonly bytesTotal: number;
  /**
   * Fills `into` from `offset` with at most `length` bytes. @returns how many; 0 at the end
   * @throws WiresiftError CAPTURE_READ when the system cannot read on
   */
  read(into: Uint8Array, offset: number, length: number): Promise<number>;
  /** Frees what is held; a read that is waiting then ends with 0. */
  close(): Promise<void>;
}

function systemError(code: 'CAPTURE_OPEN' | 'CAPTURE_READ', where: string, cause: unknown): Error {
  const saw = cause instanceof Error ? cause.message : String(cause);
  const expected = code === 'CAPTURE_OPEN' ? 'a readable capture file' : 'to read on';
  const todo = 'Check that the file exists, is no folder, and may be read by this user.';
  return new WiresiftError({ code, where, saw, expected, todo }, { cause });
}

/** Opens a file, pipe or device by path. @throws WiresiftError CAPTURE_OPEN */
export async function openFile(path: string): Promise<ByteInput> {
  let handle: FileHandle | undefined;
  let status: Stats;
  try {
    handle = await open(path, 'r');
    status = await handle.stat();
    if (status.isDirectory()) throw new Error('a folder');
  } catch (cause) {
    await handle?.close();
    throw systemError('CAPTURE_OPEN', path, cause);
  }
  return new FileInput(path, handle, status.isFile() ? status.size : Number.NaN);
}

class FileInput implements ByteInput {
  readonly name: string;
  readonly bytesTotal: number;
  bytesRead = 0;
  readonly #handle: FileHandle;
  #closed = false;

  constructor(name: string, handle: FileHandle, size: number) {
    this.name = name;
    this.#handle = handle;
    this.bytesTotal = size;
  }

  async read(into: Uint8Array, offset: number, length: number): Promise<number> {
    if (this.#closed) return 0;
    try {
      const { bytesRead } = await this.#handle.read(into, offset, length, null);
      this.bytesRead += bytesRead;
      return bytesRead;
    } catch (cause) {
      throw systemError('CAPTURE_READ', `${this.name} at byte ${this.bytesRead}`, cause);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#handle.close();
  }
}

/** Reads a Node stream, as standard input is. */
export class StreamInput implements ByteInput {
  readonly name: string;
  readonly bytesTotal = Number.NaN;
  bytesRead = 0;
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<unknown>;
  #rest: Uint8Array = new Uint8Array(0);
  #closed = false;

  constructor(name: string, stream: Readable) {
    this.name = name;
    this.#stream = stream;
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  async read(into: Uint8Array, offset: number, length: number): Promise<number> {
    while (this.#rest.length === 0) {
      if (this.#closed) return 0;
      try {
        const { done, value } = await this.#chunks.next();
        if (done) return 0;
        this.#rest = value instanceof Uint8Array ? value : Buffer.from(String(value), 'latin1');
      } catch (cause) {
        // Closing the stream is how a waiting read is woken; that is no failure.
        if (this.#closed) return 0;
        throw systemError('CAPTURE_READ', `${this.name} at byte ${this.bytesRead}`, cause);
      }
    }
    const taken = Math.min(length, this.#rest.length);
    into.set(this.#rest.subarray(0, taken), offset);
    this.#rest = this.#rest.subarray(taken);
    this.bytesRead += taken;
    return taken;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stream.destroy();
  }
}

/** Reads bytes that are in memory already. */
export class MemoryInput implements ByteInput {
  readonly name: string;
  readonly bytesTotal: number;
  bytesRead = 0;
  readonly #bytes: Uint8Array;

  constructor(name: string, bytes: Uint8Array) {
    this.name = name;
    this.#bytes = bytes;
    this.bytesTotal = bytes.length;
  }

  async read(into: Uint8Array, offset: number, length: number): Promise<number> {
    const taken = Math.min(length, this.bytesTotal - this.bytesRead);
    into.set(this.#bytes.subarray(this.bytesRead, this.bytesRead + taken), offset);
    this.bytesRead += taken;
    return taken;
  }

  async close(): Promise<void> {}
}
