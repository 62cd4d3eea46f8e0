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
  CLOSE_DEFERRED,
  EVENT_DEFERRED,
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
  SETTLED,
  SIDE,
  SIDE_FLOAT,
  SIDE_FLOATS,
  SIDE_WORDS,
  START_SEQ,
  STATE,
  STRIDE,
  TIMER,
  TIMER_ATTEMPT,
  TRIMMED,
  ZERO_WINDOWS,
} from './slot.ts';
import type { ConnTable } from './table.ts';
import {
  ACK_WRAPS_SHIFT,
  BEFORE_SHIFT,
  CLOSED,
  DID_CLOSE,
  ESTABLISHED,
  INACTIVE,
  PARTIAL_STATE,
  RESET,
  SAW_FIN,
  STATE_MASK,
  SYN_ACK_SENT,
  SYN_SENT,
  WRAPS_SHIFT,
} from './tcp-state.ts';

/** A jump of sequence numbers that a SYN or RST is not believed. */
const TOO_LARGE = 1_048_576;
const WRAP = 2 ** 32;
/** Zeek's `tcp_attempt_delay`, `tcp_close_delay` and `tcp_reset_delay`: five seconds each. */
const DELAY = 5e6;

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
  /** A repeat of the newest segment is a retransmission. */
  countRepeats = true;
  /** Set by the state machine: the sender's end is to be reported, and whether as an event. */
  #close = false;
  #event = false;

  constructor(table: ConnTable, histories: Histories, reassembly: Reassembly, sides: Sides) {
    this.#table = table;
    this.#histories = histories;
    this.#reassembly = reassembly;
    this.#sides = sides;
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
    role = this.#advance(slot, role, segment);
    if ((flags & ACK) !== 0) {
      this.#reassembly.ackReceived(slot, 1 - role, acknowledged);
      this.#checkEnd(slot, 1 - role);
    }
    words[base + FLAGS]! |= role === 0 ? FIRST_ORIGINATOR : FIRST_RESPONDER;
    if (segment.length > 0 && (flags & RST) === 0 && !underflow && segment.whole) {
      const from = (flags & SYN) !== 0 ? relative + 1 : relative;
      this.#reassembly.dataSent(slot, role, from, segment);
    }
    this.#checkEnd(slot, role);
    if (this.#close) this.#closed(slot, role, this.#event);
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

  #setState(slot: number, role: number, next: number): void {
    const { words } = this.#table;
    const sides = slot * STRIDE + SIDE;
    const at = sides + role * SIDE_WORDS + STATE;
    const state = words[at]!;
    const now = state & STATE_MASK;
    if (now === next) return;
    const peer = words[sides + (1 - role) * SIDE_WORDS + STATE]! & STATE_MASK;
    if (next > SYN_ACK_SENT && now <= SYN_ACK_SENT && peer <= SYN_ACK_SENT) {
      const flags = words[slot * STRIDE + FLAGS]!;
      words[slot * STRIDE + FLAGS] = (flags | SETTLED) & ~TIMER_ATTEMPT;
      if ((flags & TIMER_ATTEMPT) !== 0) this.#table.floats[slot * FLOAT_STRIDE + TIMER] = 0;
    }
    words[at] = (state & ~0x3f) | (now << BEFORE_SHIFT) | next;
  }

  /** Moves the sender's state on. @returns the sender's role afterwards */
  #advance(slot: number, role: number, segment: Segment): number {
    this.#close = false;
    this.#event = false;
    const { words } = this.#table;
    const state = words[slot * STRIDE + SIDE + role * SIDE_WORDS + STATE]! & STATE_MASK;
    if (state === ESTABLISHED || state === PARTIAL_STATE) this.#established(slot, role, segment);
    else if (state === INACTIVE) return this.#inactive(slot, role, segment);
    else if (state === CLOSED) this.#afterClose(slot, role, segment);
    else if (state !== RESET) this.#opening(slot, role, segment);
    return role;
  }

  #inactive(slot: number, sender: number, segment: Segment): number {
    let role = sender;
    const { flags, length } = segment;
    if ((flags & SYN) !== 0) {
      if (role === 0) {
        this.#setState(slot, 0, (flags & ACK) !== 0 ? SYN_ACK_SENT : SYN_SENT);
        const at = slot * FLOAT_STRIDE + TIMER;
        if (this.#table.floats[at] === 0) {
          this.#table.floats[at] = segment.time + DELAY;
          this.#table.words[slot * STRIDE + FLAGS]! |= TIMER_ATTEMPT;
        }
      } else role = this.#answered(slot, segment);
    }
    if ((flags & FIN) !== 0) {
      this.#setState(slot, role, CLOSED);
      this.#close = true;
      this.#event = true;
    }
    if ((flags & RST) !== 0) {
      const peer = this.#state(slot, 1 - role);
      this.#setState(slot, role, RESET);
      const rejects =
        role === 0 ? peer === ESTABLISHED : peer === SYN_SENT || peer === SYN_ACK_SENT;
      this.#close = true;
      this.#event = !rejects;
    }
    if (this.#state(slot, role) === INACTIVE) {
      const peer = this.#state(slot, 1 - role);
      // Some systems acknowledge a SYN before they answer it.
      if (role === 1 && length === 0 && peer === SYN_SENT) return role;
      if ((flags & ACK) !== 0 && peer === ESTABLISHED) {
        this.#setState(slot, role, ESTABLISHED);
        const at = slot * STRIDE + FLAGS;
        const first = role === 0 ? FIRST_ORIGINATOR : FIRST_RESPONDER;
        this.#table.words[at] = (this.#table.words[at]! & ~PARTIAL) | first;
      } else this.#setState(slot, role, PARTIAL_STATE);
    }
    return role;
  }

  /** A SYN of the responder. @returns its role afterwards */
  #answered(slot: number, segment: Segment): number {
    const peer = this.#state(slot, 0);
    const { words } = this.#table;
    const base = slot * STRIDE;
    const same = segment.sequence === words[base + SIDE + SIDE_WORDS + START_SEQ];
    let role = 1;
    if ((segment.flags & ACK) === 0 && peer === SYN_ACK_SENT && same) {
      // The SYN-ACK came before its SYN: the roles are the other way round.
      words[base + FLAGS]! &= ~PARTIAL;
      this.#sides.flip(slot);
      this.#setState(slot, 1, ESTABLISHED);
      words[base + FLAGS]! |= FIRST_ORIGINATOR;
      role = 0;
    } else if (peer === SYN_SENT) this.#setState(slot, 0, ESTABLISHED);
    this.#setState(slot, role, ESTABLISHED);
    return role;
  }

  #opening(slot: number, role: number, { flags }: Segment): void {
    if ((flags & FIN) !== 0) {
      this.#setState(slot, role, CLOSED);
      this.#close = true;
      this.#event = true;
    }
    if ((flags & RST) !== 0) {
      this.#setState(slot, role, RESET);
      this.#table.words[slot * STRIDE + FLAGS]! &= ~ACTIVE;
      this.#close = true;
    }
  }

  #established(slot: number, role: number, { flags }: Segment): void {
    if ((flags & (SYN | FIN | RST)) === 0) return;
    if ((flags & (SYN | ACK)) === SYN && this.#state(slot, role) === PARTIAL_STATE) {
      if (this.#state(slot, 1 - role) === INACTIVE) this.#setState(slot, role, SYN_SENT);
    }
    if ((flags & (FIN | RST)) === FIN) {
      this.#setState(slot, role, CLOSED);
      // A FIN and then a RST of the peer was a sound end after all.
      if (this.#state(slot, 1 - role) === RESET && this.#before(slot, 1 - role) === CLOSED) {
        this.#setState(slot, 1 - role, CLOSED);
      }
      this.#close = true;
      this.#event = true;
    }
    if ((flags & RST) !== 0) {
      this.#setState(slot, role, RESET);
      this.#close = true;
      const peer = this.#state(slot, 1 - role);
      if (peer !== RESET || this.#before(slot, 1 - role) !== ESTABLISHED) {
        this.#table.words[slot * STRIDE + FLAGS]! &= ~ACTIVE;
      }
    }
  }

  #afterClose(slot: number, role: number, { flags, time }: Segment): void {
    if ((flags & RST) === 0 || this.#state(slot, 1 - role) === CLOSED) return;
    this.#setState(slot, role, RESET);
    const { words, floats } = this.#table;
    const closed = words[slot * STRIDE + SIDE + role * SIDE_WORDS + STATE]! & DID_CLOSE;
    if (closed === 0) this.#close = true;
    const at = slot * FLOAT_STRIDE + TIMER;
    if (floats[at] === 0 || (words[slot * STRIDE + FLAGS]! & TIMER_ATTEMPT) !== 0) {
      this.#setTimer(slot, time + DELAY);
    }
  }

  #checkEnd(slot: number, role: number): void {
    if (!this.#reassembly.reachedEnd(slot, role)) return;
    const at = slot * STRIDE + FLAGS;
    const flags = this.#table.words[at]!;
    if ((flags & CLOSE_DEFERRED) === 0) return;
    this.#closed(slot, role, (flags & EVENT_DEFERRED) !== 0);
    this.#table.words[at]! &= ~CLOSE_DEFERRED;
  }

  #closed(slot: number, role: number, event: boolean): void {
    const { words, floats } = this.#table;
    const flags = slot * STRIDE + FLAGS;
    if (this.#reassembly.dataPending(slot, role)) {
      words[flags]! |= CLOSE_DEFERRED;
      if (event) words[flags]! |= EVENT_DEFERRED;
      return;
    }
    words[flags]! &= ~CLOSE_DEFERRED;
    const sides = slot * STRIDE + SIDE + STATE;
    const at = sides + role * SIDE_WORDS;
    const state = words[at]!;
    if ((state & DID_CLOSE) !== 0) return;
    words[at] = state | DID_CLOSE;
    const peer = words[sides + (1 - role) * SIDE_WORDS]!;
    const peerInactive = (peer & STATE_MASK) === INACTIVE;
    const reset = (state & STATE_MASK) === RESET;
    if (!reset && (peer & DID_CLOSE) === 0 && !peerInactive) return;
    const before = (state >> BEFORE_SHIFT) & STATE_MASK;
    if (before !== INACTIVE || !peerInactive) {
      const deferred = (words[flags]! & EVENT_DEFERRED) !== 0;
      words[flags]! &= ~EVENT_DEFERRED;
      if (event || deferred) words[flags]! &= ~ACTIVE;
    }
    this.#setTimer(slot, floats[slot * FLOAT_STRIDE + LAST]! + DELAY);
  }

  #setTimer(slot: number, time: number): void {
    this.#table.floats[slot * FLOAT_STRIDE + TIMER] = time;
    this.#table.words[slot * STRIDE + FLAGS]! &= ~TIMER_ATTEMPT;
  }

  #state(slot: number, role: number): number {
    return this.#table.words[slot * STRIDE + SIDE + role * SIDE_WORDS + STATE]! & STATE_MASK;
  }

  #before(slot: number, role: number): number {
    const state = this.#table.words[slot * STRIDE + SIDE + role * SIDE_WORDS + STATE]!;
    return (state >> BEFORE_SHIFT) & STATE_MASK;
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
