import type { Histories } from './history.ts';
import type { Segment } from './segment.ts';
import {
  ACK_SEQ,
  FIN_SEQ,
  FLAGS,
  FLOAT_STRIDE,
  GAPS,
  HAS_STREAM,
  LAST_SEQ,
  MISSED,
  PARTIAL,
  REASSEMBLED,
  SIDE,
  SIDE_FLOAT,
  SIDE_FLOATS,
  SIDE_WORDS,
  START_SEQ,
  STATE,
  STRIDE,
  TRIMMED,
} from './slot.ts';
import type { Stream } from './stream.ts';
import type { ConnTable } from './table.ts';
import {
  ACK_WRAPS_SHIFT,
  AT_END,
  BEFORE_SHIFT,
  CLOSED,
  ESTABLISHED,
  HAS_HOLES,
  INACTIVE,
  RESET,
  SAW_FIN,
  SKIPPED,
  STATE_MASK,
  SYN_SENT,
  WRAPS_SHIFT,
} from './tcp-state.ts';

const GAP_LETTER = 71;
const WRAP = 2 ** 32;
/** Zeek's `tcp_max_initial_window` and `tcp_max_above_hole_without_any_acks`. */
const MAX_UNACKNOWLEDGED = 16_384;

/** Where the stream of a slot is had. */
export interface StreamSource {
  /** The stream of the slot, made if there is none. */
  streamOf(slot: number): Stream;
  /** The stream of a slot that has one. */
  stream(slot: number): Stream;
}

/** What the order of streams depends on. */
export interface ReassemblyOptions {
  /** Zeek's `report_gaps_for_partial`. */
  readonly reportPartialGaps: boolean;
  /** Zeek's `tcp_excessive_data_without_further_acks`; 0 for no limit. */
  readonly maxWithoutAcks: number;
  /** Streams are handed to application analysers. */
  readonly analyse: boolean;
}

/** Which bytes of a TCP stream came, which were acknowledged, and which never came. */
export class Reassembly {
  readonly #table: ConnTable;
  readonly #histories: Histories;
  readonly #streams: StreamSource;
  readonly #options: ReassemblyOptions;
  /** Time of the segment in hand. */
  time = 0;

  constructor(
    table: ConnTable,
    histories: Histories,
    streams: StreamSource,
    options: ReassemblyOptions,
  ) {
    this.#table = table;
    this.#histories = histories;
    this.#streams = streams;
    this.#options = options;
  }

  /** Last sequence number of a side counted from its start, wraps included; may be negative. */
  relativeLast(slot: number, role: number): number {
    const { words } = this.#table;
    const side = slot * STRIDE + SIDE + role * SIDE_WORDS;
    const wraps = (words[side + STATE]! >> WRAPS_SHIFT) & 0xff;
    return wraps * WRAP + (words[side + LAST_SEQ]! >>> 0) - (words[side + START_SEQ]! >>> 0);
  }

  /** The same of the acknowledgements that the side got. */
  relativeAck(slot: number, role: number): number {
    const { words } = this.#table;
    const side = slot * STRIDE + SIDE + role * SIDE_WORDS;
    const wraps = words[side + STATE]! >>> ACK_WRAPS_SHIFT;
    return wraps * WRAP + (words[side + ACK_SEQ]! >>> 0) - (words[side + START_SEQ]! >>> 0);
  }

  /** Payload bytes of a side by its sequence numbers. */
  size(slot: number, role: number): number {
    const { words } = this.#table;
    const base = slot * STRIDE + SIDE;
    const state = words[base + role * SIDE_WORDS + STATE]!;
    const peer = words[base + (1 - role) * SIDE_WORDS + STATE]! & STATE_MASK;
    const last = this.relativeLast(slot, role);
    const ack = this.relativeAck(slot, role);
    const before = (state >> BEFORE_SHIFT) & STATE_MASK;
    if (before === SYN_SENT && (state & STATE_MASK) === RESET && peer === INACTIVE) {
      if (ack !== 0 && ack !== 1) return 0;
    }
    // A negative number comes of nonsense in the packets; Zeek prints it as some 2^64.
    let size = Math.max(last, ack, 0);
    if (size !== 0) size--;
    if ((state & SAW_FIN) !== 0 && size !== 0) size--;
    return size;
  }

