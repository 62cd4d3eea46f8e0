/**
 * Where a flow's fields lie in its slot of the {@link import('./table.ts').FlowTable}: every slot is
 * {@link STRIDE} 32-bit words, of which the first eighteen are also nine 64-bit floats. `SRC` is the
 * side that counts as originator, `DST` the other. A slot is three cache lines. A packet of a known flow
 * touches the first two alone: counters, then state and key; only IPv6 keys reach into the third.
 */

/** Words a slot takes: 192 bytes, so that slots keep to cache lines. */
export const STRIDE = 48;
/** Floats a slot takes in the float view. */
export const FLOAT_STRIDE = STRIDE / 2;

/** Floats: times in microseconds (0: not seen), counters, and when the flow entered its queue. */
export const SRC_START = 0;
export const SRC_END = 1;
export const DST_START = 2;
export const DST_END = 3;
export const SRC_PACKETS = 4;
export const DST_PACKETS = 5;
export const SRC_BYTES = 6;
export const DST_BYTES = 7;
export const QUEUE_TIME = 8;

/** Words, from here: bits named below. */
export const BITS = 18;
/** Bytes: source TCP flags, destination TCP flags, source ToS, destination ToS. */
export const SIDES = 19;
/** TCP machine: see `tcp-machine.ts`. Fragments: bytes gathered so far. */
export const TCP = 20;
export const SRC_SEQ = 21;
export const DST_SEQ = 22;
export const SRC_ACK = 23;
export const DST_ACK = 24;
export const WINDOWS = 25;
export const ANOMALY_LOW = 26;
/** The key; its first five words end the second cache line, more have only IPv6 and RARP. */
export const KEY = 27;
/** Words of the longest key (IPv6). */
export const KEY_WORDS = 11;
/** The key's hash, and the links of the queue that holds the flow. */
export const HASH = 38;
export const NEWER = 39;
export const OLDER = 40;
/** Links among the flows that are {@link LISTED} as no conversation. */
export const ONE_WAY_NEWER = 41;
export const ONE_WAY_OLDER = 42;
/** Number of the packet with which the flow entered the queue for its status record. */
export const TURN = 43;
export const ANOMALY_HIGH = 44;
/** A flow's first fragment train, or a fragment train's parent flow; -1 for none. */
export const KIN = 45;
/** The next fragment train of the same parent; -1 for none. */
export const SIBLING = 46;
/** ICMP: type, code (of the flow); then type and code of an ICMP error about this flow. */
export const ICMP = 47;

/** Fragment trains reuse the words of the TCP machine. */
export const FRAGMENT_BYTES = TCP;
export const FRAGMENT_TOTAL = SRC_SEQ;

/** BITS: key order and packet order differ (Argus: ARGUS_DIRECTION of the flow). */
export const TURNED = 1 << 0;
/** BITS: Argus prints the key's addresses exchanged (ARGUS_REVERSE). */
export const REVERSED = 1 << 1;
/** BITS: the record has left the meter; the next packet begins a new one. */
export const WRITTEN = 1 << 2;
/** BITS: no record of this flow has left before. */
export const FIRST = 1 << 3;
export const SAW_SYN = 1 << 4;
export const SAW_SYN_ACK = 1 << 5;
export const ESTABLISHED = 1 << 6;
export const FINISHED = 1 << 7;
export const RESET = 1 << 8;
/** BITS: a whole TCP header was read for this flow. */
export const HAS_TCP = 1 << 9;
export const SRC_TOS = 1 << 10;
export const DST_TOS = 1 << 11;
/** BITS: a train of IP fragments whose first fragment is not (or not yet) part of it. */
export const FRAGMENT = 1 << 12;
/** BITS: an ICMP error about this flow was seen. */
export const MAPPED = 1 << 13;
/** BITS: the record ended because a SYN began a new connection on the same ports. */
export const RESTARTED = 1 << 14;
/** BITS: TCP closed by FINs from both sides or by RST. */
export const CLOSED = 1 << 15;
/** BITS: the flow is in the list of flows that are no conversation. */
export const LISTED = 1 << 16;
/** BITS: number of the queue that holds the flow, plus one; 0 for none. */
export const QUEUE_SHIFT = 17;
export const QUEUE_MASK: number = 7 << QUEUE_SHIFT;
