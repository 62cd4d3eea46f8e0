/**
 * Where a connection's fields lie in its slot of the {@link import('./table.ts').ConnTable}: each slot
 * is {@link STRIDE} 32-bit words, of which the first 24 are also twelve 64-bit floats. What belongs to
 * a side lies twice: the originator's first, the responder's {@link SIDE_WORDS} words (or
 * {@link SIDE_FLOATS} floats) behind it. A change of roles swaps them.
 */
export const STRIDE = 74;
/** Floats a slot takes in the float view. */
export const FLOAT_STRIDE = STRIDE / 2;

// Floats.
/** Time of the first packet, and of the last that counts for the duration; microseconds. */
export const START = 0;
export const LAST = 1;
/** When the timer of {@link FLAGS} ends; 0 when there is none. */
export const TIMER = 2;
/** Bytes of IP packets: originator, then responder. */
export const IP_BYTES = 3;
export const MISSED = 5;
/** Floats of a side begin here. */
export const SIDE_FLOAT = 6;
export const SIDE_FLOATS = 3;
/** TCP: sequence number behind the FIN, relative to the start. */
export const FIN_SEQ = 0;
/** TCP: bytes in order end here; relative. Elsewhere: payload bytes, -1 before the first packet. */
export const REASSEMBLED = 1;
export const LENGTH = 1;
/** TCP: bytes before this are acknowledged or given up; relative. */
export const TRIMMED = 2;

// Words.
export const KEY = 24;
/** Words of the longest key (IPv6). */
export const KEY_WORDS = 10;
export const HASH = 34;
export const FLAGS = 35;
/** Letters of the history that come once: originator's in the low half, responder's in the high. */
export const SEEN = 36;
/** Characters of the history; the first {@link HISTORY_BYTES} stand in the slot. */
export const HISTORY_LENGTH = 37;
export const HISTORY = 38;
export const HISTORY_BYTES = 16;
export const NEWER = 42;
export const OLDER = 43;
export const BUCKET = 44;
/** Hash of the tunnels around the connection's newest packet; 0 for none. */
export const TUNNELS = 45;
/** Packets: originator, then responder. */
export const PACKETS = 46;
/** Which connection this is, from 1. */
export const SERIAL = 48;
export const TUNNEL_CHANGES = 49;
/** Words of a side begin here. */
export const SIDE = 50;
export const SIDE_WORDS = 12;
/** Bits of a side: see `tcp-state.ts`. */
export const STATE = 0;
export const START_SEQ = 1;
export const LAST_SEQ = 2;
export const ACK_SEQ = 3;
/** How often the sequence numbers (low half) and acknowledgements (high half) have wrapped. */
export const WRAPS = 4;
/** Relative sequence numbers of the last SYN, FIN and RST in the history. */
export const LAST_SYN = 5;
export const LAST_FIN = 6;
export const LAST_RST = 7;
/** Counts behind the letters that come at 1, 10, 100 …: gaps, bad checksums, and so on. */
export const GAPS = 8;
export const CHECKSUMS = 9;
export const RETRANSMITS = 10;
export const ZERO_WINDOWS = 11;

// Bits of FLAGS.
/** The originator is the second end of the key. */
export const TURNED = 1;
/** TCP: the handshake is over, so the long inactivity timeout holds. */
export const SETTLED = 2;
/** TCP: no report of an end has been made. */
export const ACTIVE = 4;
/** TCP: the first packet was no SYN. */
export const PARTIAL = 8;
/** TCP: a packet of the originator (responder) was seen. */
export const FIRST_ORIGINATOR = 16;
export const FIRST_RESPONDER = 32;
export const CLOSE_DEFERRED = 64;
export const EVENT_DEFERRED = 128;
/** What the timer waits for: half-open attempts, and ends. */
export const TIMER_ATTEMPT = 256;
/** Something is kept beside the slot: a stream, a long history, tunnels. */
export const HAS_STREAM = 512;
export const HAS_TUNNELS = 1024;
/** Carries a tunnel, seen from the originator (responder). */
export const CARRIES_ORIGINATOR = 2048;
export const CARRIES_RESPONDER = 4096;
/** Index into TUNNEL_SERVICES, from 1. */
export const CARRIES_SHIFT = 16;
