import type { CaptureAnomalies } from './source.ts';

/**
 * What can be odd about a capture file itself, and what the reader then does. The table in
 * `docs/capture.md` repeats these names; a test compares the two.
 */
export const CAPTURE_ANOMALIES = {
  capture_truncated_record: 'the file ends inside a record or block; what came before it counts',
  capture_record_too_large: 'a record claims more than 262,144 bytes; see below',
  capture_length_lie: 'captured length above original length; the original length is raised',
  capture_over_snap_length: 'captured length above the snap length declared; delivered whole',
  capture_time_out_of_range:
    'a fraction of a second outside its unit, or a time 2^32 seconds or more from 1970',
  capture_no_time: 'a Simple Packet Block, which has no time; it takes that of the frame before it',
  capture_version_unknown: 'a file or section version with an unknown layout; see below',
  capture_block_malformed: 'a pcapng block that contradicts itself; see below',
  capture_block_unaligned: 'a pcapng block length that is no multiple of 4; read as rounded up',
  capture_unknown_block: 'a pcapng block type that no specification known here names; skipped',
  capture_unknown_interface: 'a packet block names an interface never described; skipped',
  capture_too_many_interfaces: 'more than 65,536 interfaces in a section; the rest are unknown',
  capture_gzip_truncated: 'the gzip stream ends early; what was decompressed counts',
  capture_gzip_damaged: 'the gzip stream is corrupt or followed by other bytes; reading ends there',
} as const;

/** Name of one oddity of a capture file. */
export type CaptureAnomaly = keyof typeof CAPTURE_ANOMALIES;

/** An empty count of anomalies. */
export function createTally(): CaptureAnomalies {
  return Object.create(null) as CaptureAnomalies;
}

/** Adds one to the count of `name`. */
export function raise(tally: CaptureAnomalies, name: CaptureAnomaly): void {
  tally[name] = (tally[name] ?? 0) + 1;
}
