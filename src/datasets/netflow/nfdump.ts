import { WiresiftError } from '../../base/index.ts';
import { FlowBatch } from '../../flow/index.ts';
import type { ExportedFlow } from './exported-flow.ts';
import { FlowPairs } from './pair.ts';

/** First two bytes of every nfdump file, read in the machine's own byte order. */
const MAGIC = 0xa50c;
/** nfdump writes blocks of at most 5 MB; past this the file is damaged or forged. */
const MAX_BLOCK_BYTES = 1 << 24;
const HEADER_1 = 140;
/** The statistics that follow the header in layout 1. */
const STATISTICS_1 = 136;
const HEADER_2 = 40;
const BLOCK_HEADER = 12;
/** Blocks of flow records, layout 1 and 2. */
const FLOW_BLOCKS = [2, 3];
const COMPRESSION_1 = 0x19;

/** Records of layout 1: with an exporter of 8 bits, and of 16. */
const COMMON = 1;
const COMMON_WIDE = 10;
/** The record of layout 2. */
const RECORD_V3 = 11;

/** Extensions of a version 3 record. */
const GENERIC = 1;
const IPV4 = 2;
const IPV6 = 3;
const MISC = 5;
const COUNTERS = 6;

/** What a reader is opened with. */
export interface NfdumpOptions {
  /** Name of the file in messages. */
  readonly path: string;
  readonly onBatch: (batch: FlowBatch) => void;
  readonly onProblem: (where: string, saw: string, expected: string) => void;
}

/** Whether a file begins as nfdump's do, in either byte order. */
export function isNfdump(bytes: Uint8Array): boolean {
  const first = (bytes[0]! << 8) | bytes[1]!;
  const second = (bytes[2]! << 8) | bytes[3]!;
  return bytes.length >= 4 && ((first === 0x0ca5 && second >>> 8 <= 2) || first === MAGIC);
}

/**
 * Reads files of nfdump: layout 1 (nfdump 1.6) and layout 2 (1.7), not compressed (nfcapd and nfpcapd
 * write so unless told otherwise), of either byte order, given in pieces. The layout is that of
 * nfdump's `nffile.h`, `nffileV2.h` and `nfxV3.h`. Both directions of a conversation are paired.
 */
export class NfdumpReader {
  readonly #options: NfdumpOptions;
  readonly #batch = new FlowBatch(8192);
  readonly #pairs = new FlowPairs((flow) => this.#write(flow));
  #buffer = new Uint8Array(1 << 16);
  #kept = 0;
  #read = 0;
  #layout = 0;
  #little = true;
  #id = 0;

  constructor(options: NfdumpOptions) {
    this.#options = options;
  }

