/**
 * Where a flow's fields lie in its slot of the {@link import('./table.ts').FlowTable}. A slot has two
 * parts. What a packet of a known flow touches is {@link STRIDE} 32-bit words, of which the first fourteen
 * are also seven 64-bit floats: two cache lines. Links to other flows are {@link LINK_STRIDE} words
 * elsewhere, so that walking a list fetches no more than the list. `SRC` is the side that counts as
 * originator, `DST` the other.
 */

/** Words of a slot: 128 bytes, so that slots keep to cache lines. */
export const STRIDE = 32;
/** Floats a slot takes in the float view. */
export const FLOAT_STRIDE = STRIDE / 2;
/** Words a slot takes among the links. */
export const LINK_STRIDE = 8;

/** Floats: times in microseconds (0: not seen), bytes, and when the flow entered its queue. */
export const SRC_START = 0;
export const SRC_END = 1;
export const DST_START = 2;
export const DST_END = 3;
export const SRC_BYTES = 4;
export const DST_BYTES = 5;
export const QUEUE_TIME = 6;

/** Words, from here: packets, modulo 2^32 (see `countOf` in `record.ts`). */
export const SRC_PACKETS = 14;
export const DST_PACKETS = 15;
/** Bits named below. */
export const BITS = 16;
/** Bytes: source TCP flags, destination TCP flags, source ToS, destination ToS. */
export const SIDES = 17;
/** TCP machine: see `tcp-machine.ts`. Fragments: bytes gathered so far. */
export const TCP = 18;
export const SRC_SEQ = 19;
export const DST_SEQ = 20;
export const SRC_ACK = 21;
export const DST_ACK = 22;
export const WINDOWS = 23;
export const ANOMALY_LOW = 24;
/** The key if it has five words; of a longer one (IPv6, RARP) its first word, then where it lies. */
export const KEY = 25;
export const LONG_AT = KEY + 1;
/** ICMP: type, code (of the flow); then type and code of an ICMP error about this flow. */
export const ICMP = 30;
export const ANOMALY_HIGH = 31;

/** Words of the longest key (IPv6). */
export const KEY_WORDS = 11;
/** Words of a key that fits into the slot. */
export const SHORT_KEY = 5;

/** Links: of the queue that holds the flow. */
export const NEWER = 0;
export const OLDER = 1;
/** Links: among the flows that are {@link LISTED} as no conversation. */
export const ONE_WAY_NEWER = 2;
export const ONE_WAY_OLDER = 3;
/** Links: number of the packet with which the flow entered the queue for its status record. */
export const TURN = 4;
/** Links: a flow's first fragment train, or a fragment train's parent flow; -1 for none. */
export const KIN = 5;
/** Links: the next fragment train of the same parent; -1 for none. */
export const SIBLING = 6;
/** Links: the key's hash. */
export const HASH = 7;

/** Fragment trains reuse the words of the TCP machine. */
export const FRAGMENT_BYTES = TCP;
export const FRAGMENT_TOTAL = SRC_SEQ;

/** UDP flows that look like RTP reuse them, too: sequence numbers and sources (SSRC) of both sides. */
export const MEDIA_SEQUENCES = TCP;
export const MEDIA_SOURCE = SRC_SEQ;

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
/** BITS: what a UDP flow carries, a number of {@link import('./media.ts').MEDIA}. */
export const MEDIA_SHIFT = 20;
export const MEDIA_MASK: number = 3 << MEDIA_SHIFT;
