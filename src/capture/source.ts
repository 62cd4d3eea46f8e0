import type { Frame } from './frame.ts';

/**
 * What was odd about the file itself, by name; names and meanings stand in `docs/capture.md`.
 * A null-prototype record of counts.
 */
export type CaptureAnomalies = Record<string, number>;

/**
 * Where frames come from: a file, standard input, later an interface. The contract: {@link Source.read}
 * delivers frames in file order and never throws for bad bytes after the first header (an anomaly is
 * counted, and reading ends there).
 */
export interface Source {
  /** File name, or `-`. */
  readonly name: string;
  /** `pcap` or `pcapng`, known once the first bytes were read. */
  readonly format: string;
  /** Bytes read so far from the file as it lies on disk, and its size (NaN when not known). */
  readonly bytesRead: number;
  readonly bytesTotal: number;
  readonly frames: number;
  readonly anomalies: CaptureAnomalies;
  /**
   * Reads to the end, calling `onFrame` for each frame. Chunks are read asynchronously; within a chunk
   * frames are delivered synchronously (millions a second).
   * @param signal stops between two chunks
   * @param afterChunk awaited between two chunks: where a consumer with slow output catches up
   */
  read(
    onFrame: (frame: Frame) => void,
    signal?: AbortSignal,
    afterChunk?: () => Promise<void>,
  ): Promise<void>;
}
