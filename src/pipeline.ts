import { VERSION } from './base/index.ts';
import { type CaptureAnomalies, type CaptureOptions, openCapture } from './capture/index.ts';
import { ANOMALIES, anomalyNames, createDecoder, type Decoder, Packet } from './decode/index.ts';
import {
  type Alert,
  createDetection,
  type Detection,
  type DetectionOptions,
  type DetectionSummary,
  FlowScorer,
} from './detect/index.ts';
import {
  argusSchema,
  type FlowBatch,
  Meter,
  type MeterOptions,
  type MeterStats,
} from './flow/index.ts';
import type { ModelFile } from './models/index.ts';
import { schemaId } from './table/index.ts';

/** One capture file as it was read. */
export interface FileSummary {
  readonly name: string;
  readonly format: string;
  readonly frames: number;
  /** Oddities of the file itself, by name. */
  readonly anomalies: CaptureAnomalies;
}

/** A stretch of traffic that one meter saw: captures that follow each other in time. */
export interface SegmentSummary {
  readonly files: readonly FileSummary[];
  readonly meter: MeterStats;
  /** Packets with each oddity, most first; `docs/decode.md` tells what each name means. */
  readonly anomalies: readonly { readonly name: string; readonly packets: number }[];
  /** Frames of link types that are not decoded, by LINKTYPE_ number. */
  readonly unsupportedLinkTypes: Readonly<Record<string, number>>;
  /** Times of the first and last frame, microseconds; NaN when there was none. */
  readonly first: number;
  readonly last: number;
}

/** What metering needs; all but `onBatch` has a default. */
export interface MeterCapturesOptions {
  readonly meter?: MeterOptions;
  readonly capture?: CaptureOptions;
  /** Gets each batch of flow records; the batch is reused after the call. */
  readonly onBatch: (batch: FlowBatch) => void;
  /** Called when a stretch of traffic ends, after its last batch. */
  readonly onSegment?: (summary: SegmentSummary) => void;
  /** Awaited between two chunks of input: where slow output catches up. */
  readonly afterChunk?: () => Promise<void>;
  readonly onProgress?: (file: string, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** A meter with its decoder, and what both have seen. */
class Segment {
  readonly files: FileSummary[] = [];
  readonly meter: Meter;
  readonly #decoder: Decoder = createDecoder();
  first = Number.NaN;
  last = Number.NaN;

  constructor(options: MeterCapturesOptions) {
    this.meter = new Meter(options.meter ?? {}, options.onBatch);
  }

  get decode(): Decoder['decode'] {
    return this.#decoder.decode.bind(this.#decoder);
  }

  finish(): SegmentSummary {
    this.meter.finish();
    const { anomalies, linkTypes } = this.#decoder;
    return {
      files: this.files,
      meter: this.meter.stats,
      anomalies: ANOMALIES.map(({ name }, bit) => ({ name, packets: anomalies[bit]! }))
        .filter(({ packets }) => packets > 0)
        .sort((a, b) => b.packets - a.packets),
      unsupportedLinkTypes: Object.fromEntries(linkTypes),
      first: this.first,
      last: this.last,
    };
  }
}

/**
 * Turns captures into flow records: open, decode, meter. Files that follow each other in time (a
 * rotated capture) share one meter, so flows that cross the border stay whole; a file that begins
 * before the last one ended starts a stretch of its own.
 *
 * @param paths files, or `-` for standard input, in the order of their time
 * @returns one summary a stretch. When the signal fires it resolves with what was read until then
 * @throws WiresiftError CAPTURE_OPEN, CAPTURE_MAGIC, … as `openCapture`; what came before counts
 */
export async function meterCaptures(
  paths: readonly string[],
  options: MeterCapturesOptions,
): Promise<SegmentSummary[]> {
  const summaries: SegmentSummary[] = [];
  const packet = new Packet();
  let segment: Segment | undefined;
  const close = (): void => {
    if (!segment) return;
    const summary = segment.finish();
    summaries.push(summary);
    options.onSegment?.(summary);
    segment = undefined;
  };
  for (const path of paths) {
    if (options.signal?.aborted) break;
    const source = await openCapture(path, options.capture).catch((error: unknown) => {
      close();
      throw error;
    });
    let current: Segment | undefined;
    let decode: Decoder['decode'] | undefined;
    await source.read(
      (frame) => {
        if (!current) {
          if (segment && frame.time < segment.last) close();
          current = segment ??= new Segment(options);
          if (Number.isNaN(current.first)) current.first = frame.time;
          decode = current.decode;
        }
        current.last = frame.time;
        decode!(frame, packet);
        current.meter.add(packet);
      },
      options.signal,
      async () => {
        options.onProgress?.(path, source.bytesRead, source.bytesTotal);
        await options.afterChunk?.();
      },
    );
    segment ??= new Segment(options);
    const { name, format, frames, anomalies } = source;
    segment.files.push({ name, format, frames, anomalies });
  }
  close();
  await options.afterChunk?.();
  return summaries;
}

/**
 * Names of what was odd about the traffic itself. What the capture cut off (a snap length) says
 * nothing of the sender, so alerts leave it out; the summary counts it.
 */
function trafficAnomalies(low: number, high: number): string[] {
  return anomalyNames(low & ~TRUNCATED[0], high & ~TRUNCATED[1]);
}

const TRUNCATED: readonly [number, number] = [0, 32].map((first) =>
  ANOMALIES.slice(first, first + 32).reduce(
    (bits, { cause }, bit) => (cause === 'truncated' ? bits | (1 << bit) : bits),
    0,
  ),
) as [number, number];

/** A model file with the hash of its bytes. */
export interface LoadedModel {
  readonly file: ModelFile;
  readonly hash: string;
}

/** What detection needs beside the captures; all has a default. */
export interface DetectCapturesOptions extends Omit<MeterCapturesOptions, 'onBatch' | 'onSegment'> {
  /** Absent: the behavioural detectors alone. */
  readonly model?: LoadedModel;
  readonly detection?: Omit<DetectionOptions, 'version' | 'model' | 'schema' | 'anomalyNames'>;
}

/** Alerts of one stretch of traffic, with what was read and what bounds left out. */
export interface DetectedSegment {
  readonly alerts: readonly Alert[];
  readonly segment: SegmentSummary;
  readonly detection: DetectionSummary;
}

/**
 * The whole live path: open, decode, meter, view, score, alert. Each stretch of traffic is judged on
 * its own, because hosts of unrelated captures are unrelated.
 *
 * @throws as {@link meterCaptures}; WiresiftError `DETECT_MODEL` for a model of another schema,
 *   `DETECT_THRESHOLD` or `DETECT_NETWORK` for options that make no sense
 */
export async function detectCaptures(
  paths: readonly string[],
  options: DetectCapturesOptions,
): Promise<DetectedSegment[]> {
  const scorer = options.model && new FlowScorer(options.model.file, options.model.hash);
  const begin = (): Detection =>
    createDetection({
      ...options.detection,
      version: VERSION,
      schema: schemaId(argusSchema),
      anomalyNames: trafficAnomalies,
      ...(scorer ? { model: scorer.facts } : {}),
    });
  const found: DetectedSegment[] = [];
  let detection = begin();
  await meterCaptures(paths, {
    ...options,
    onBatch(batch) {
      const scored = scorer?.score(batch);
      detection.addBatch(batch, scored?.scores, scored?.explain);
    },
    onSegment(segment) {
      const alerts = detection.finish();
      found.push({ alerts, segment, detection: detection.summary });
      detection = begin();
    },
  });
  return found;
}
