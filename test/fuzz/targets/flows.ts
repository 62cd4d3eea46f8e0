import { createHash, type Hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type Random, WiresiftError } from '../../../src/base/index.ts';
import { CAPTURE_ANOMALIES, type CaptureOptions } from '../../../src/capture/index.ts';
import { openFlowOutput, VIEWS } from '../../../src/cli/flow-output.ts';
import { ANOMALIES } from '../../../src/decode/index.ts';
import { ArgusCsv, argusTable, CLOSE_REASONS, type FlowBatch } from '../../../src/flow/index.ts';
import { detectCaptures, meterCaptures, type SegmentSummary } from '../../../src/pipeline.ts';
import { captureSeeds, sampleSeeds } from '../captures.ts';
import { mutateCapture } from '../mutate-capture.ts';
import { magnitude, type Signals } from '../signals.ts';
import { type CaseContext, promise, type Target } from '../target.ts';

/** `--max-flows` of most cases: few enough that every larger capture fills the table. */
const MAX_FLOWS = 512;
/** One case of so many runs with a table of 1 to 8 flows, where every packet may evict. */
const TINY_TABLE = 4;
/** One case of so many goes through detection too, through the command's output, in two cuttings. */
const DETECT_EVERY = 8;
const OUTPUT_EVERY = 16;
const CUT_EVERY = 8;
/** Inputs up to this length are also read a few bytes at a time. */
const CUT_BYTES = 32 * 1024;
/** Cells of a row: 14 and an empty label. */
const COMMAS = 14;

/** The whole way of `wiresift flows`, and of `wiresift detect` without a model. */
export function createTarget(): Target {
  return {
    name: 'flows',
    seeds: async ({ corpus }) => [
      ...captureSeeds(corpus),
      ...(corpus === undefined ? sampleSeeds() : []),
    ],
    mutate: mutateCapture,
    run,
    reached(signals) {
      const names = new Set(signals.names);
      const share = (what: string, all: readonly string[]): string => {
        const left = all.filter((name) => !names.has(name));
        const not = left.length > 0 ? ` (not ${left.join(' ')})` : '';
        return `${what} ${all.length - left.length} of ${all.length}${not}`;
      };
      return [
        share(
          'packet anomalies',
          ANOMALIES.map(({ name }) => name),
        ),
        share('file anomalies', Object.keys(CAPTURE_ANOMALIES)),
        share('close reasons', CLOSE_REASONS),
      ];
    },
  };
}

async function run(bytes: Uint8Array, context: CaseContext): Promise<void> {
  const { random, folder, signals, beat } = context;
  const maxFlows = random.int(TINY_TABLE) === 0 ? 1 + random.int(8) : MAX_FLOWS;
  const path = join(folder, 'input');
  writeFileSync(path, bytes);
  const whole = new Reading(signals, maxFlows);
  if (!(await whole.run(path, beat, {}))) return;
  if (random.int(DETECT_EVERY) === 0) {
    const meter = { maxFlows };
    await detectCaptures([path], { meter, afterChunk: async () => beat() });
  }
  if (random.int(OUTPUT_EVERY) === 0) await throughCommandOutput(path, maxFlows, random);
  if (random.int(CUT_EVERY) === 0 && bytes.length <= CUT_BYTES) {
    await inPieces({ path, bytes, whole, context, maxFlows });
  }
}

/** One reading of a capture: its rows as text, checked, and what it showed. */
class Reading {
  readonly #signals: Signals;
  readonly #maxFlows: number;
  readonly #text = new ArgusCsv();
  readonly #hash: Hash = createHash('sha1');
  #rows = 0;
  #packets = 0;
  /** True when a gzip stream broke, where what is lost depends on how it was cut. */
  brokenGzip = false;

  constructor(signals: Signals, maxFlows: number) {
    this.#signals = signals;
    this.#maxFlows = maxFlows;
  }

