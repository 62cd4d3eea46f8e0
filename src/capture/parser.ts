import { createTally } from './anomaly.ts';
import { Frame } from './frame.ts';
import type { CaptureAnomalies } from './source.ts';

/**
 * Longest packet delivered, in bytes: libpcap's MAXIMUM_SNAPLEN and Wireshark's limit for network
 * links. A larger captured length is a damaged or forged length field.
 */
export const MAX_CAPTURED = 262_144;

/** Takes a frame; it and its bytes are overwritten after the call returns. */
export type OnFrame = (frame: Frame) => void;

/** Reads the records of one capture format out of a window of bytes that somebody else fills. */
export abstract class RecordParser {
  readonly anomalies: CaptureAnomalies = createTally();
  /** Frames delivered so far. */
  frames = 0;
  /** True when nothing after this point can be read. */
  stopped = false;
  protected readonly frame = new Frame();
  protected view: DataView = new DataView(new ArrayBuffer(0));

  abstract readonly format: 'pcap' | 'pcapng';

  /**
   * Delivers every whole record in `bytes` from `from` (inclusive) to `to` (exclusive), in order.
   * @returns offset of the first byte not used; call again from there when more bytes are known
   */
  abstract parse(bytes: Uint8Array, from: number, to: number, onFrame: OnFrame): number;

  /** Points the frame and the view at `bytes`, which changes only when the window grows. */
  protected attach(bytes: Uint8Array): void {
    if (this.frame.bytes === bytes) return;
    this.frame.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}
