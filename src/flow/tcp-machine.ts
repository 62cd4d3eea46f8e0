import {
  BITS,
  CLOSED,
  DST_ACK,
  DST_SEQ,
  ESTABLISHED,
  FINISHED,
  HAS_TCP,
  RESET,
  SAW_SYN,
  SAW_SYN_ACK,
  SIDES,
  SRC_ACK,
  SRC_SEQ,
  TCP,
  WINDOWS,
} from './slot.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;

// States, numbered as in BSD's tcp_fsm.h.
const STATE_LISTEN = 1;
const STATE_SYN_SENT = 2;
const STATE_SYN_RECEIVED = 3;
const STATE_ESTABLISHED = 4;
const STATE_FIN_WAIT_1 = 6;
const STATE_CLOSING = 7;
const STATE_FIN_WAIT_2 = 9;
const STATE_CLOSED = 11;

// The TCP word: state in four bits, then three bits a side, then the window shifts.
const STATE_MASK = 15;
const SIDE_FIN = 1;
const SIDE_FIN_ACKED = 2;
/** A first sequence number was taken for this side. */
const SIDE_BASE = 4;
const SRC_SIDE = 4;
const DST_SIDE = 8;
const SRC_SHIFT = 16;
const DST_SHIFT = 24;

/** What one TCP header says; reused for all packets. */
export class Segment {
  flags = 0;
  sequence = 0;
  acknowledgement = 0;
  window = 0;
  /** Payload on the wire; below zero when the lengths contradict each other. */
  length = 0;
  /** Window scale option, or -1. */
  shift = -1;

  /**
   * Reads the header at `at`. @param ipLength bytes behind the IP header, on the wire
   * @returns false when its twenty bytes were not captured
   */
  read(bytes: Uint8Array, at: number, end: number, ipLength: number): boolean {
    if (at + 20 > end) return false;
    this.flags = bytes[at + 13]!;
    this.sequence =
      ((bytes[at + 4]! << 24) | (bytes[at + 5]! << 16) | (bytes[at + 6]! << 8) | bytes[at + 7]!) >>>
      0;
    this.acknowledgement =
      ((bytes[at + 8]! << 24) |
        (bytes[at + 9]! << 16) |
        (bytes[at + 10]! << 8) |
        bytes[at + 11]!) >>>
      0;
    this.window = (bytes[at + 14]! << 8) | bytes[at + 15]!;
    const header = (bytes[at + 12]! >> 4) << 2;
    this.length = ipLength - header;
    this.shift = -1;
    // Only a SYN may carry the option (RFC 7323, 2.2).
    if ((this.flags & SYN) !== 0 && header > 20) {
      this.shift = windowScale(bytes, at + 20, Math.min(at + header, end));
    }
    return true;
  }
}

function windowScale(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; ) {
    const kind = bytes[at]!;
    if (kind === 0) return -1;
    if (kind === 1) {
      at++;
      continue;
    }
    if (at + 1 >= end) return -1;
    const length = bytes[at + 1]!;
    if (length < 2) return -1;
    if (kind === 3 && length === 3 && at + 2 < end) return Math.min(bytes[at + 2]!, 31);
    at += length;
  }
  return -1;
}

