import {
  type Histories,
  SEEN_ACK,
  SEEN_DATA,
  SEEN_FIN,
  SEEN_FIN_RST,
  SEEN_MULTI,
  SEEN_RST,
  SEEN_SYN,
} from './history.ts';
import {
  FIN_MARK,
  LAST_FIN,
  LAST_SYN,
  MARKS,
  type RareRows,
  RETRANSMITS,
  ZERO_WINDOWS,
} from './rare.ts';
import type { Reassembly } from './reassembly.ts';
import { ACK, FIN, RST, type Segment, SYN } from './segment.ts';
import type { Sides } from './sides.ts';
import {
  ACK_SEQ,
  ACTIVE,
  COLD_STRIDE,
  FIN_SEQ,
  FIRST_ORIGINATOR,
  FIRST_RESPONDER,
  FLAGS,
  FLOAT_STRIDE,
  HISTORY,
  LAST,
  LAST_RST,
  LAST_SEQ,
  PARTIAL,
  POSITION,
  POSITION_HIGH,
  REASSEMBLED,
  SEEN,
  SIDE,
  SIDE_WORDS,
  START_SEQ,
  STATE,
  STRIDE,
  TRIMMED,
} from './slot.ts';
import type { ConnTable } from './table.ts';
import {
  ACK_WRAPS_SHIFT,
  BEFORE_SHIFT,
  CLOSED,
  DID_CLOSE,
  ESTABLISHED,
  INACTIVE,
  RESET,
  SAW_FIN,
  STATE_MASK,
  SYN_ACK_SENT,
  SYN_SENT,
  WRAPS_SHIFT,
} from './tcp-state.ts';
import { TcpTransitions } from './tcp-transitions.ts';

/** A jump of sequence numbers that a SYN or RST is not believed. */
const TOO_LARGE = 1_048_576;
const WRAP = 2 ** 32;
const HALF = 2 ** 31;
/** Bits of a side's state that tell what it was before: of no account to {@link ESTABLISHED}. */
const BEFORE = STATE_MASK << BEFORE_SHIFT;
const BOTH_FIRST = FIRST_ORIGINATOR | FIRST_RESPONDER;

const LETTER_S = 83;
const LETTER_H = 72;
const LETTER_F = 70;
const LETTER_R = 82;
const LETTER_D = 68;
const LETTER_A = 65;
const LETTER_I = 73;
const LETTER_Q = 81;
const LETTER_T = 84;
const LETTER_W = 87;

/**
 * Zeek's state machine for TCP: what each segment does to the two ends of a connection. Role 0 is the
 * originator, 1 the responder.
 */
export class TcpMachine {
  readonly #table: ConnTable;
  readonly #histories: Histories;
  readonly #reassembly: Reassembly;
  readonly #sides: Sides;
  readonly #transitions: TcpTransitions;
  readonly #rare: RareRows;
  /** A repeat of the newest segment is a retransmission. */
  countRepeats = true;

  // Five parts of one machine.
  constructor(
    table: ConnTable,
    histories: Histories,
    reassembly: Reassembly,
    sides: Sides,
    rare: RareRows,
  ) {
    this.#table = table;
    this.#rare = rare;
    this.#histories = histories;
    this.#reassembly = reassembly;
    this.#sides = sides;
    this.#transitions = new TcpTransitions(table, reassembly, sides);
  }

  /** Makes a new slot ready for its first segment. */
  start(slot: number): void {
    const { words } = this.#table;
    const base = slot * STRIDE;
    words[base + FLAGS]! |= ACTIVE;
    words[base + POSITION + REASSEMBLED] = 1;
    words[base + POSITION + TRIMMED] = 1;
    words[base + POSITION + 2 + REASSEMBLED] = 1;
    words[base + POSITION + 2 + TRIMMED] = 1;
  }

  /** True when a SYN begins another connection on the ports of this one. */
  isReuse(slot: number, segment: Segment): boolean {
    if ((segment.flags & SYN) === 0) return false;
    const { words } = this.#table;
    const base = slot * STRIDE + SIDE;
    const originator = words[base + STATE]!;
    const responder = words[base + SIDE_WORDS + STATE]!;
    const answer = (segment.flags & ACK) !== 0;
    if (answer && (originator & STATE_MASK) !== INACTIVE) return false;
    if (((originator | responder) & DID_CLOSE) !== 0) return true;
    const start = answer ? base + SIDE_WORDS : base;
    if (segment.sequence === words[start + START_SEQ]) return false;
    // A SYN-ACK that overtook its SYN is no reuse.
    const overtaken =
      !answer &&
      (originator & STATE_MASK) === SYN_ACK_SENT &&
      (responder & STATE_MASK) === INACTIVE &&
      segment.sequence === words[base + SIDE_WORDS + START_SEQ];
    return !overtaken;
  }

