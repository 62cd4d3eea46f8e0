import { createGunzip, type Gunzip } from 'node:zlib';
import type { CaptureAnomaly } from './anomaly.ts';
import type { ByteInput } from './input.ts';

/**
 * Compressed bytes given to zlib at a time. Deflate expands at most 1032 times, so what waits to be
 * parsed stays under 17 MB whatever the file holds.
 */
const STEP = 16 * 1024;

/** Bytes zlib hands back at a time; what a damaged stream loses before its damage is less. */
const OUTPUT = 32 * 1024;

/**
 * A gzip stream (RFC 1952, several members allowed) read as the bytes inside. A stream that breaks
 * off or is damaged ends there, and {@link GunzipInput.anomaly} says so.
 */
export class GunzipInput implements ByteInput {
  readonly name: string;
  /** What was wrong with the stream; known when read gave 0. */
  anomaly: CaptureAnomaly | undefined;
  readonly #raw: ByteInput;
  readonly #gunzip: Gunzip = createGunzip({ chunkSize: OUTPUT });
  readonly #compressed = new Uint8Array(STEP);
  #first: Uint8Array;
  #ready: Uint8Array[] = [];
  #next = 0;
  #ended = false;
  #wake = (): void => {};

  /** @param first bytes of `raw` that were read already */
  constructor(raw: ByteInput, first: Uint8Array) {
    this.name = raw.name;
    this.#raw = raw;
    this.#first = first;
    this.#gunzip.on('data', (bytes: Uint8Array) => this.#ready.push(bytes));
    this.#gunzip.on('end', () => this.#finish(undefined));
    this.#gunzip.on('error', (error: NodeJS.ErrnoException) => {
      this.#finish(
        error.code === 'Z_BUF_ERROR' ? 'capture_gzip_truncated' : 'capture_gzip_damaged',
      );
    });
  }

  get bytesRead(): number {
    return this.#raw.bytesRead;
  }

  get bytesTotal(): number {
    return this.#raw.bytesTotal;
  }

  async read(into: Uint8Array, offset: number, length: number): Promise<number> {
    while (this.#next === this.#ready.length) {
      if (this.#ended) return 0;
      this.#ready.length = 0;
      this.#next = 0;
      await this.#pump();
    }
    const bytes = this.#ready[this.#next]!;
    const taken = Math.min(length, bytes.length);
    into.set(bytes.subarray(0, taken), offset);
    if (taken === bytes.length) this.#next++;
    else this.#ready[this.#next] = bytes.subarray(taken);
    return taken;
  }

  async close(): Promise<void> {
    this.#finish(undefined);
    this.#gunzip.destroy();
    await this.#raw.close();
  }

  #finish(anomaly: CaptureAnomaly | undefined): void {
    if (!this.#ended) this.anomaly = anomaly;
    this.#ended = true;
    this.#wake();
  }

  async #pump(): Promise<void> {
    const step = await this.#take();
    if (this.#ended) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      // The end is told apart from the last bytes: what zlib made of them would else be lost with
      // the error that a stream broken off ends in.
      if (step.length === 0) this.#gunzip.end();
      else this.#gunzip.write(step, () => resolve());
    });
  }

  async #take(): Promise<Uint8Array> {
    if (this.#first.length > 0) {
      const step = this.#first.subarray(0, STEP);
      this.#first = this.#first.subarray(STEP);
      return step;
    }
    const length = await this.#raw.read(this.#compressed, 0, STEP);
    return this.#compressed.subarray(0, length);
  }
}
