import { createWholeFile } from '../base/index.ts';

/** Where a capture is written, and what its header says. */
export interface PcapWriterOptions {
  /** A file, written whole or not at all; else `sink`. */
  readonly path?: string;
  /** Takes the bytes in order; they are overwritten after it returns. */
  readonly sink?: (bytes: Uint8Array) => void;
  /** LINKTYPE_ value of every frame (tcpdump.org/linktypes.html); 1 is Ethernet. */
  readonly linkType: number;
  /** Times carry nanoseconds; default false. */
  readonly nanoseconds?: boolean;
  /** Longer frames are cut to this many bytes; default and greatest 262,144. */
  readonly snapLength?: number;
}

/** Writes one pcap file, little-endian, version 2.4 (draft-ietf-opsawg-pcap). */
export interface PcapWriter {
  readonly frames: number;
  /** Bytes written so far, headers among them. */
  readonly bytes: number;
  /**
   * Appends a frame; its bytes are copied.
   * @param time whole microseconds since 1970-01-01 UTC, from 0 to the year 2106
   * @param originalLength bytes on the wire; default, and at least, the length of `bytes`
   * @param nanos past `time`, 0 to 999; written only by a nanosecond writer
   * @throws RangeError when the time does not fit
   */
  write(bytes: Uint8Array, time: number, originalLength?: number, nanos?: number): void;
  /** Writes what is buffered and gives the file its name. */
  close(): void;
  /** Drops the file. Safe after close (does nothing). */
  abort(): void;
}

const BUFFER = 1024 * 1024;
const RECORD_HEADER = 16;
const MAX_SNAP = 262_144;
const UINT32 = 0x1_0000_0000;

/**
 * Creates a pcap file. @throws TypeError unless one of `path` and `sink` is given; the system's
 * error when the file cannot be made
 */
export function createPcapWriter(options: PcapWriterOptions): PcapWriter {
  const { path, sink } = options;
  if ((path === undefined) === (sink === undefined)) {
    throw new TypeError('createPcapWriter: give either path or sink');
  }
  if (sink !== undefined) return new BufferedPcapWriter(options, { write: sink });
  return new BufferedPcapWriter(options, createWholeFile(path as string));
}

interface Target {
  write(bytes: Uint8Array): void;
  commit?(): void;
  abort?(): void;
}

class BufferedPcapWriter implements PcapWriter {
  frames = 0;
  readonly #target: Target;
  readonly #nanoseconds: boolean;
  readonly #snapLength: number;
  // Holds the longest record whole, so a record never needs to be split.
  readonly #buffer = new Uint8Array(BUFFER);
  readonly #view = new DataView(this.#buffer.buffer);
  #used = 24;
  #flushed = 0;
  #closed = false;

  constructor(options: PcapWriterOptions, target: Target) {
    this.#target = target;
    this.#nanoseconds = options.nanoseconds ?? false;
    this.#snapLength = Math.min(options.snapLength ?? MAX_SNAP, MAX_SNAP);
    const view = this.#view;
    view.setUint32(0, this.#nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, true);
    view.setUint16(4, 2, true);
    view.setUint16(6, 4, true);
    view.setUint32(16, this.#snapLength, true);
    view.setUint32(20, options.linkType, true);
  }

  get bytes(): number {
    return this.#flushed + this.#used;
  }

  write(bytes: Uint8Array, time: number, originalLength = 0, nanos = 0): void {
    const seconds = Math.floor(time / 1e6);
    const micros = Math.floor(time - seconds * 1e6);
    if (!(seconds >= 0 && seconds < UINT32)) {
      throw new RangeError(`pcap cannot hold the time ${time}: 0 to 2^32 seconds after 1970`);
    }
    const length = Math.min(bytes.length, this.#snapLength);
    if (this.#used + RECORD_HEADER + length > BUFFER) this.#flush();
    const at = this.#used;
    const view = this.#view;
    view.setUint32(at, seconds, true);
    view.setUint32(at + 4, this.#nanoseconds ? micros * 1000 + nanos : micros, true);
    view.setUint32(at + 8, length, true);
    view.setUint32(at + 12, Math.max(originalLength, bytes.length), true);
    const body = at + RECORD_HEADER;
    const buffer = this.#buffer;
    if (length === bytes.length && length > 64) buffer.set(bytes, body);
    // A call into the engine's copy costs more than a short loop does.
    else for (let i = 0; i < length; i++) buffer[body + i] = bytes[i]!;
    this.#used = body + length;
    this.frames++;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#flush();
    this.#target.commit?.();
  }

  abort(): void {
    this.#closed = true;
    this.#target.abort?.();
  }

  #flush(): void {
    this.#target.write(this.#buffer.subarray(0, this.#used));
    this.#flushed += this.#used;
    this.#used = 0;
  }
}