  /** Follows one segment sent by `sender`. @returns the sender's role afterwards */
  follow(slot: number, sender: number, segment: Segment): number {
    if (this.#goesOn(slot, sender, segment)) return sender;
    let role = sender;
    const { flags } = segment;
    if (role === 1 && isProductive(segment) && this.#histories.isOnly(slot, LETTER_H)) {
      // The SYN was missed, and this is no backscatter: who answered the SYN is the responder.
      this.#sides.flip(slot);
      this.#histories.replace(slot, '^h');
      this.#table.words[slot * STRIDE + FLAGS]! |= FIRST_ORIGINATOR;
      role = 0;
    }
    const { words, floats } = this.#table;
    const base = slot * STRIDE;
    const side = base + SIDE + role * SIDE_WORDS;
    this.#notePartial(base, role, flags);
    const length = segmentLength(segment);
    this.#initSender(side, segment, length);
    const relative = relativeTo(
      words,
      side,
      segment.sequence,
      words[side + LAST_SEQ]!,
      (words[side + STATE]! >> WRAPS_SHIFT) & 0xff,
    );
    const underflow = relative < 0;
    this.#noteHistory(slot, role, segment, relative);
    this.#noteWindow(slot, role, segment);
    const sides = base + SIDE + STATE;
    if ((words[sides]! & words[sides + SIDE_WORDS]! & DID_CLOSE) === 0) {
      floats[slot * FLOAT_STRIDE + LAST] = segment.time;
    }
    if ((flags & FIN) !== 0) {
      words[side + STATE]! |= SAW_FIN;
      this.#reassembly.noteFin(slot, role, relative + length, underflow);
    }
    const acknowledged = (flags & ACK) !== 0 ? this.#noteAck(slot, role, segment) : 0;
    this.#noteLast(slot, role, segment, length);
    this.#reassembly.time = segment.time;
    role = this.#transitions.advance(slot, role, segment);
    if ((flags & ACK) !== 0) {
      this.#reassembly.ackReceived(slot, 1 - role, acknowledged);
      this.#transitions.checkEnd(slot, 1 - role);
    }
    words[base + FLAGS]! |= role === 0 ? FIRST_ORIGINATOR : FIRST_RESPONDER;
    if (segment.length > 0 && (flags & RST) === 0 && !underflow && segment.whole) {
      const from = (flags & SYN) !== 0 ? relative + 1 : relative;
      this.#reassembly.dataSent(slot, role, from, segment);
    }
    this.#transitions.checkEnd(slot, role);
    this.#transitions.closeIfEnded(slot, role);
    return role;
  }

  /**
   * The short way of what most segments are: data or an acknowledgement on a connection that both
   * sides have opened and neither has closed, with numbers that follow and have not wrapped. The clear
   * version is the long way in {@link follow}. @returns false, with nothing done, for any other
   */
  #goesOn(slot: number, role: number, segment: Segment): boolean {
    const { flags, sequence, acknowledgement: ack, length } = segment;
    if ((flags & (SYN | FIN | RST | ACK)) !== ACK || segment.window === 0) return false;
    const table = this.#table;
    const { words } = table;
    const base = slot * STRIDE;
    const side = base + SIDE + role * SIDE_WORDS;
    const peer = base + SIDE + (1 - role) * SIDE_WORDS;
    if ((words[side + STATE]! & ~BEFORE) !== ESTABLISHED) return false;
    if ((words[peer + STATE]! & ~BEFORE) !== ESTABLISHED) return false;
    if ((words[base + FLAGS]! & BOTH_FIRST) !== BOTH_FIRST) return false;
    // One letter alone may be the answer to a SYN that was missed.
    if ((words[base + HISTORY]! & 0xffff) < 2) return false;
    const start = words[side + START_SEQ]! >>> 0;
    const from = sequence >>> 0;
    const last = words[side + LAST_SEQ]! >>> 0;
    const end = from + length;
    if (from < start || last < start || end >= WRAP) return false;
    if (last - start >= HALF || end - start >= HALF || from - last >= HALF) return false;
    if (length > 0 && end <= last) return false;
    const peerStart = words[peer + START_SEQ]! >>> 0;
    const acknowledged = ack >>> 0;
    const old = words[peer + ACK_SEQ]! >>> 0;
    if (old < peerStart || acknowledged < old || acknowledged - peerStart >= HALF) return false;
    const seen = words[base + SEEN]!;
    const bit = (length > 0 ? SEEN_DATA : SEEN_ACK) << (role << 4);
    if ((seen & bit) === 0) {
      words[base + SEEN] = seen | bit;
      this.#histories.add(slot, role, length > 0 ? LETTER_D : LETTER_A);
    }
    table.floats[slot * FLOAT_STRIDE + LAST] = segment.time;
    words[peer + ACK_SEQ] = ack;
    if (end > last) words[side + LAST_SEQ] = end | 0;
    this.#reassembly.time = segment.time;
    const upTo = acknowledged - peerStart;
    const trimmed = base + POSITION + 2 * (1 - role) + TRIMMED;
    if (upTo > words[trimmed]! >>> 0 || words[base + POSITION_HIGH] !== 0) {
      this.#reassembly.ackReceived(slot, 1 - role, upTo);
    }
    if (length > 0 && segment.whole) {
      this.#reassembly.dataSent(slot, role, from - start, segment);
    }
    return true;
  }