  /** Payload came: bytes `from` on (relative), all captured. */
  dataSent(slot: number, role: number, from: number, segment: Segment): void {
    const { words, floats } = this.#table;
    const side = slot * STRIDE + SIDE + role * SIDE_WORDS;
    if ((words[side + STATE]! & SKIPPED) !== 0) return;
    const at = slot * FLOAT_STRIDE + SIDE_FLOAT + role * SIDE_FLOATS;
    const end = from + segment.length;
    const ack = this.relativeAck(slot, role);
    const trimmed = floats[at + TRIMMED]!;
    const start = Math.max(from, ack, trimmed);
    if (end <= start) return;
    const reassembled = floats[at + REASSEMBLED]!;
    if (start <= reassembled) {
      if (end <= reassembled) return;
      this.#inOrder(slot, role, segment, segment.dataStart + reassembled - from);
      floats[at + REASSEMBLED] = end;
      if ((words[side + STATE]! & HAS_HOLES) !== 0) this.#drain(slot, role);
      if ((ack === 0 || ack === 1) && this.size(slot, role) > MAX_UNACKNOWLEDGED) {
        floats[at + TRIMMED] = floats[at + REASSEMBLED]!;
      }
    } else {
      const offset = segment.dataStart + start - from;
      const stream = this.#streams.streamOf(slot);
      stream.hold(role, start, end - start, segment.bytes, offset);
      words[side + STATE]! |= HAS_HOLES;
      const above = stream.lastEnd(role) - reassembled;
      if ((ack === 0 || ack === 1) && above > MAX_UNACKNOWLEDGED) this.#skip(slot, role);
    }
    const limit = this.#options.maxWithoutAcks;
    if (limit > 0 && this.#buffered(slot, role) > limit) this.#skip(slot, role);
  }

  #inOrder(slot: number, role: number, segment: Segment, start: number): void {
    if (!this.#options.analyse) return;
    const end = segment.dataStart + segment.length;
    this.#streams.streamOf(slot).deliver(role, segment.bytes, start, end, segment.time);
  }

  #drain(slot: number, role: number): void {
    const { words, floats } = this.#table;
    const at = slot * FLOAT_STRIDE + SIDE_FLOAT + role * SIDE_FLOATS + REASSEMBLED;
    const stream = this.#streams.stream(slot);
    floats[at] = stream.drain(role, floats[at]!, this.time);
    if (stream.lastEnd(role) === 0) {
      words[slot * STRIDE + SIDE + role * SIDE_WORDS + STATE]! &= ~HAS_HOLES;
    }
  }