  /** @throws WiresiftError `FLOWS_COMPRESSED`, `FLOWS_FORMAT` */
  feed(piece: Uint8Array): void {
    const end = this.#kept + piece.length;
    if (end > this.#buffer.length) {
      const grown = new Uint8Array(end * 2);
      grown.set(this.#buffer.subarray(0, this.#kept));
      this.#buffer = grown;
    }
    this.#buffer.set(piece, this.#kept);
    const view = new DataView(this.#buffer.buffer, 0, end);
    let at = this.#layout === 0 ? this.#header(view) : 0;
    if (this.#layout > 0) {
      for (;;) {
        const next = this.#block(view, at);
        if (next < 0) break;
        at = next;
      }
    }
    this.#read += at;
    this.#kept = end - at;
    this.#buffer.copyWithin(0, at, end);
  }

  finish(): void {
    if (this.#kept > 0) {
      this.#problem(0, `${this.#kept} bytes at the end`, 'whole blocks');
    }
    this.#pairs.flush();
    this.#handOn();
  }

  /** @returns where the blocks begin, or 0 while the header is not whole */
  #header(view: DataView): number {
    if (view.byteLength < HEADER_2) return 0;
    this.#little = view.getUint16(0, true) === MAGIC;
    const little = this.#little;
    const layout = view.getUint16(2, little);
    if (layout !== 1 && layout !== 2) {
      throw this.#error('FLOWS_FORMAT', `nfdump layout ${layout}`, 'layout 1 or 2');
    }
    const packed = layout === 1 ? view.getUint32(4, little) & COMPRESSION_1 : view.getUint8(16);
    const encrypted = layout === 2 && view.getUint8(17) !== 0;
    if (packed !== 0 || encrypted) {
      const what = encrypted ? 'encrypted' : 'compressed';
      throw this.#error('FLOWS_COMPRESSED', `an nfdump file, ${what}`, 'an uncompressed one');
    }
    const size = layout === 1 ? HEADER_1 + STATISTICS_1 : HEADER_2;
    if (view.byteLength < size) return 0;
    this.#layout = layout;
    return size;
  }

  #error(code: string, saw: string, expected: string): WiresiftError {
    const todo = 'Unpack it with nfdump: nfdump -J 0 -r FILE, or nfdump -r FILE -z=none -w NEW';
    return new WiresiftError({ code, where: this.#options.path, saw, expected, todo });
  }

  /** Reads one block. @returns where the next begins, or -1 while it is not whole */
  #block(view: DataView, at: number): number {
    const little = this.#little;
    if (at + BLOCK_HEADER > view.byteLength) return -1;
    const size = view.getUint32(at + 4, little);
    if (size > MAX_BLOCK_BYTES) {
      throw this.#error('FLOWS_FORMAT', `a block of ${size} bytes`, `at most ${MAX_BLOCK_BYTES}`);
    }
    const end = at + BLOCK_HEADER + size;
    if (end > view.byteLength) return -1;
    if (!FLOW_BLOCKS.includes(view.getUint16(at + 8, little))) return end;
    for (let record = at + BLOCK_HEADER; record + 4 <= end; ) {
      const type = view.getUint16(record, little);
      const length = view.getUint16(record + 2, little);
      if (length < 4 || record + length > end) {
        this.#problem(record, `record ${type} of ${length} bytes`, `4 to ${end - record}`);
        break;
      }
      this.#record(view, record, length, type);
      record += length;
    }
    return end;
  }

  #record(view: DataView, at: number, length: number, type: number): void {
    const flow = this.#pairs.next();
    if (type === RECORD_V3)
      readVersion3(flow, view, { at, end: at + length, little: this.#little });
    else if (type === COMMON || type === COMMON_WIDE) {
      const first = type === COMMON ? 28 : 32;
      readCommon(flow, view, { at, end: at + length, little: this.#little, first });
    } else return;
    if (flow.addressLength === 0 || !(flow.start >= 0)) {
      this.#problem(at, `a record of ${length} bytes without addresses or times`, 'both');
      return;
    }
    if (!(flow.end >= flow.start)) flow.end = flow.start;
    this.#pairs.add(flow);
  }

  #problem(at: number, saw: string, expected: string): void {
    this.#options.onProblem(`${this.#options.path}, byte ${this.#read + at}`, saw, expected);
  }

  #write(flow: ExportedFlow): void {
    flow.write(this.#batch, ++this.#id);
    if (this.#batch.length === this.#batch.capacity) this.#handOn();
  }

  #handOn(): void {
    if (this.#batch.length === 0) return;
    this.#options.onBatch(this.#batch);
    this.#batch.length = 0;
  }
}

interface RecordPlace {
  readonly at: number;
  readonly end: number;
  readonly little: boolean;
}

/** An address of `length` bytes, kept as numbers of `width` bytes in the file's byte order. */
function readAddress(
  flow: ExportedFlow,
  view: DataView,
  { at, little }: { at: number; little: boolean },
  { length, to }: { length: number; to: number },
): void {
  const width = length === 4 ? 4 : 8;
  for (let i = 0; i < length; i++) {
    const inWord = i % width;
    const from = i - inWord + (little ? width - 1 - inWord : inWord);
    flow.addresses[to + i] = view.getUint8(at + from);
  }
}

const wide = (view: DataView, at: number, little: boolean): number =>
  Number(view.getBigUint64(at, little));

/** A record of layout 2: a head of 12 bytes, then elements of type, length and data. */
function readVersion3(flow: ExportedFlow, view: DataView, { at, end, little }: RecordPlace): void {
  for (let element = at + 12; element + 4 <= end; ) {
    const type = view.getUint16(element, little);
    const length = view.getUint16(element + 2, little);
    if (length < 4 || element + length > end) return;
    const data = element + 4;
    if (type === GENERIC && length >= 52) {
      flow.start = wide(view, data, little) * 1000;
      flow.end = wide(view, data + 8, little) * 1000;
      flow.forward.packets = wide(view, data + 24, little);
      flow.forward.bytes = wide(view, data + 32, little);
      flow.sourcePort = view.getUint16(data + 40, little);
      flow.destinationPort = view.getUint16(data + 42, little);
      flow.protocol = view.getUint8(data + 44);
      flow.forward.flags = view.getUint8(data + 45);
      flow.forward.tos = view.getUint8(data + 47);
    } else if (type === IPV4 && length >= 12) {
      readPair(flow, view, { at: data, little }, 4);
    } else if (type === IPV6 && length >= 36) {
      readPair(flow, view, { at: data, little }, 16);
    } else if (type === MISC && length >= 16) {
      flow.reverse.tos = view.getUint8(data + 11);
    } else if (type === COUNTERS && length >= 28) {
      flow.reverse.packets = wide(view, data + 8, little);
      flow.reverse.bytes = wide(view, data + 16, little);
    }
    element += length;
  }
}

function readPair(
  flow: ExportedFlow,
  view: DataView,
  { at, little }: { at: number; little: boolean },
  length: number,
): void {
  flow.addressLength = length;
  readAddress(flow, view, { at, little }, { length, to: 0 });
  readAddress(flow, view, { at: at + length, little }, { length, to: 16 });
}

/** A record of layout 1: common fields, then addresses, packets and bytes as its flags say. */
function readCommon(
  flow: ExportedFlow,
  view: DataView,
  { at, end, little, first }: RecordPlace & { first: number },
): void {
  if (at + first > end) return;
  // The narrow record keeps its flags in one byte.
  const flags = first === 28 ? view.getUint8(at + 4) : view.getUint16(at + 4, little);
  const length = (flags & 1) !== 0 ? 16 : 4;
  const packetBytes = (flags & 2) !== 0 ? 8 : 4;
  const octetBytes = (flags & 4) !== 0 ? 8 : 4;
  const packets = at + first + 2 * length;
  if (packets + packetBytes + octetBytes > end) return;
  const micros = (seconds: number, millis: number): number =>
    view.getUint32(at + seconds, little) * 1e6 + view.getUint16(at + millis, little) * 1000;
  flow.start = micros(12, 8);
  flow.end = micros(16, 10);
  flow.forward.flags = view.getUint8(at + 21);
  flow.protocol = view.getUint8(at + 22);
  flow.forward.tos = view.getUint8(at + 23);
  flow.sourcePort = view.getUint16(at + 24, little);
  flow.destinationPort = view.getUint16(at + 26, little);
  readPair(flow, view, { at: at + first, little }, length);
  const count = (offset: number, size: number): number =>
    size === 8 ? wide(view, offset, little) : view.getUint32(offset, little);
  flow.forward.packets = count(packets, packetBytes);
  flow.forward.bytes = count(packets + packetBytes, octetBytes);
}