  #notePartial(base: number, role: number, flags: number): void {
    const { words } = this.#table;
    const known = words[base + FLAGS]!;
    if (role === 0) {
      if ((known & FIRST_ORIGINATOR) !== 0) return;
      const partial = (flags & (SYN | ACK)) !== SYN;
      words[base + FLAGS] = partial ? known | PARTIAL : known & ~PARTIAL;
    } else if ((known & (FIRST_RESPONDER | PARTIAL)) === 0 && (flags & SYN) === 0) {
      words[base + FLAGS] = known | PARTIAL;
    }
  }

  #initSender(side: number, segment: Segment, length: number): void {
    const { words } = this.#table;
    const { sequence, flags } = segment;
    const state = words[side + STATE]!;
    const now = state & STATE_MASK;
    const before = (state >> BEFORE_SHIFT) & STATE_MASK;
    const syn = (flags & SYN) !== 0;
    if (now === INACTIVE) {
      const start = syn ? sequence : (sequence - 1) | 0;
      words[side + ACK_SEQ] = start;
      words[side + START_SEQ] = start;
      words[side + LAST_SEQ] = syn ? (sequence + length) | 0 : sequence;
      return;
    }
    if (!syn || now === CLOSED || (now === RESET && before !== INACTIVE)) return;
    const opening = now === SYN_SENT || now === SYN_ACK_SENT;
    if (opening && sequence === words[side + START_SEQ]) return;
    words[side + START_SEQ] = sequence;
    words[side + ACK_SEQ] = sequence;
    words[side + LAST_SEQ] = (sequence + length) | 0;
  }

  #noteHistory(slot: number, role: number, segment: Segment, relative: number): void {
    const { flags, length } = segment;
    const histories = this.#histories;
    const control = flags & (SYN | FIN | RST);
    if (control === 0) {
      if (length > 0) histories.once(slot, role, SEEN_DATA, LETTER_D);
      else if ((flags & ACK) !== 0) histories.once(slot, role, SEEN_ACK, LETTER_A);
      return;
    }
    if ((control & (control - 1)) !== 0) {
      if ((control & FIN) !== 0) this.#keepFin(slot, role);
      if ((control & (FIN | RST)) === (FIN | RST)) {
        histories.once(slot, role, SEEN_FIN_RST, LETTER_I);
      } else histories.once(slot, role, SEEN_MULTI, LETTER_Q);
      return;
    }
    const number = relative | 0;
    if (control === SYN) {
      const letter = (flags & ACK) !== 0 ? LETTER_H : LETTER_S;
      const last = this.#noteSyn(slot, role, number);
      if (histories.once(slot, role, SEEN_SYN, letter) && last !== number) {
        histories.add(slot, role, letter);
      }
    } else if (control === FIN) {
      const again = histories.once(slot, role, SEEN_FIN, LETTER_F);
      if (again && this.#lastFin(slot, role) !== ((relative + length) | 0)) {
        histories.add(slot, role, LETTER_F);
      }
    } else {
      const { cold } = this.#table;
      const at = slot * COLD_STRIDE + LAST_RST + role;
      const again = histories.once(slot, role, SEEN_RST, LETTER_R);
      if (again && cold[at] !== number) histories.add(slot, role, LETTER_R);
      cold[at] = number;
    }
  }

  /** Nearly every SYN is the start of its side: no room is taken to say so. @returns the last one */
  #noteSyn(slot: number, role: number, number: number): number {
    const rare = this.#rare;
    const known = rare.find(slot);
    if (known < 0 && number === 0) return 0;
    const at = rare.of(slot) + LAST_SYN + role;
    const last = rare.words[at]!;
    rare.words[at] = number;
    return last;
  }

  /** Where the last FIN of the history ended: FIN_SEQ tells, unless a FIN with other flags set that. */
  #lastFin(slot: number, role: number): number {
    const derived = (this.#table.cold[slot * COLD_STRIDE + FIN_SEQ + role]! - 1) | 0;
    const rare = this.#rare;
    const row = rare.find(slot);
    const mark = FIN_MARK << role;
    if (row < 0 || (rare.words[row + MARKS]! & mark) === 0) return derived;
    rare.words[row + MARKS]! &= ~mark;
    return rare.words[row + LAST_FIN + role]!;
  }

  #keepFin(slot: number, role: number): void {
    const { words } = this.#table;
    if ((words[slot * STRIDE + SEEN]! & (SEEN_FIN << (role << 4))) === 0) return;
    const last = this.#lastFin(slot, role);
    const row = this.#rare.of(slot);
    this.#rare.words[row + LAST_FIN + role] = last;
    this.#rare.words[row + MARKS]! |= FIN_MARK << role;
  }

  #noteWindow(slot: number, role: number, segment: Segment): void {
    if (segment.window !== 0 || (segment.flags & RST) !== 0) return;
    const { words } = this.#table;
    const sides = slot * STRIDE + SIDE;
    const peer = words[sides + (1 - role) * SIDE_WORDS + STATE]! & STATE_MASK;
    const side = sides + role * SIDE_WORDS;
    if (peer === CLOSED || (words[side + STATE]! & STATE_MASK) === RESET) return;
    this.#histories.scaled(slot, role, ZERO_WINDOWS, LETTER_W);
  }

  /** @returns how much of the peer's stream is acknowledged, relative to its start */
  #noteAck(slot: number, role: number, segment: Segment): number {
    const { words } = this.#table;
    const peer = slot * STRIDE + SIDE + (1 - role) * SIDE_WORDS;
    const ack = segment.acknowledgement;
    if ((words[peer + STATE]! & STATE_MASK) === INACTIVE) {
      const start = (ack - 1) | 0;
      words[peer + START_SEQ] = start;
      words[peer + ACK_SEQ] = start;
      words[peer + LAST_SEQ] = start;
      return 1;
    }
    const old = words[peer + ACK_SEQ]!;
    const wraps = words[peer + STATE]! >>> ACK_WRAPS_SHIFT;
    const relative = relativeTo(words, peer, ack, old, wraps);
    if (relative < 0) return 0;
    if ((segment.flags & RST) !== 0) return relative;
    const delta = (ack - old) | 0;
    // A zero far ahead is a broken number rather than the end of 4 GiB.
    if (delta <= 0 || (ack === 0 && delta > TOO_LARGE)) return relative;
    if (ack >>> 0 < old >>> 0) words[peer + STATE]! += 1 << ACK_WRAPS_SHIFT;
    words[peer + ACK_SEQ] = ack;
    return relative;
  }

  #noteLast(slot: number, role: number, segment: Segment, length: number): void {
    const { words } = this.#table;
    const side = slot * STRIDE + SIDE + role * SIDE_WORDS;
    const { flags } = segment;
    const last = (segment.sequence + length) | 0;
    const old = words[side + LAST_SEQ]!;
    const delta = (last - old) | 0;
    const far = delta > TOO_LARGE || delta < -TOO_LARGE;
    if ((flags & (SYN | RST)) !== 0 && far) return;
    const lone = (flags & FIN) !== 0 && old === ((words[side + START_SEQ]! + 1) | 0);
    if (lone || ((words[side + STATE]! & STATE_MASK) !== RESET && delta > 0)) {
      if (last >>> 0 < old >>> 0) words[side + STATE] = nextWrap(words[side + STATE]!);
      words[side + LAST_SEQ] = last;
    } else if (segment.length > 0 && delta < (this.countRepeats ? 1 : 0)) {
      if ((words[side + STATE]! & STATE_MASK) === RESET) return;
      this.#histories.scaled(slot, role, RETRANSMITS, LETTER_T);
    }
  }
}

