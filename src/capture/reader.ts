import { raise } from './anomaly.ts';
import { GunzipInput } from './gunzip.ts';
import type { ByteInput } from './input.ts';
import type { OnFrame, RecordParser } from './parser.ts';
import type { CaptureAnomalies, Source } from './source.ts';
import type { ReadWindow } from './window.ts';

/** A capture opened by `openCapture`: the {@link Source} over files, pipes and memory. */
export class CaptureReader implements Source {
  readonly #input: ByteInput;
  readonly #window: ReadWindow;
  readonly #parser: RecordParser;
  #closed = false;

  /** @param window holds the first bytes of `input`, the file header of a pcap already passed */
  constructor(input: ByteInput, window: ReadWindow, parser: RecordParser) {
    this.#input = input;
    this.#window = window;
    this.#parser = parser;
  }

  get name(): string {
    return this.#input.name;
  }

  get format(): 'pcap' | 'pcapng' {
    return this.#parser.format;
  }

  /** `gzip` when the file is compressed. */
  get compression(): 'none' | 'gzip' {
    return this.#input instanceof GunzipInput ? 'gzip' : 'none';
  }

  get bytesRead(): number {
    return this.#input.bytesRead;
  }

  get bytesTotal(): number {
    return this.#input.bytesTotal;
  }

  get frames(): number {
    return this.#parser.frames;
  }

  get anomalies(): CaptureAnomalies {
    return this.#parser.anomalies;
  }

  /**
   * As {@link Source.read}; closes the file at the end, when aborted, and when `onFrame` throws. A
   * second call delivers nothing. When aborted it resolves, with the frames up to then delivered.
   * @throws WiresiftError CAPTURE_READ when the system cannot read on; what `onFrame` throws
   */
  async read(
    onFrame: OnFrame,
    signal?: AbortSignal,
    afterChunk?: () => Promise<void>,
  ): Promise<void> {
    if (this.#closed) return;
    const wake = (): void => {
      void this.close();
    };
    signal?.addEventListener('abort', wake, { once: true });
    try {
      if (!signal?.aborted) await this.#run(onFrame, afterChunk);
    } finally {
      signal?.removeEventListener('abort', wake);
      await this.close();
    }
  }

  /** Frees the file. Only needed when {@link CaptureReader.read} is never called. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#input.close();
  }

  async #run(onFrame: OnFrame, afterChunk?: () => Promise<void>): Promise<void> {
    const window = this.#window;
    const parser = this.#parser;
    do {
      window.from = parser.parse(window.bytes, window.from, window.to, onFrame);
      if (afterChunk) await afterChunk();
      if (parser.stopped) return;
    } while (!this.#closed && (await window.fill(this.#input)));
    if (this.#closed) return;
    if (window.to > window.from) raise(parser.anomalies, 'capture_truncated_record');
    if (this.#input instanceof GunzipInput && this.#input.anomaly) {
      raise(parser.anomalies, this.#input.anomaly);
    }
  }
}
