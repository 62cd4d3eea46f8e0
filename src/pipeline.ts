import { VERSION } from './base/index.ts';
import {
  type CaptureAnomalies,
  type CaptureOptions,
  type Frame,
  openCapture,
} from './capture/index.ts';
import { ANOMALIES, createDecoder, type Decoder, type Packet } from './decode/index.ts';
import {
  type Alert,
  createDetection,
  type Detection,
  type DetectionOptions,
  type DetectionSummary,
  FlowScorer,
  type Losses,
  type ScoredRows,
  ScorerSet,
  trafficAnomalies,
} from './detect/index.ts';
import {
  ArgusCsv,
  argusSchema,
  type ConnBatch,
  type FlowBatch,
  type KddMode,
  type KddOptions,
  type KddRows,
  type KddStats,
  KddView,
  Meter,
  MeterBurst,
  type MeterOptions,
  type MeterStats,
  ParallelMeter,
  type ParallelSummary,
  type RecordOutput,
  type RecordsSoFar,
  showOpen,
  TrackerBurst,
  type ZeekOptions,
  type ZeekStats,
  ZeekTracker,
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
  /** What each meter did; only of those that were asked for. */
  readonly meter?: MeterStats;
  readonly tracker?: ZeekStats;
  readonly kdd?: KddStats;
  /** Packets with each oddity, most first; `docs/decode.md` tells what each name means. */
  readonly anomalies: readonly { readonly name: string; readonly packets: number }[];
  /** Frames of link types that are not decoded, by LINKTYPE_ number. */
  readonly unsupportedLinkTypes: Readonly<Record<string, number>>;
  /** Times of the first and last frame, microseconds; NaN when there was none. */
  readonly first: number;
  readonly last: number;
}

/**
 * What metering needs: one or more of `onBatch`, `onText`, `onConns` and `onKdd`; all views come from
 * one pass over the packets. Batches and text are reused after the call.
 */
