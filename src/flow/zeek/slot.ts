/**
 * Where a connection's fields lie in the {@link import('./table.ts').ConnTable}. What nearly every
 * packet touches stands in the slot proper: {@link STRIDE} 32-bit words, two cache lines, of which the
 * first two are also one 64-bit float. What only beginnings and ends touch stands in a second array,
 * {@link COLD_STRIDE} words a slot; what few connections have, in rows of `rare.ts`. What belongs to a
 * side lies twice, the originator's first; a change of roles swaps them.
 */
export const STRIDE = 32;
/** Floats a slot takes in the float view. */
export const FLOAT_STRIDE = STRIDE / 2;

/** Float: time of the last packet that counts for the duration; microseconds. */
export const LAST = 0;
/** Floats, other than TCP: payload bytes of originator and responder, -1 before the first packet. */
export const LENGTH = 8;

/** Words: flags of the connection. */
export const FLAGS = 2;
/** Letters of the history that come once: originator's in the low half, responder's in the high. */
export const SEEN = 3;
/** Packets: originator, then responder. */
export const PACKETS = 4;
/** Bytes of IP packets, their low 32 bits: originator, then responder. */
export const IP_BYTES = 6;
/** Words of a side begin here: TCP. */
export const SIDE = 8;
export const SIDE_WORDS = 4;
/** Bits of a side, and how often its sequence numbers have wrapped: see `tcp-state.ts`. */
export const STATE = 0;
export const START_SEQ = 1;
export const LAST_SEQ = 2;
export const ACK_SEQ = 3;
/** UDP, in place of a side: datagrams of which no protocol was told yet. */
export const UNTOLD: number = SIDE + LAST_SEQ;
/** TCP: positions in the streams, see `ConnTable.position`: two words a side, high bytes together. */
export const POSITION = 16;
export const POSITION_HIGH = 20;
/** Number of a position: bytes in order end here; bytes before this are acknowledged or given up. */
export const REASSEMBLED = 0;
export const TRIMMED = 1;
/** Version, protocol, ports; then both addresses of IPv4, or the row of an IPv6 pair and its hash. */
export const KEY = 21;
/** A 16-bit half: characters of the history; then the first {@link HISTORY_BYTES} of them. */
export const HISTORY = 25;
export const HISTORY_BYTES = 10;
/** Gaps of a side, as 16-bit halves that stop at 65,535. */
export const GAPS = 28;
/** Bytes that never came, low 32 bits. */
export const MISSED = 29;
/** Row of `rare.ts`; 0 for none. */
export const RARE = 30;
/** What reads the payload: see `streams.ts`. */
export const STREAM = 31;

/** Words a slot takes among what is touched seldom. */
export const COLD_STRIDE = 10;
export const COLD_FLOATS = COLD_STRIDE / 2;
/** Cold float: time of the first packet. */
export const START = 0;
/** Cold float: when the timer of {@link FLAGS} ends, if there is one. */
export const TIMER = 1;
/** Cold words. TCP: low bits of the number behind the FIN, relative; high byte in {@link FLAGS}. */
export const FIN_SEQ = 4;
export const NEWER = 6;
export const OLDER = 7;
/** TCP: relative number of the side's last RST in the history. */
export const LAST_RST = 8;

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
/** There is a timer. */
export const HAS_TIMER = 512;
export const HAS_TUNNELS = 1024;
/** Carries a tunnel, seen from the originator (responder). */
export const CARRIES_ORIGINATOR = 2048;
export const CARRIES_RESPONDER = 4096;
/** Index into TUNNEL_SERVICES, three bits from here. */
export const CARRIES_SHIFT = 13;
/** Bytes of the word FLAGS: high bits of the originator's FIN_SEQ, then of the responder's. */
export const FIN_HIGH_BYTE: number = FLAGS * 4 + 2;
/** A FIN before the start of its side: past everything, as unsigned arithmetic has it. */
export const FIN_NEVER = 255;