  #skip(slot: number, role: number): void {
    const { words } = this.#table;
    const side = slot * STRIDE + SIDE + role * SIDE_WORDS + STATE;
    if ((words[side]! & HAS_HOLES) !== 0) this.#streams.stream(slot).clear(role);
    words[side] = (words[side]! & ~HAS_HOLES) | SKIPPED;
  }

  /** Bytes that Zeek would hold: in order but not acknowledged, and behind holes. */
  #buffered(slot: number, role: number): number {
    const { words, floats } = this.#table;
    const at = slot * FLOAT_STRIDE + SIDE_FLOAT + role * SIDE_FLOATS;
    const inOrder = Math.max(floats[at + REASSEMBLED]! - floats[at + TRIMMED]!, 0);
    const side = words[slot * STRIDE + SIDE + role * SIDE_WORDS + STATE]!;
    return (side & HAS_HOLES) !== 0 ? inOrder + this.#streams.stream(slot).size(role) : inOrder;
  }

  /** The peer acknowledged bytes up to `upTo` (relative). */
  ackReceived(slot: number, role: number, upTo: number): void {
    const { words, floats } = this.#table;
    const at = slot * FLOAT_STRIDE + SIDE_FLOAT + role * SIDE_FLOATS;
    const side = slot * STRIDE + SIDE + role * SIDE_WORDS;
    const fin = slot * FLOAT_STRIDE + FIN_SEQ + role;
    let seq = upTo;
    if ((words[side + STATE]! & SAW_FIN) !== 0 && seq >= floats[fin]!) {
      seq = floats[fin]! - 1;
    }
    if (seq <= floats[at + TRIMMED]!) return;
    if (seq > floats[at + REASSEMBLED]!) this.#undelivered(slot, role, seq);
    if ((words[side + STATE]! & HAS_HOLES) !== 0) this.#drain(slot, role);
    floats[at + TRIMMED] = seq;
  }

  #undelivered(slot: number, role: number, upTo: number): void {
    const { words, floats } = this.#table;
    // The start of a connection without SYN is a guess: what lies before it is not missing.
    if (upTo <= 2 && (words[slot * STRIDE + FLAGS]! & PARTIAL) !== 0) return;
    const at = slot * FLOAT_STRIDE + SIDE_FLOAT + role * SIDE_FLOATS + REASSEMBLED;
    const side = slot * STRIDE + SIDE + role * SIDE_WORDS + STATE;
    if ((words[side]! & SKIPPED) === 0) {
      while ((words[side]! & HAS_HOLES) !== 0) {
        const start = this.#streams.stream(slot).firstStart(role);
        if (start >= upTo) break;
        this.#gap(slot, role, start - floats[at]!);
        floats[at] = start;
        this.#drain(slot, role);
      }
      if (upTo > floats[at]!) this.#gap(slot, role, upTo - floats[at]!);
    }
    if (upTo > floats[at]!) floats[at] = upTo;
  }

  #gap(slot: number, role: number, length: number): void {
    const { words, floats } = this.#table;
    const side = slot * STRIDE + SIDE;
    const clean = isClean(words[side + STATE]!) && isClean(words[side + SIDE_WORDS + STATE]!);
    if (clean) {
      this.#histories.scaled(slot, role, GAPS, GAP_LETTER);
    }
    if (clean || this.#options.reportPartialGaps) {
      floats[slot * FLOAT_STRIDE + MISSED]! += length;
    }
    if ((words[slot * STRIDE + FLAGS]! & HAS_STREAM) !== 0) {
      this.#streams.stream(slot).gap(role, length);
    }
  }

  /** Bytes of the side are still to come or to be acknowledged, so its end is not yet one. */
  dataPending(slot: number, role: number): boolean {
    const { words, floats } = this.#table;
    const side = slot * STRIDE + SIDE + role * SIDE_WORDS;
    const state = words[side + STATE]!;
    if ((state & SKIPPED) !== 0) return false;
    const delivered = floats[slot * FLOAT_STRIDE + SIDE_FLOAT + role * SIDE_FLOATS + REASSEMBLED]!;
    const last = this.relativeLast(slot, role);
    if (last < delivered) return false;
    if (delivered !== last - 1 && delivered !== last) return true;
    return (state & STATE_MASK) !== RESET && this.#hasBlocks(slot, 1 - role);
  }

  #hasBlocks(slot: number, role: number): boolean {
    const { words, floats } = this.#table;
    const state = words[slot * STRIDE + SIDE + role * SIDE_WORDS + STATE]!;
    if ((state & SKIPPED) !== 0) return false;
    const at = slot * FLOAT_STRIDE + SIDE_FLOAT + role * SIDE_FLOATS;
    return (state & HAS_HOLES) !== 0 || floats[at + TRIMMED]! < floats[at + REASSEMBLED]!;
  }

  /** True once, when the side has ended and nothing of it is pending. */
  reachedEnd(slot: number, role: number): boolean {
    const { words } = this.#table;
    const side = slot * STRIDE + SIDE + role * SIDE_WORDS + STATE;
    const state = words[side]!;
    if ((state & AT_END) !== 0) return false;
    const now = state & STATE_MASK;
    if ((state & SAW_FIN) === 0 && now !== CLOSED && now !== RESET) return false;
    if (this.dataPending(slot, role)) return false;
    words[side] = state | AT_END;
    return true;
  }
}

/** Established, or closed from there: gaps mean lost packets. */
function isClean(state: number): boolean {
  const now = state & STATE_MASK;
  if (now === ESTABLISHED) return true;
  return now === CLOSED && ((state >> BEFORE_SHIFT) & STATE_MASK) === ESTABLISHED;
}