  /** @returns false when the file was refused, as it may be */
  async run(path: string, beat: () => void, capture: CaptureOptions): Promise<boolean> {
    let segments: SegmentSummary[];
    try {
      segments = await meterCaptures([path], {
        meter: { maxFlows: this.#maxFlows, batchRows: 256 },
        capture,
        onBatch: (batch) => this.#take(batch),
        afterChunk: async () => beat(),
      });
    } catch (error) {
      if (!(error instanceof WiresiftError) || !error.code.startsWith('CAPTURE_')) throw error;
      this.#signals.name(error.code);
      return false;
    }
    for (const segment of segments) this.#summary(segment);
    const sum = (of: (segment: SegmentSummary) => number): number =>
      segments.reduce((total, segment) => total + of(segment), 0);
    promise(sum(({ meter }) => meter!.records) === this.#rows, 'records and rows differ in number');
    const carried = sum(({ meter }) => meter!.packets - meter!.ignored);
    promise(this.#packets <= carried, `${this.#packets} packets in rows, ${carried} in flows`);
    return true;
  }

  get digest(): string {
    return this.#hash.digest('hex');
  }

  #take(batch: FlowBatch): void {
    const rows = this.#text.write(batch);
    this.#hash.update(rows);
    let commas = 0;
    let lines = 0;
    for (let i = 0; i < rows.length; i++) {
      const byte = rows[i]!;
      if (byte === 44) commas++;
      else if (byte === 10) lines++;
      else if (byte < 32 || byte > 126) promise(false, `byte ${byte} in the text of a row`);
    }
    promise(lines === batch.length, `${lines} lines for ${batch.length} rows`);
    promise(commas === COMMAS * lines, `${commas} commas in ${lines} lines`);
    const text = Buffer.from(rows.buffer, rows.byteOffset, rows.length);
    for (const word of ['NaN', 'undefined', 'Infinity', 'null']) {
      promise(!text.includes(word), `the text of a row holds ${word}`);
    }
    promise(argusTable(batch).rows === batch.length, 'the table has other rows than the batch');
    this.#rows += batch.length;
    this.#note(batch);
  }

  #note(batch: FlowBatch): void {
    const signals = this.#signals;
    for (let row = 0; row < batch.length; row++) {
      const packets = batch.originatorPackets[row]! + batch.responderPackets[row]!;
      promise(packets >= 1 && Number.isInteger(packets), `${packets} packets in a row`);
      this.#packets += packets;
      const kind = (batch.protocol[row]! << 8) | batch.addressLength[row]!;
      const state = (batch.state[row]! & 0xffff) | (batch.directionCertain[row]! << 15);
      signals.add(0, (kind << 3) | batch.closeReason[row]!);
      signals.add(1, (batch.protocol[row]! << 16) | state);
      signals.add(2, (batch.icmpType[row]! << 8) | batch.icmpCode[row]!);
      signals.add(3, (batch.originatorFlags[row]! << 8) | batch.responderFlags[row]!);
      signals.add(4, batch.etherType[row]!);
      if ((batch.anomalyLow[row]! | batch.anomalyHigh[row]!) !== 0) {
        signals.add(5, batch.anomalyLow[row]!);
        signals.add(6, batch.anomalyHigh[row]!);
      }
      signals.name(CLOSE_REASONS[batch.closeReason[row]!]!);
    }
  }

  #summary({ meter, anomalies, files, unsupportedLinkTypes }: SegmentSummary): void {
    const signals = this.#signals;
    promise(meter !== undefined, 'no meter ran');
    if (!meter) return;
    promise(meter.peakFlows <= this.#maxFlows, `${meter.peakFlows} flows at once`);
    promise(meter.evictedOneWay <= meter.evicted, 'more one-way flows evicted than flows');
    anomalies.forEach(({ name, packets }) => {
      signals.name(name);
      const bit = ANOMALIES.findIndex((each) => each.name === name);
      signals.add(7, (bit << 8) | magnitude(packets));
    });
    for (const file of files) {
      for (const name of Object.keys(file.anomalies)) {
        signals.name(name);
        if (name.startsWith('capture_gzip')) this.brokenGzip = true;
      }
    }
    for (const type of Object.keys(unsupportedLinkTypes)) signals.add(8, Number(type));
    signals.add(9, magnitude(meter.ignored));
    signals.add(10, (magnitude(meter.evicted) << 8) | magnitude(meter.evictedOneWay));
  }
}

/** The command's own writing of files, in any view: its tool's text and JSON lines. */
async function throughCommandOutput(path: string, maxFlows: number, random: Random): Promise<void> {
  const format = random.int(2) === 0 ? 'native' : 'jsonl';
  const view = VIEWS[random.int(VIEWS.length)]!;
  const output = openFlowOutput({ view, format, kddMode: 'data', output: `${path}.${view}` });
  try {
    await meterCaptures([path], {
      meter: { maxFlows },
      tracker: { maxFlows },
      ...output.handlers,
      afterChunk: () => output.flush(),
    });
    await output.close();
  } finally {
    output.abort();
  }
}

/** The same bytes in other cuttings, as a pipe delivers them, must give the same rows. */
async function inPieces(options: {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly whole: Reading;
  readonly context: CaseContext;
  readonly maxFlows: number;
}): Promise<void> {
  const { path, bytes, whole, context, maxFlows } = options;
  const { random, signals, beat } = context;
  const digest = whole.digest;
  const same = (other: Reading, message: string): void => {
    // How much of a broken stream comes out before its damage is told depends on the cut.
    if (!whole.brokenGzip && !other.brokenGzip) promise(other.digest === digest, message);
  };
  const fromFile = new Reading(signals, maxFlows);
  await fromFile.run(path, beat, { chunkBytes: 16 + random.int(4096) });
  same(fromFile, 'other rows when the file is read in small chunks');
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const next = at + 1 + random.int(2048);
    pieces.push(bytes.subarray(at, next));
    at = next;
  }
  const fromPipe = new Reading(signals, maxFlows);
  await fromPipe.run('-', beat, { stdin: Readable.from(pieces) });
  same(fromPipe, 'other rows when the capture comes through a pipe');
}
