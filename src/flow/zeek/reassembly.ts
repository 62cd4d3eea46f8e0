import type { Histories } from './history.ts';
import { MISSED_HIGH, type RareRows } from './rare.ts';
import type { Segment } from './segment.ts';
import {
  ACK_SEQ,
  COLD_STRIDE,
  FIN_HIGH_BYTE,
  FIN_NEVER,
  FIN_SEQ,
  FLAGS,
  LAST_SEQ,
  MISSED,
  PARTIAL,
  REASSEMBLED,
  SIDE,
  SIDE_WORDS,
  START_SEQ,
  STATE,
  STREAM,
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
  /** Hands in-order bytes to the reader of a slot, if they are wanted. */
  deliver(
    slot: number,
    role: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    time: number,
  ): void;
  /** Tells the reader of a slot that has one of bytes that never came. */
  gap(slot: number, role: number, length: number): void;
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
  readonly #rare: RareRows;
  readonly #options: ReassemblyOptions;
  /** Time of the segment in hand. */
  time = 0;

  constructor(
    table: ConnTable,
    histories: Histories,
    streams: StreamSource,
    options: ReassemblyOptions,
    rare: RareRows,
  ) {
    this.#table = table;
    this.#rare = rare;
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
    const table = this.#table;
    const { words } = table;
    const side = slot * STRIDE + SIDE + role * SIDE_WORDS;
    if ((words[side + STATE]! & SKIPPED) !== 0) return;
    const end = from + segment.length;
    const ack = this.relativeAck(slot, role);
    const trimmed = table.position(slot, 2 * role + TRIMMED);
    const start = Math.max(from, ack, trimmed);
    if (end <= start) return;
    const reassembled = table.position(slot, 2 * role + REASSEMBLED);
    const unacknowledged = ack === 0 || ack === 1;
    if (start <= reassembled) {
      if (end <= reassembled) return;
      this.#inOrder(slot, role, segment, segment.dataStart + reassembled - from);
      table.setPosition(slot, 2 * role + REASSEMBLED, end);
      if ((words[side + STATE]! & HAS_HOLES) !== 0) this.#drain(slot, role);
      if (unacknowledged && this.size(slot, role) > MAX_UNACKNOWLEDGED) {
        const reached = table.position(slot, 2 * role + REASSEMBLED);
        table.setPosition(slot, 2 * role + TRIMMED, reached);
      }
    } else {
      const offset = segment.dataStart + start - from;
      const stream = this.#streams.streamOf(slot);
      stream.hold(role, start, end - start, segment.bytes, offset);
      words[side + STATE]! |= HAS_HOLES;
      const above = stream.lastEnd(role) - reassembled;
      if (unacknowledged && above > MAX_UNACKNOWLEDGED) this.#skip(slot, role);
    }
    const limit = this.#options.maxWithoutAcks;
    if (limit > 0 && this.#buffered(slot, role) > limit) this.#skip(slot, role);
  }

  #inOrder(slot: number, role: number, segment: Segment, start: number): void {
    // A reader that knows all it wants has left its slot a negative number.
    if (!this.#options.analyse || this.#table.words[slot * STRIDE + STREAM]! < 0) return;
    const end = segment.dataStart + segment.length;
    this.#streams.deliver(slot, role, segment.bytes, start, end, segment.time);
  }

  #drain(slot: number, role: number): void {
    const table = this.#table;
    const which = 2 * role + REASSEMBLED;
    const stream = this.#streams.stream(slot);
    table.setPosition(slot, which, stream.drain(role, table.position(slot, which), this.time));
    if (stream.lastEnd(role) === 0) {
      table.words[slot * STRIDE + SIDE + role * SIDE_WORDS + STATE]! &= ~HAS_HOLES;
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
    const table = this.#table;
    const reassembled = table.position(slot, 2 * role + REASSEMBLED);
    const inOrder = Math.max(reassembled - table.position(slot, 2 * role + TRIMMED), 0);
    const side = table.words[slot * STRIDE + SIDE + role * SIDE_WORDS + STATE]!;
    return (side & HAS_HOLES) !== 0 ? inOrder + this.#streams.stream(slot).size(role) : inOrder;
  }

  /** Remembers the number behind a FIN; one before the start of its side is past everything. */
  noteFin(slot: number, role: number, number: number, before: boolean): void {
    const { cold, bytes } = this.#table;
    cold[slot * COLD_STRIDE + FIN_SEQ + role] = number | 0;
    const high = before ? FIN_NEVER : Math.min(Math.floor(number / WRAP), FIN_NEVER);
    bytes[slot * STRIDE * 4 + FIN_HIGH_BYTE + role] = high;
  }

  #fin(slot: number, role: number): number {
    const { cold, bytes } = this.#table;
    const high = bytes[slot * STRIDE * 4 + FIN_HIGH_BYTE + role]!;
    if (high === FIN_NEVER) return Number.POSITIVE_INFINITY;
    return high * WRAP + (cold[slot * COLD_STRIDE + FIN_SEQ + role]! >>> 0);
  }

  /** The peer acknowledged bytes up to `upTo` (relative). */
  ackReceived(slot: number, role: number, upTo: number): void {
    const table = this.#table;
    const { words } = table;
    const side = slot * STRIDE + SIDE + role * SIDE_WORDS;
    let seq = upTo;
    if ((words[side + STATE]! & SAW_FIN) !== 0) {
      const fin = this.#fin(slot, role);
      if (seq >= fin) seq = fin - 1;
    }
    if (seq <= table.position(slot, 2 * role + TRIMMED)) return;
    if (seq > table.position(slot, 2 * role + REASSEMBLED)) this.#undelivered(slot, role, seq);
    if ((words[side + STATE]! & HAS_HOLES) !== 0) this.#drain(slot, role);
    table.setPosition(slot, 2 * role + TRIMMED, seq);
  }

  #undelivered(slot: number, role: number, upTo: number): void {
    const table = this.#table;
    const { words } = table;
    // The start of a connection without SYN is a guess: what lies before it is not missing.
    if (upTo <= 2 && (words[slot * STRIDE + FLAGS]! & PARTIAL) !== 0) return;
    const which = 2 * role + REASSEMBLED;
    const side = slot * STRIDE + SIDE + role * SIDE_WORDS + STATE;
    if ((words[side]! & SKIPPED) === 0) {
      while ((words[side]! & HAS_HOLES) !== 0) {
        const start = this.#streams.stream(slot).firstStart(role);
        if (start >= upTo) break;
        this.#gap(slot, role, start - table.position(slot, which));
        table.setPosition(slot, which, start);
        this.#drain(slot, role);
      }
      const reached = table.position(slot, which);
      if (upTo > reached) this.#gap(slot, role, upTo - reached);
    }
    if (upTo > table.position(slot, which)) table.setPosition(slot, which, upTo);
  }

  #gap(slot: number, role: number, length: number): void {
    const { words } = this.#table;
    const side = slot * STRIDE + SIDE;
    const clean = isClean(words[side + STATE]!) && isClean(words[side + SIDE_WORDS + STATE]!);
    if (clean) this.#histories.gap(slot, role, GAP_LETTER);
    if (clean || this.#options.reportPartialGaps) this.#miss(slot, length);
    if (words[slot * STRIDE + STREAM]! > 0) this.#streams.gap(slot, role, length);
  }

  #miss(slot: number, length: number): void {
    const { words } = this.#table;
    const at = slot * STRIDE + MISSED;
    const sum = (words[at]! >>> 0) + length;
    words[at] = sum | 0;
    if (sum >= WRAP) {
      const row = this.#rare.of(slot);
      this.#rare.words[row + MISSED_HIGH]! += Math.floor(sum / WRAP);
    }
  }

  /** Bytes of both sides that never came. */
  missed(slot: number): number {
    const low = this.#table.words[slot * STRIDE + MISSED]! >>> 0;
    const row = this.#rare.find(slot);
    return row < 0 ? low : this.#rare.words[row + MISSED_HIGH]! * WRAP + low;
  }

  /** Bytes of the side are still to come or to be acknowledged, so its end is not yet one. */
  dataPending(slot: number, role: number): boolean {
    const side = slot * STRIDE + SIDE + role * SIDE_WORDS;
    const state = this.#table.words[side + STATE]!;
    if ((state & SKIPPED) !== 0) return false;
    const delivered = this.#table.position(slot, 2 * role + REASSEMBLED);
    const last = this.relativeLast(slot, role);
    if (last < delivered) return false;
    if (delivered !== last - 1 && delivered !== last) return true;
    return (state & STATE_MASK) !== RESET && this.#hasBlocks(slot, 1 - role);
  }

  #hasBlocks(slot: number, role: number): boolean {
    const table = this.#table;
    const state = table.words[slot * STRIDE + SIDE + role * SIDE_WORDS + STATE]!;
    if ((state & SKIPPED) !== 0) return false;
    if ((state & HAS_HOLES) !== 0) return true;
    return table.position(slot, 2 * role + TRIMMED) < table.position(slot, 2 * role + REASSEMBLED);
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
