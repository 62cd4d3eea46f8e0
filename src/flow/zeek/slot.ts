/**
 * Where a connection's fields lie in its slot of the {@link import('./table.ts').ConnTable}: each slot
 * is {@link STRIDE} 32-bit words (four cache lines), addressed as 64-bit floats too. What nearly every
 * packet touches stands in the first two lines. What belongs to a side lies twice, the originator's
 * first; a change of roles swaps them.
 */
export const STRIDE = 64;
/** Floats a slot takes in the float view. */
export const FLOAT_STRIDE = STRIDE / 2;

// Floats.
/** Time of the last packet that counts for the duration; microseconds. */
export const LAST = 0;
/** When the timer of {@link FLAGS} ends; 0 when there is none. */
export const TIMER = 1;
/** Bytes of IP packets: originator, then responder. */
export const IP_BYTES = 2;
/** Floats of a side begin here. */
export const SIDE_FLOAT = 4;
export const SIDE_FLOATS = 2;
/** TCP: bytes in order end here; relative. Elsewhere: payload bytes, -1 before the first packet. */
export const REASSEMBLED = 0;
export const LENGTH = 0;
/** TCP: bytes before this are acknowledged or given up; relative. */
export const TRIMMED = 1;
/** Time of the first packet. */
export const START = 19;
export const MISSED = 20;
/** TCP: sequence number behind the FIN, relative to the start: originator, then responder. */
export const FIN_SEQ = 21;

/** Words: flags of the connection. */
export const FLAGS = 16;
/** Packets: originator, then responder. */
export const PACKETS = 17;
/** Letters of the history that come once: originator's in the low half, responder's in the high. */
export const SEEN = 19;
/** Words of a side begin here. */
export const SIDE = 20;
export const SIDE_WORDS = 4;
/** Bits of a side, and how often its sequence numbers have wrapped: see `tcp-state.ts`. */
export const STATE = 0;
export const START_SEQ = 1;
export const LAST_SEQ = 2;
export const ACK_SEQ = 3;
/** The first four words of the key stand in the second line: all of an IPv4 key. */
export const KEY = 28;
/** Words of the longest key (IPv6). */
export const KEY_WORDS = 10;
/** Hash of the tunnels around the connection's newest packet; 0 for none. */
export const TUNNELS = 46;
/** 16-bit halves: characters of the history, then changes of tunnels. */
export const HISTORY_LENGTH = 47;
/** The first {@link HISTORY_BYTES} characters of the history. */
export const HISTORY = 48;
export const HISTORY_BYTES = 16;
export const NEWER = 52;
export const OLDER = 53;
/** Words of a side that are touched seldom begin here. */
export const RARE = 54;
export const RARE_WORDS = 5;
/** Relative sequence numbers of the last SYN, FIN and RST in the history. */
export const LAST_SYN = 0;
export const LAST_FIN = 1;
export const LAST_RST = 2;
/**
 * Counts behind the letters that come at 1, 10, 100 …, as 16-bit halves that stop at 65,535: numbers
 * of halves from the beginning of the side's rare words.
 */
export const GAPS = 6;
export const CHECKSUMS = 7;
export const RETRANSMITS = 8;
export const ZERO_WINDOWS = 9;

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
