/** Bits of {@link import('./flow.ts').FlowBatch.state}: what views need beside the columns. */

/** The first record of its flow; unset where a flow longer than the status interval goes on. */
export const STATE_FIRST = 1 << 0;
/** TCP: a SYN began the flow; a SYN-ACK was seen; then what followed. */
export const STATE_SYN = 1 << 1;
export const STATE_SYN_ACK = 1 << 2;
export const STATE_ESTABLISHED = 1 << 3;
export const STATE_FIN = 1 << 4;
export const STATE_RESET = 1 << 5;
/** TCP: a whole header was captured; unset, the flags are unknown. */
export const STATE_TCP = 1 << 6;
/** IP fragments whose first fragment was not seen: there are no ports. */
export const STATE_FRAGMENTS = 1 << 7;
/** Argus prints originator and responder exchanged, though it counts them as here. */
export const STATE_ARGUS_EXCHANGED = 1 << 8;
/** An ICMP error about this flow was seen; its type and code are the two upper bytes. */
export const STATE_ICMP_ERROR = 1 << 9;
/** Shift of what a UDP flow carries (2 bits): a number of {@link import('./media.ts').MEDIA}. */
export const STATE_MEDIA_SHIFT = 10;
export const STATE_MEDIA: number = 3 << STATE_MEDIA_SHIFT;
/** Shift of the ICMP error's type (8 bits) and code (8 bits above). */
export const STATE_ERROR_TYPE_SHIFT = 16;
export const STATE_ERROR_CODE_SHIFT = 24;
