import type { IpLayer } from '../../decode/index.ts';

/** First words of the Teredo prefix, 2001:0000::/32 (RFC 4380). */
function isTeredoAddress(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0x20 && bytes[at + 1] === 1 && bytes[at + 2] === 0 && bytes[at + 3] === 0;
}

/**
 * Whether {@link teredoPacket} could find one in a datagram's payload `bytes[at..end)`, by its first
 * bytes; it is false of nearly all that is none.
 */
export function mayBeTeredo(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < 40) return false;
  const first = bytes[at]!;
  if (first >> 4 === 6) return ((bytes[at + 4]! << 8) | bytes[at + 5]!) <= end - at - 40;
  if (first !== 0 || bytes[at + 1]! > 1) return false;
  return bytes[at + 1] === 1 || bytes[at + 8]! >> 4 === 6;
}

/**
 * Where the IPv6 packet of a Teredo datagram begins, whatever its ports: authentication and origin
 * indications may come first; without them one address must be of Teredo's own, and the lengths must
 * agree. @returns -1 when it is none
 */
export function teredoPacket(bytes: Uint8Array, { dataStart, dataEnd }: IpLayer): number {
  let at = dataStart;
  if (dataEnd - at < 40) return -1;
  if (bytes[at] === 0 && bytes[at + 1] === 1) at += 13 + bytes[at + 2]! + bytes[at + 3]!;
  if (dataEnd - at >= 8 && bytes[at] === 0 && bytes[at + 1] === 0) at += 8;
  if (dataEnd - at < 40 || bytes[at]! >> 4 !== 6) return -1;
  if (((bytes[at + 4]! << 8) | bytes[at + 5]!) !== dataEnd - at - 40) return -1;
  const indicated = at > dataStart;
  const own = isTeredoAddress(bytes, at + 8) || isTeredoAddress(bytes, at + 24);
  return indicated || own ? at : -1;
}
