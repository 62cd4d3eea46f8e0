import { anomalyBit } from './anomaly.ts';

/** Bit of the one anomaly that a plain frame may have, in `anomalyLow`: the capture cut its payload. */
export const PLAIN_TRUNCATED: number = 1 << anomalyBit('ip_payload_truncated');

/** What {@link readPlain} returns for a frame that needs the whole decoder. */
export const NOT_PLAIN = -1;

const TCP = 6;
const UDP = 17;
/** No-operation twice, then a timestamp of ten bytes: the options of nearly every segment. */
const TIMESTAMP_OPTIONS = 0x0101080a;

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;

/** 1 for the combinations of TCP flags that the decoder finds nothing odd about. */
const SOUND_FLAGS: Uint8Array = Uint8Array.from({ length: 256 }, (_, flags) => {
  const ends = [SYN | FIN, SYN | RST, FIN | RST].some((both) => (flags & both) === both);
  const finAlone = (flags & (FIN | ACK)) === FIN;
  return (flags & 63) !== 0 && !ends && !finAlone ? 1 : 0;
});

/** UDP ports whose payload the decoder looks into for a tunnel. */
const TUNNEL_PORTS: Uint8Array = new Uint8Array(65_536);
for (const port of [2152, 3544, 4754, 4789, 5072, 6081, 6635, 8472]) TUNNEL_PORTS[port] = 1;

/**
 * Recognises the frames that most traffic is made of: Ethernet II, IPv4 without options or fragments,
 * sound TCP or UDP that is no tunnel. For these the decoder would
 * find one IP layer and no anomaly but a cut payload, so who needs no more can spare the walk through
 * the headers. The frame is `bytes[start..end)` of link type Ethernet.
 *
 * @param originalLength bytes on the wire
 * @returns the anomalies of the packet (0 or {@link PLAIN_TRUNCATED}), or {@link NOT_PLAIN}
 */
export function readPlain(
  bytes: Uint8Array,
  start: number,
  end: number,
  originalLength: number,
): number {
  const captured = end - start;
  if (captured < 42 || bytes[start + 12] !== 8 || bytes[start + 13] !== 0) return NOT_PLAIN;
  if (bytes[start + 14] !== 0x45) return NOT_PLAIN;
  if ((((bytes[start + 20]! << 8) | bytes[start + 21]!) & 0x3fff) !== 0) return NOT_PLAIN;
  const length = (bytes[start + 16]! << 8) | bytes[start + 17]!;
  const wire = (originalLength > captured ? originalLength : captured) - 14;
  if (length > wire) return NOT_PLAIN;
  const cut = length > captured - 14;
  const upper = start + 34;
  const upperEnd = cut ? end : start + 14 + length;
  const protocol = bytes[start + 23]!;
  if (protocol === TCP) {
    if (upperEnd - upper < 20 || SOUND_FLAGS[bytes[upper + 13]!] === 0) return NOT_PLAIN;
    const header = (bytes[upper + 12]! >> 4) << 2;
    if (header !== 20) {
      if (header < 20 || upperEnd - upper < header) return NOT_PLAIN;
      if (
        !hasTimestamp(bytes, upper, header) &&
        !hasSoundOptions(bytes, upper + 20, upper + header)
      )
        return NOT_PLAIN;
    }
  } else if (protocol === UDP) {
    if (upperEnd - upper < 8) return NOT_PLAIN;
    if (((bytes[upper + 4]! << 8) | bytes[upper + 5]!) !== length - 20) return NOT_PLAIN;
    if (TUNNEL_PORTS[(bytes[upper]! << 8) | bytes[upper + 1]!] !== 0) return NOT_PLAIN;
    if (TUNNEL_PORTS[(bytes[upper + 2]! << 8) | bytes[upper + 3]!] !== 0) return NOT_PLAIN;
  } else return NOT_PLAIN;
  return cut ? PLAIN_TRUNCATED : 0;
}

function hasTimestamp(bytes: Uint8Array, upper: number, header: number): boolean {
  const options =
    (bytes[upper + 20]! << 24) |
    (bytes[upper + 21]! << 16) |
    (bytes[upper + 22]! << 8) |
    bytes[upper + 23]!;
  return header === 32 && options === TIMESTAMP_OPTIONS;
}

/** Lengths of the options that have one of their own: MSS, window scale, SACK permitted, timestamp. */
const OPTION_LENGTH: Uint8Array = Uint8Array.from([0, 0, 4, 3, 2, 0, 0, 0, 10]);

/** At most 40 bytes; each option moves on by at least one. */
function hasSoundOptions(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; ) {
    const kind = bytes[at]!;
    if (kind === 0) return true;
    if (kind === 1) {
      at++;
      continue;
    }
    const length = at + 1 < to ? bytes[at + 1]! : 0;
    if (length < 2 || at + length > to) return false;
    const due = kind < OPTION_LENGTH.length ? OPTION_LENGTH[kind]! : 0;
    if (due !== 0 && length !== due) return false;
    at += length;
  }
  return true;
}