export interface MeterCapturesOptions {
  readonly meter?: MeterOptions;
  readonly tracker?: ZeekOptions;
  readonly kdd?: KddOptions;
  readonly capture?: CaptureOptions;
  /**
   * Threads that share the flows, this one among them, when flow records alone are asked for (`onBatch`
   * or `onText`); records and their order are the same, unless flows are evicted. Default 1.
   */
  readonly workers?: number;
  /** Gets the flow records that Argus would cut. */
  readonly onBatch?: (batch: FlowBatch) => void;
  /** Gets the same records as whole lines of a `.binetflow` file, without its header. */
  readonly onText?: (text: Uint8Array) => void;
  /** Gets the connections that Zeek would log. */
  readonly onConns?: (batch: ConnBatch) => void;
  /** Gets rows with the features of KDD Cup 99. */
  readonly onKdd?: (rows: KddRows) => void;
  /** Called when a stretch of traffic ends, after its last batch. */
  readonly onSegment?: (summary: SegmentSummary) => void;
  /**
   * Awaited between two chunks of input: where slow output catches up. Until the next chunk, `records`
   * may be asked; there are none where worker threads hold them.
   */
  readonly afterChunk?: (records?: RecordsSoFar) => Promise<void>;
  readonly onProgress?: (file: string, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** The meters with their decoder, and what they have seen. */
class Segment implements RecordsSoFar {
  readonly files: FileSummary[] = [];
  /** One for both meters: few frames need decoding, and each is read once. */
  readonly #burst: MeterBurst | TrackerBurst | undefined;
  readonly #decoder: Decoder = createDecoder();
  readonly #meter: Meter | undefined;
  readonly #tracker: ZeekTracker | undefined;
  readonly #kdd: KddView | undefined;
  first = Number.NaN;
  last = Number.NaN;

  constructor({ onText, onConns, onKdd, ...options }: MeterCapturesOptions) {
    const onBatch = withText(options.onBatch, onText);
    if (onBatch) this.#meter = new Meter(options.meter ?? {}, onBatch);
    const kdd = onKdd && new KddView(options.kdd ?? {}, onKdd);
    this.#kdd = kdd;
    let beside: TrackerBurst | undefined;
    if (onConns || kdd) {
      this.#tracker = new ZeekTracker(options.tracker ?? {}, (batch) => {
        kdd?.conns(batch);
        onConns?.(batch);
      });
      // What the meter has counted is not to be counted again.
      const uncounted = this.#meter !== undefined;
      const decoder = uncounted ? createDecoder() : this.#decoder;
      const onPacket = kdd && ((packet: Packet) => kdd.packet(packet));
      beside = new TrackerBurst(this.#tracker, decoder, {
        uncounted,
        ...(onPacket ? { onPacket } : {}),
      });
    }
    this.#burst = this.#meter ? new MeterBurst(this.#meter, this.#decoder, beside) : beside;
  }

  take(frame: Frame): void {
    if (Number.isNaN(this.first)) this.first = frame.time;
    this.last = frame.time;
    this.#burst?.add(frame);
  }

  /** To be called before the bytes of the frames taken are overwritten. */
  settle(): void {
    this.#burst?.flush();
  }

  flush(): void {
    this.#meter?.flush();
  }

  get openFlows(): number {
    return this.#meter?.table.count ?? 0;
  }

  showOpen(onBatch: (batch: FlowBatch) => void): void {
    if (this.#meter) showOpen(this.#meter, onBatch);
  }

  finish(): SegmentSummary {
    this.settle();
    this.#meter?.finish();
    this.#tracker?.finish();
    this.#kdd?.finish();
    return {
      ...summarise(this, this.#decoder),
      ...(this.#meter ? { meter: this.#meter.stats } : {}),
      ...(this.#tracker ? { tracker: this.#tracker.stats } : {}),
      ...(this.#kdd ? { kdd: this.#kdd.stats } : {}),
    };
  }
}

/** Both outputs of flow records as one. */
function withText(
  onBatch: MeterCapturesOptions['onBatch'],
  onText: MeterCapturesOptions['onText'],
): MeterCapturesOptions['onBatch'] {
  if (!onText) return onBatch;
  const csv = new ArgusCsv();
  return (batch) => {
    onBatch?.(batch);
    onText(csv.write(batch));
  };
}

function summarise(
  stretch: {
    readonly files: readonly FileSummary[];
    readonly first: number;
    readonly last: number;
  },
  decoded: Pick<ParallelSummary, 'anomalies' | 'linkTypes'>,
): SegmentSummary {
  const { files, first, last } = stretch;
  return {
    files,
    anomalies: ANOMALIES.map(({ name }, bit) => ({ name, packets: decoded.anomalies[bit]! }))
      .filter(({ packets }) => packets > 0)
      .sort((a, b) => b.packets - a.packets),
    unsupportedLinkTypes: Object.fromEntries(decoded.linkTypes),
    first,
    last,
  };
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
  const { workers = 1, onConns, onKdd } = options;
  const output = recordOutput(options);
  if (workers > 1 && output && !onConns && !onKdd) {
    return meterOnWorkers(paths, { ...options, workers, output });
  }
  const summaries: SegmentSummary[] = [];
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
    await source.read(
      (frame) => {
        if (!current) {
          if (segment && frame.time < segment.last) close();
          current = segment ??= new Segment(options);
        }
        current.take(frame);
      },
      options.signal,
      async () => {
        current?.settle();
        options.onProgress?.(path, source.bytesRead, source.bytesTotal);
        await options.afterChunk?.(current);
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

/** What the workers are to send: text only where nobody asks for batches. */
function recordOutput({ onBatch, onText }: MeterCapturesOptions): RecordOutput | undefined {
  const both = withText(onBatch, onText);
  if (onBatch && both) return { onBatch: both };
  return onText && { onText };
}

/** A stretch of traffic that worker threads meter. */
class SharedSegment {
  readonly files: FileSummary[] = [];
  readonly meter: ParallelMeter;
  first = Number.NaN;
  last = Number.NaN;

  constructor(meter: ParallelMeter) {
    this.meter = meter;
  }

  take(frame: Frame): void {
    if (Number.isNaN(this.first)) this.first = frame.time;
    this.last = frame.time;
    this.meter.add(frame);
  }
}

/** {@link meterCaptures} with worker threads; a stretch that ends does so while the next is read. */
async function meterOnWorkers(
  paths: readonly string[],
  options: MeterCapturesOptions & { readonly workers: number; readonly output: RecordOutput },
): Promise<SegmentSummary[]> {
  const { workers, meter = {}, output } = options;
  const summaries: SegmentSummary[] = [];
  let closing: Promise<void> = Promise.resolve();
  let segment: SharedSegment | undefined;
  const begin = (): SharedSegment =>
    new SharedSegment(new ParallelMeter(workers, meter, output, closing));
  const close = (): void => {
    const ended = segment;
    if (!ended) return;
    segment = undefined;
    closing = ended.meter.finish().then((done) => {
      const summary = { ...summarise(ended, done), meter: done.meter };
      summaries.push(summary);
      options.onSegment?.(summary);
    });
    // Heard of below, where it is awaited.
    closing.catch(() => undefined);
  };
  try {
    for (const path of paths) {
      if (options.signal?.aborted) break;
      const source = await openCapture(path, options.capture);
      let current: SharedSegment | undefined;
      await source.read(
        (frame) => {
          if (!current) {
            if (segment && frame.time < segment.last) close();
            current = segment ??= begin();
          }
          current.take(frame);
        },
        options.signal,
        async () => {
          current?.meter.flush();
          options.onProgress?.(path, source.bytesRead, source.bytesTotal);
          await current?.meter.ready();
          await options.afterChunk?.();
        },
      );
      segment ??= begin();
      const { name, format, frames, anomalies } = source;
      segment.files.push({ name, format, frames, anomalies });
    }
  } finally {
    close();
    await closing;
  }
  await options.afterChunk?.();
  return summaries;
}

/** What the meters' bounds kept from detection, by reason. */
function lossesOf({ meter, tracker, kdd }: SegmentSummary, mode: KddMode = 'data'): Losses {
  // The data set's own time window is bounded: what leaves it early does so by definition.
  const early = kdd && mode !== 'data' ? kdd.early : 0;
  return {
    evictedFlows: meter?.evicted ?? 0,
    evictedOneWay: meter?.evictedOneWay ?? 0,
    evictedConnections: tracker?.evicted ?? 0,
    unreadConnections: tracker?.unread ?? 0,
    displacedRows: (kdd?.late ?? 0) + early,
  };
}

/** A model file with the hash of its bytes. */
export interface LoadedModel {
  /** By which alerts call it; default ''. */
  readonly name?: string;
  readonly file: ModelFile;
  readonly hash: string;
}

type MeteringOutput = 'onBatch' | 'onText' | 'onConns' | 'onKdd' | 'onSegment';

/** What detection needs beside the captures; all has a default. */
export interface DetectCapturesOptions
  extends Omit<MeterCapturesOptions, MeteringOutput | 'afterChunk'> {
  /** Absent or none: the behavioural detectors alone. Each is given the view that it reads. */
  readonly models?: readonly LoadedModel[];
  readonly detection?: Omit<DetectionOptions, 'version' | 'models' | 'schema' | 'anomalyNames'>;
  /** Is shown the rows of each view as they are judged, with their scores: whoever keeps flows. */
  readonly onRows?: (rows: ScoredRows) => void;
  /** Awaited between two chunks; what it is given may be asked until the next. */
  readonly afterChunk?: (soFar: FoundSoFar) => Promise<void>;
}

/** What is known between two chunks. */
export interface FoundSoFar {
  /** Alerts as if the input ended here; see `Detection.preview`. */
  early(): Alert[];
  readonly openFlows: number;
}

/** Alerts of one stretch of traffic, with what was read and what bounds left out. */
export interface DetectedSegment {
  readonly alerts: readonly Alert[];
  readonly segment: SegmentSummary;
  readonly detection: DetectionSummary;
}

/**
 * The whole live path: open, decode, meter, view, score, alert. One pass meters the views that models
 * read. Each stretch of traffic is judged alone: hosts of unrelated captures are unrelated.
 *
 * @throws as {@link meterCaptures}; WiresiftError `DETECT_MODEL` for a model of another schema,
 *   `DETECT_THRESHOLD` or `DETECT_NETWORK` for options that make no sense
 */
export async function detectCaptures(
  paths: readonly string[],
  options: DetectCapturesOptions,
): Promise<DetectedSegment[]> {
  const scorers = new ScorerSet(
    (options.models ?? []).map(({ file, hash, name }) => new FlowScorer(file, hash, name)),
    options.onRows,
  );
  const begin = (): Detection => {
    scorers.restart();
    return createDetection({
      ...options.detection,
      version: VERSION,
      schema: schemaId(argusSchema),
      anomalyNames: trafficAnomalies,
      models: scorers.facts,
    });
  };
  const found: DetectedSegment[] = [];
  let detection = begin();
  const { afterChunk, ...metering } = options;
  await meterCaptures(paths, {
    ...metering,
    async afterChunk(records) {
      const early = (): Alert[] => {
        records?.flush();
        return detection.preview((scout) => {
          records?.showOpen((batch) => scorers.addOpen(scout, batch));
        });
      };
      await afterChunk?.({ early, openFlows: records?.openFlows ?? 0 });
    },
    onBatch: (batch) => scorers.addBatch(detection, batch),
    ...(scorers.needs.zeek ? { onConns: (conns) => scorers.addConns(detection, conns) } : {}),
    ...(scorers.needs.kdd ? { onKdd: (rows) => scorers.addKdd(detection, rows) } : {}),
    onSegment(segment) {
      detection.noteLoss(lossesOf(segment, options.kdd?.mode));
      const alerts = detection.finish();
      found.push({ alerts, segment, detection: detection.summary });
      detection = begin();
    },
  });
  return found;
}