/** Begins a connection's record with its first segment. `forward`: sent by the source side. */
export function startTcp(
  words: Int32Array,
  base: number,
  segment: Segment,
  forward: boolean,
): void {
  const { flags, sequence, acknowledgement, length } = segment;
  const side = forward ? SRC_SIDE : DST_SIDE;
  const sequenceAt = base + (forward ? SRC_SEQ : DST_SEQ);
  const otherAck = base + (forward ? DST_ACK : SRC_ACK);
  const kind = flags & (SYN | ACK | FIN | 0x28);
  let bits = HAS_TCP;
  let state = STATE_ESTABLISHED;
  let first = sequence - 1;
  let next = sequence + length;
  let seesAck = false;
  if ((flags & RST) !== 0) {
    bits |= RESET;
    state = STATE_LISTEN;
    seesAck = true;
    if (sequence === 0) {
      first = acknowledgement - 1;
      next = first;
    }
  } else if (kind === SYN) {
    bits |= SAW_SYN;
    state = STATE_SYN_SENT;
    first = sequence;
    next = sequence;
  } else if (kind === (SYN | ACK)) {
    bits |= SAW_SYN_ACK;
    state = STATE_SYN_RECEIVED;
    first = sequence;
    next = sequence;
    seesAck = true;
  } else if (kind === FIN || kind === (FIN | ACK)) {
    bits |= FINISHED;
    state = STATE_FIN_WAIT_1;
  } else {
    bits |= ESTABLISHED;
    if ((kind & (SYN | FIN)) !== 0 || kind === 0) state = STATE_CLOSING;
    else seesAck = (kind & ACK) !== 0;
  }
  words[base + BITS] |= bits;
  words[base + SIDES] |= flags << (forward ? 0 : 8);
  words[base + SRC_SEQ] = 0;
  words[base + DST_SEQ] = 0;
  words[base + SRC_ACK] = 0;
  words[base + DST_ACK] = 0;
  words[sequenceAt] = next;
  if (seesAck) words[otherAck] = acknowledgement - 1;
  words[base + WINDOWS] = (flags & RST) !== 0 ? 0 : segment.window << (forward ? 0 : 16);
  let tcp = state;
  if ((first | 0) !== 0) tcp |= SIDE_BASE << side;
  if (segment.shift >= 0) tcp |= segment.shift << (forward ? SRC_SHIFT : DST_SHIFT);
  words[base + TCP] = tcp;
}

/**
 * Follows a connection by one segment.
 * @returns true when the segment is a SYN that begins a new connection on a closed one; then the
 * caller sends the record and calls {@link startTcp}
 */
export function followTcp(
  words: Int32Array,
  base: number,
  segment: Segment,
  forward: boolean,
): boolean {
  const { flags } = segment;
  const state = words[base + TCP]! & STATE_MASK;
  if (state === STATE_LISTEN && (flags & SYN) !== 0) return true;
  words[base + SIDES] |= flags << (forward ? 0 : 8);
  if (segment.shift >= 0) {
    const at = forward ? SRC_SHIFT : DST_SHIFT;
    words[base + TCP] = (words[base + TCP]! & ~(31 << at)) | (segment.shift << at);
  }
  if (flags !== SYN) followSequence(words, base, segment, forward);
  const next = nextState(words, base, segment, forward);
  if (next === STATE_LISTEN) return flags === SYN;
  if (next === STATE_CLOSED) words[base + BITS] |= CLOSED;
  if (next !== state) words[base + TCP] = (words[base + TCP]! & ~STATE_MASK) | next;
  return false;
}

/** Keeps each side's next sequence number and last acknowledgement. */
function followSequence(words: Int32Array, base: number, segment: Segment, forward: boolean): void {
  const { flags, sequence, acknowledgement, length } = segment;
  const sequenceAt = base + (forward ? SRC_SEQ : DST_SEQ);
  const ackAt = base + (forward ? SRC_ACK : DST_ACK);
  const otherAckAt = base + (forward ? DST_ACK : SRC_ACK);
  const baseBit = SIDE_BASE << (forward ? SRC_SIDE : DST_SIDE);
  if ((flags & (FIN | RST)) === 0 && segment.window !== 0) {
    const windows = words[base + WINDOWS]!;
    words[base + WINDOWS] = forward
      ? (windows & 0xffff0000) | segment.window
      : (windows & 0xffff) | (segment.window << 16);
  }
  const next = (sequence + length) >>> 0;
  if (next < sequence) {
    if (next !== 0) words[base + TCP] |= baseBit;
    else words[base + TCP] &= ~baseBit;
    words[sequenceAt] = next;
  } else if ((words[base + TCP]! & baseBit) === 0) {
    if (sequence !== 0) words[base + TCP] |= baseBit;
    words[sequenceAt] = next;
  } else if (length !== 0) {
    const windows = words[base + WINDOWS]!;
    const otherWindow = forward ? windows >>> 16 : windows & 0xffff;
    if (otherWindow !== 0 && sequence >= words[otherAckAt]! >>> 0) {
      if (next > words[sequenceAt]! >>> 0) words[sequenceAt] = next;
    }
  }
  if (acknowledgement !== 0 && (flags & ACK) !== 0) words[ackAt] = acknowledgement - 1;
}

