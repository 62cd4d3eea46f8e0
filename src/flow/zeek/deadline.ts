import { TCP_TRANSPORT, transportOf, UDP_TRANSPORT } from './key.ts';
import {
  ACTIVE,
  COLD_FLOATS,
  FLAGS,
  FLOAT_STRIDE,
  HAS_TIMER,
  KEY,
  LAST,
  SETTLED,
  SIDE,
  SIDE_WORDS,
  START,
  STATE,
  STRIDE,
  TIMER,
  TIMER_ATTEMPT,
  TURNED,
} from './slot.ts';
import type { ConnTable } from './table.ts';
import { DID_CLOSE, INACTIVE, RESET, STATE_MASK, SYN_ACK_SENT } from './tcp-state.ts';

/** Inactivity of a TCP connection until its handshake is over: Zeek takes UDP's minute. */
const OPENING = 60e6;
/** Zeek's `tcp_SYN_timeout` and `tcp_session_timer`. */
const FIRST_LOOK = 5e6;
const NEXT_LOOK = 6e6;
/** Zeek's `tcp_connection_linger`: no look ends a connection sooner after its last packet. */
export const LINGER = 5e6;
/** Place of the DNS timeout among the timeouts. */
const DNS_TIMEOUT = 4;
const SECOND = 1e6;

/**
 * When a connection is over if no packet comes: the time from which on a packet with its key begins
 * another. `timeouts` are the inactivity timeouts by transport and, last, the time between two looks at
 * a DNS conversation (0: none), in microseconds.
 */
export function deadline(table: ConnTable, slot: number, timeouts: Float64Array): number {
  const { words, floats, coldFloats } = table;
  const base = slot * STRIDE;
  const fields = slot * COLD_FLOATS;
  const last = floats[slot * FLOAT_STRIDE + LAST]!;
  const transport = transportOf((words[base + KEY]! >> 8) & 0xff);
  if (transport === UDP_TRANSPORT) return udpDeadline(table, slot, timeouts);
  if (transport !== TCP_TRANSPORT) return last + timeouts[transport]!;
  const flags = words[base + FLAGS]!;
  let due = last + ((flags & SETTLED) !== 0 ? timeouts[TCP_TRANSPORT]! : OPENING);
  const originator = words[base + SIDE + STATE]!;
  const responder = words[base + SIDE + SIDE_WORDS + STATE]!;
  const hasTimer = (flags & HAS_TIMER) !== 0;
  const timer = hasTimer ? coldFloats[fields + TIMER]! : 0;
  if (hasTimer && timer < due) {
    const waits = (originator & STATE_MASK) <= SYN_ACK_SENT && (originator & STATE_MASK) > INACTIVE;
    const unanswered = waits && (responder & STATE_MASK) === INACTIVE;
    if ((flags & TIMER_ATTEMPT) === 0 || unanswered) due = timer;
  }
  if (hasTimer && (flags & TIMER_ATTEMPT) === 0) return due;
  if (!lingers(originator, responder, flags)) return due;
  // Zeek looks five seconds after the first packet, then every six.
  const start = coldFloats[fields + START]! + FIRST_LOOK;
  const looks = Math.max(0, Math.floor((last + LINGER - start) / NEXT_LOOK) + 1);
  return Math.min(due, last === start - FIRST_LOOK ? start : start + looks * NEXT_LOOK);
}

/** Zeek ends a DNS conversation that has been idle for nine of the ten seconds between two looks. */
function udpDeadline(table: ConnTable, slot: number, timeouts: Float64Array): number {
  const { words, floats, coldFloats } = table;
  const last = floats[slot * FLOAT_STRIDE + LAST]!;
  const due = last + timeouts[UDP_TRANSPORT]!;
  const look = timeouts[DNS_TIMEOUT]!;
  if (look === 0 || !isDns(words, slot * STRIDE)) return due;
  const start = coldFloats[slot * COLD_FLOATS + START]!;
  const looks = Math.max(1, Math.ceil((last - start + look - SECOND) / look));
  return Math.min(due, start + looks * look);
}

/** The responder's port is one at which Zeek reads DNS from the first packet on. */
function isDns(words: Int32Array, base: number): boolean {
  const ports = words[base + KEY + 1]!;
  const turned = (words[base + FLAGS]! & TURNED) !== 0;
  const responder = turned ? ports >>> 16 : ports & 0xffff;
  return responder === 53 || responder === 5353 || responder === 137 || responder === 5355;
}

/** Ends that Zeek's regular look sweeps away: nothing ever happened, or a half-told end. */
function lingers(originator: number, responder: number, flags: number): boolean {
  if ((flags & ACTIVE) === 0) return false;
  const one = originator & STATE_MASK;
  const other = responder & STATE_MASK;
  if (one === INACTIVE && other === INACTIVE) return true;
  if (((originator | responder) & DID_CLOSE) === 0) return false;
  if ((originator & responder & DID_CLOSE) !== 0) return true;
  return one === RESET || other === RESET || one === INACTIVE || other === INACTIVE;
}
