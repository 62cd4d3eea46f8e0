/** States of one end of a TCP connection, named as Zeek names them. */
export const INACTIVE = 0;
export const SYN_SENT = 1;
export const SYN_ACK_SENT = 2;
export const PARTIAL_STATE = 3;
export const ESTABLISHED = 4;
export const CLOSED = 5;
export const RESET = 6;

/** Bits of the word STATE of a side: the state now, the state before; then what was seen. */
export const STATE_MASK = 7;
export const BEFORE_SHIFT = 3;
/** The end of this side was reported. */
export const DID_CLOSE = 64;
export const SAW_FIN = 128;
/** Its stream is no longer put in order: too much is unacknowledged. */
export const SKIPPED = 256;
export const AT_END = 512;
/** Bytes behind a hole are known: see `stream.ts`. */
export const HAS_HOLES = 1024;
/** How often sequence numbers and acknowledgements have wrapped, in bytes: up to a tebibyte. */
export const WRAPS_SHIFT = 16;
export const ACK_WRAPS_SHIFT = 24;

/** The words that Zeek's `conn_state` has. */
export const CONN_STATES = [
  'OTH',
  'S0',
  'S1',
  'S2',
  'S3',
  'SF',
  'REJ',
  'RSTO',
  'RSTR',
  'RSTOS0',
  'RSTRH',
  'SH',
  'SHR',
] as const;

/** A word of {@link CONN_STATES}. */
export type ConnState = (typeof CONN_STATES)[number];

/** What {@link tcpConnState} judges by. */
export interface TcpEnd {
  readonly originator: number;
  readonly responder: number;
  /** Neither side sent payload. */
  readonly empty: boolean;
  readonly history: string;
}

const quiet = (state: number): boolean => state === INACTIVE || state === PARTIAL_STATE;

/** How a TCP connection ended, by the rules of Zeek's `conn_state`. */
export function tcpConnState({ originator, responder, empty, history }: TcpEnd): ConnState {
  if (responder === RESET) {
    const asked = originator === SYN_SENT || originator === SYN_ACK_SENT;
    if (asked || (originator === RESET && empty)) return 'REJ';
    return quiet(originator) ? 'RSTRH' : 'RSTR';
  }
  if (originator === RESET) {
    if (!quiet(responder)) return 'RSTO';
    return synThenReset(history) ? 'RSTOS0' : 'OTH';
  }
  if (originator === CLOSED) {
    if (responder === CLOSED) return 'SF';
    return quiet(responder) ? 'SH' : 'S2';
  }
  if (responder === CLOSED) return quiet(originator) ? 'SHR' : 'S3';
  if (originator === SYN_SENT && responder === INACTIVE) return 'S0';
  return originator === ESTABLISHED && responder === ESTABLISHED ? 'S1' : 'OTH';
}

const STATES = STATE_MASK + 1;
/** {@link tcpConnState} of every pair of states, payload or none; {@link ASK} where the history decides. */
const ASK = 255;
const BY_STATES = Uint8Array.from({ length: STATES * STATES * 2 }, (_, index) => {
  const pair = index >> 1;
  const end = { originator: (pair / STATES) | 0, responder: pair % STATES, empty: index % 2 === 1 };
  const one = tcpConnState({ ...end, history: '' });
  const other = tcpConnState({ ...end, history: 'SR' });
  return one === other ? CONN_STATES.indexOf(one) : ASK;
});

/** {@link tcpConnState} as an index into {@link CONN_STATES}, looked up. */
export function tcpConnStateNumber(
  originator: number,
  responder: number,
  empty: boolean,
  history: string,
): number {
  const known = BY_STATES[((originator * STATES + responder) << 1) | (empty ? 1 : 0)]!;
  if (known !== ASK) return known;
  return CONN_STATES.indexOf(tcpConnState({ originator, responder, empty, history }));
}

/** A SYN, then a reset before anything but SYNs, data, retransmissions and the like came by. */
function synThenReset(history: string): boolean {
  let at = history.startsWith('^') ? 1 : 0;
  if (history[at] !== 'S') return false;
  for (at++; at < history.length; at++) {
    if (history[at] === 'R') return true;
    if ('HAFGIQ'.includes(history[at]!)) return false;
  }
  return false;
}

/** How a conversation over UDP went: who sent. */
export function udpConnState(originatorSent: boolean, responderSent: boolean): ConnState {
  if (originatorSent) return responderSent ? 'SF' : 'S0';
  return responderSent ? 'SHR' : 'OTH';
}

const BY_SENDERS = [0, 1, 2, 3].map((who) =>
  CONN_STATES.indexOf(udpConnState((who & 1) !== 0, (who & 2) !== 0)),
);

/** {@link udpConnState} as an index into {@link CONN_STATES}. */
export function udpConnStateNumber(originatorSent: boolean, responderSent: boolean): number {
  return BY_SENDERS[(originatorSent ? 1 : 0) | (responderSent ? 2 : 0)]!;
}