function nextState(words: Int32Array, base: number, segment: Segment, forward: boolean): number {
  const { flags } = segment;
  const state = words[base + TCP]! & STATE_MASK;
  const ownAck = words[base + (forward ? SRC_ACK : DST_ACK)]!;
  const otherSequence = words[base + (forward ? DST_SEQ : SRC_SEQ)]!;
  const side = forward ? SRC_SIDE : DST_SIDE;
  const otherSide = forward ? DST_SIDE : SRC_SIDE;
  if ((flags & RST) !== 0) return afterReset(words, base, segment, forward);
  const opens = (flags & (SYN | ACK)) === SYN;
  switch (state) {
    case STATE_LISTEN:
    case STATE_SYN_SENT:
      if (flags === SYN) return state;
      if (flags === (SYN | ACK)) {
        words[base + BITS] |= SAW_SYN_ACK;
        return STATE_SYN_RECEIVED;
      }
      if ((flags & FIN) !== 0) return finish(words, base, side);
      if ((flags & ACK) === 0) return state;
      words[base + BITS] |= ESTABLISHED;
      return STATE_ESTABLISHED;
    case STATE_SYN_RECEIVED:
      if ((flags & FIN) !== 0) return finish(words, base, side);
      if ((flags & (SYN | ACK)) !== ACK) return state;
      words[base + BITS] |= ESTABLISHED;
      return STATE_ESTABLISHED;
    case STATE_ESTABLISHED:
      if ((flags & FIN) !== 0) return finish(words, base, side);
      if ((flags & (SYN | ACK)) === (SYN | ACK)) words[base + BITS] |= SAW_SYN_ACK | ESTABLISHED;
      return state;
    case STATE_FIN_WAIT_1:
    case STATE_FIN_WAIT_2: {
      // After both FINs were acknowledged Argus takes a SYN for a retransmission.
      if (opens && state === STATE_FIN_WAIT_1) return STATE_LISTEN;
      if ((flags & (FIN | ACK)) === (FIN | ACK)) finish(words, base, side);
      const otherFinished = (words[base + TCP]! & (SIDE_FIN << otherSide)) !== 0;
      if ((flags & ACK) !== 0 && segment.length === 0 && otherFinished) {
        if (otherSequence === ownAck) {
          words[base + TCP] |= SIDE_FIN_ACKED << otherSide;
          const both = (SIDE_FIN_ACKED << SRC_SIDE) | (SIDE_FIN_ACKED << DST_SIDE);
          if ((words[base + TCP]! & both) === both) words[base + BITS] |= CLOSED;
          return STATE_FIN_WAIT_2;
        }
      }
      return state;
    }
    case STATE_CLOSING: {
      if (opens) return STATE_LISTEN;
      const ownSequence = words[base + (forward ? SRC_SEQ : DST_SEQ)]!;
      const done = (flags & ACK) !== 0 && ownSequence === ownAck && otherSequence === ownAck;
      return done ? STATE_CLOSED : state;
    }
    default:
      return opens ? STATE_LISTEN : state;
  }
}

function finish(words: Int32Array, base: number, side: number): number {
  words[base + BITS] |= FINISHED;
  words[base + TCP] |= SIDE_FIN << side;
  return STATE_FIN_WAIT_1;
}

function afterReset(words: Int32Array, base: number, segment: Segment, forward: boolean): number {
  const tcp = words[base + TCP]!;
  const ownAck = words[base + (forward ? SRC_ACK : DST_ACK)]! >>> 0;
  words[base + BITS] |= RESET | CLOSED;
  if ((tcp & STATE_MASK) === STATE_SYN_SENT) {
    const otherSequence = words[base + (forward ? DST_SEQ : SRC_SEQ)]! >>> 0;
    return otherSequence === ownAck ? STATE_LISTEN : STATE_CLOSING;
  }
  const windows = words[base + WINDOWS]!;
  const window = forward ? windows & 0xffff : windows >>> 16;
  const shift = (tcp >>> (forward ? SRC_SHIFT : DST_SHIFT)) & 31;
  const inside =
    segment.sequence >= ownAck && segment.sequence < (ownAck + (window >>> shift)) >>> 0;
  return inside ? STATE_CLOSED : STATE_CLOSING;
}