/** Sequence space of a segment; a RST's payload is no part of the stream. */
function segmentLength({ flags, length }: Segment): number {
  const control = ((flags & SYN) >> 1) + (flags & FIN);
  return (flags & RST) !== 0 ? control : control + length;
}

/** Neither SYN nor RST, and something an endpoint of a living connection sends. */
function isProductive({ flags, length }: Segment): boolean {
  return (flags & (SYN | RST)) === 0 && (length > 0 || (flags & ACK) !== 0);
}

/**
 * A sequence number counted from the start of its side, with the wraps so far; negative when it lies
 * before the start.
 */
function relativeTo(
  words: Int32Array,
  side: number,
  number: number,
  last: number,
  wrapsSoFar: number,
): number {
  const start = words[side + START_SEQ]!;
  const delta = (number - last) | 0;
  let wraps = wrapsSoFar;
  if (delta < 0 && wraps > 0 && number >>> 0 > last >>> 0) wraps--;
  else if (delta > 0 && number >>> 0 < last >>> 0) wraps++;
  if (wraps === 0) return (number - start) | 0;
  return wraps * WRAP + (number >>> 0) - (start >>> 0);
}

function nextWrap(state: number): number {
  const one = 1 << WRAPS_SHIFT;
  const mask = 0xff << WRAPS_SHIFT;
  return (state & ~mask) | ((state + one) & mask);
}
