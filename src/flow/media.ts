import { BITS, MEDIA_MASK, MEDIA_SEQUENCES, MEDIA_SHIFT, MEDIA_SOURCE } from './slot.ts';

/** What a UDP flow's first payload looks like, by number: Argus names such flows so. */
export const MEDIA = ['', 'rtp', 'rtcp', 'udt'] as const;
const RTP = 1;
const RTCP = 2;
const UDT = 3;

const UDP_HEADER = 8;
const RTP_HEADER = 12;
const RTCP_HEADER = 8;
const UDT_HEADER = 16;

/** Below are the ports of services, and of 7000 to 7010 those of the AFS file system. */
const FIRST_FREE_PORT = 1024;
const AFS_FIRST = 7000;
const AFS_LAST = 7010;
const UDT_PORT = 9000;
/** RTCP sender and receiver reports (RFC 3550 section 12.1). */
const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;

/** Records in which neither side sent more packets are too short to be called RTP. */
const SHORT = 4;

/** What a record is said to carry. @param packets of the side that sent more */
export function mediaOf(media: number, packets: number): number {
  return media === RTP && packets <= SHORT ? 0 : media;
}

const isFree = (port: number): boolean =>
  port >= FIRST_FREE_PORT && (port < AFS_FIRST || port > AFS_LAST);

const u16 = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;
const u32 = (bytes: Uint8Array, at: number): number => (u16(bytes, at) << 16) | u16(bytes, at + 2);

/** A UDP header and what is behind it. */
export class Datagram {
  bytes: Uint8Array = new Uint8Array(0);
  /** First byte behind the UDP header, and one past the last captured byte. */
  start = 0;
  end = 0;
  /** Payload bytes on the wire. */
  length = 0;

  /** @param upper where the UDP header lies. @param length the IP payload's on the wire */
  read(bytes: Uint8Array, upper: number, end: number, length: number): void {
    this.bytes = bytes;
    this.start = upper + UDP_HEADER;
    this.end = end;
    this.length = length - UDP_HEADER;
  }
}

/**
 * What a UDP flow carries, kept in its BITS. @param forward whether the originator sent the packet
 * @param first whether the packet begins the flow
 */
export function noteMedia(
  words: Int32Array,
  base: number,
  datagram: Datagram,
  forward: boolean,
  first: boolean,
): void {
  if (first) begin(words, base, datagram, forward);
  else if ((words[base + BITS]! & MEDIA_MASK) >> MEDIA_SHIFT === RTP)
    follow(words, base, datagram, forward);
}

/** The first packet of a UDP flow decides what the flow is called (Argus: ArgusUpdateAppState). */
function begin(words: Int32Array, base: number, datagram: Datagram, forward: boolean): void {
  const { bytes, start, end, length } = datagram;
  if (length <= 0 || start + RTP_HEADER > end) return;
  const source = u16(bytes, start - UDP_HEADER);
  const destination = u16(bytes, start - UDP_HEADER + 2);
  if (bytes[start]! >> 6 === 2 && isFree(source) && isFree(destination)) {
    const reports = hasReport(bytes, start, end);
    words[base + BITS]! |= (reports ? RTCP : RTP) << MEDIA_SHIFT;
    if (!reports) keepHeader(words, base, datagram, forward);
  } else if ((source === UDT_PORT || destination === UDT_PORT) && looksUdt(bytes, start, end)) {
    words[base + BITS]! |= UDT << MEDIA_SHIFT;
  }
}

/** Whether a sender or receiver report is among the RTCP packets. */
function hasReport(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at + RTCP_HEADER <= end; ) {
    const type = bytes[at + 1]!;
    if (bytes[at]! >> 6 === 2 && (type === SENDER_REPORT || type === RECEIVER_REPORT)) return true;
    const words = u16(bytes, at + 2);
    if (words === 0) return false;
    at += 4 + 4 * words;
  }
  return false;
}

/** UDT 4 as Argus tells it: it looks for the type three bits higher than it stands. */
function looksUdt(bytes: Uint8Array, start: number, end: number): boolean {
  if (start + UDT_HEADER > end) return false;
  const head = u16(bytes, start);
  if ((head & 0x8000) === 0) return true;
  const type = (head >> 3) & 15;
  if (type !== 0) return type < 8 && type !== 4;
  return start + UDT_HEADER + 4 <= end && u32(bytes, start + UDT_HEADER) === 4;
}

/**
 * A later packet: the flow is no RTP after all when its source changes, or is none, or when the length
 * of a header extension does not fit (Argus: ArgusUpdateRTPState, which reads that length backwards).
 */
function follow(words: Int32Array, base: number, datagram: Datagram, forward: boolean): void {
  const { bytes, start, end, length } = datagram;
  if (length <= 0 || start >= end || bytes[start]! >> 6 !== 2) return;
  const sequences = words[base + MEDIA_SEQUENCES]!;
  const sequence = forward ? sequences & 0xffff : sequences >>> 16;
  if (sequence !== 0) {
    const source = start + RTP_HEADER <= end ? u32(bytes, start + 8) : 0;
    let fits = source !== 0 && source === words[base + MEDIA_SOURCE + (forward ? 0 : 1)];
    if (fits && (bytes[start]! & 0x10) !== 0) {
      const extension = start + 16 <= end ? bytes[start + 14]! | (bytes[start + 15]! << 8) : 0;
      fits = extension <= length && extension >= length - 4;
    }
    if (!fits) {
      words[base + BITS]! &= ~MEDIA_MASK;
      return;
    }
  }
  keepHeader(words, base, datagram, forward);
}

function keepHeader(
  words: Int32Array,
  base: number,
  { bytes, start, end }: Datagram,
  forward: boolean,
): void {
  if (start + RTP_HEADER > end) return;
  const sequence = u16(bytes, start + 2);
  const before = words[base + MEDIA_SEQUENCES]!;
  words[base + MEDIA_SEQUENCES] = forward
    ? (before & ~0xffff) | sequence
    : (before & 0xffff) | (sequence << 16);
  words[base + MEDIA_SOURCE + (forward ? 0 : 1)] = u32(bytes, start + 8);
}
