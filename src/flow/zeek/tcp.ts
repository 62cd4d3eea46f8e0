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
import type { Reassembly } from './reassembly.ts';
import { ACK, FIN, RST, type Segment, SYN } from './segment.ts';
import type { Sides } from './sides.ts';
import {
  ACK_SEQ,
  ACTIVE,
  FIN_SEQ,
  FIRST_ORIGINATOR,
  FIRST_RESPONDER,
  FLAGS,
  FLOAT_STRIDE,
  LAST,
  LAST_FIN,
  LAST_RST,
  LAST_SEQ,
  LAST_SYN,
  PARTIAL,
  RARE,
  RARE_WORDS,
  REASSEMBLED,
  RETRANSMITS,
  SIDE,
  SIDE_FLOAT,
  SIDE_FLOATS,
  SIDE_WORDS,
  START_SEQ,
  STATE,
  STRIDE,
  TRIMMED,
  ZERO_WINDOWS,
} from './slot.ts';
import type { ConnTable } from './table.ts';
import {
  ACK_WRAPS_SHIFT,
  BEFORE_SHIFT,
  CLOSED,
  DID_CLOSE,
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
  /** A repeat of the newest segment is a retransmission. */
  countRepeats = true;

  constructor(table: ConnTable, histories: Histories, reassembly: Reassembly, sides: Sides) {
    this.#table = table;
    this.#histories = histories;
    this.#reassembly = reassembly;
    this.#sides = sides;
    this.#transitions = new TcpTransitions(table, reassembly, sides);
  }

  /** Makes a new slot ready for its first segment. */
  start(slot: number): void {
    const { words, floats } = this.#table;
    words[slot * STRIDE + FLAGS]! |= ACTIVE;
    const at = slot * FLOAT_STRIDE + SIDE_FLOAT;
    floats[at + REASSEMBLED] = 1;
    floats[at + TRIMMED] = 1;
    floats[at + SIDE_FLOATS + REASSEMBLED] = 1;
    floats[at + SIDE_FLOATS + TRIMMED] = 1;
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
    const fields = slot * FLOAT_STRIDE;
    const sides = base + SIDE + STATE;
    if ((words[sides]! & words[sides + SIDE_WORDS]! & DID_CLOSE) === 0) {
      floats[fields + LAST] = segment.time;
    }
    if ((flags & FIN) !== 0) {
      words[side + STATE]! |= SAW_FIN;
      // Before its start a FIN has a number past everything, as unsigned arithmetic has it.
      floats[fields + FIN_SEQ + role] = relative + length + (underflow ? WRAP * WRAP : 0);
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
      if ((control & (FIN | RST)) === (FIN | RST)) {
        histories.once(slot, role, SEEN_FIN_RST, LETTER_I);
      } else histories.once(slot, role, SEEN_MULTI, LETTER_Q);
      return;
    }
    const rare = slot * STRIDE + RARE + role * RARE_WORDS;
    let field = LAST_RST;
    let letter = LETTER_R;
    let bit = SEEN_RST;
    let number = relative | 0;
    if (control === SYN) {
      field = LAST_SYN;
      letter = (flags & ACK) !== 0 ? LETTER_H : LETTER_S;
      bit = SEEN_SYN;
    } else if (control === FIN) {
      field = LAST_FIN;
      letter = LETTER_F;
      bit = SEEN_FIN;
      number = (relative + length) | 0;
    }
    const again = histories.once(slot, role, bit, letter);
    const { words } = this.#table;
    if (again && words[rare + field] !== number) histories.add(slot, role, letter);
    words[rare + field] = number;
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
