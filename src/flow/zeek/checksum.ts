import type { IpLayer } from '../../decode/index.ts';

/**
 * Sum of the 16-bit words of a stretch of bytes, carries folded in (RFC 1071). An odd last byte counts
 * as the high half of a word.
 */
export function sumWords(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0;
  let at = start;
  // Four words a turn: their sum stays far below 2^31, and so does that of 16,384 of them.
  for (const stop = end - 7; at < stop; at += 8) {
    sum +=
      ((bytes[at]! + bytes[at + 2]! + bytes[at + 4]! + bytes[at + 6]!) << 8) +
      bytes[at + 1]! +
      bytes[at + 3]! +
      bytes[at + 5]! +
      bytes[at + 7]!;
  }
  for (; at + 1 < end; at += 2) sum += (bytes[at]! << 8) + bytes[at + 1]!;
  if (at < end) sum += bytes[at]! << 8;
  sum = (sum & 0xffff) + (sum >>> 16);
  return (sum & 0xffff) + (sum >>> 16);
}

function folded(sum: number): number {
  const once = (sum & 0xffff) + (sum >>> 16);
  return (once & 0xffff) + (once >>> 16);
}

/** True when the IPv4 header's checksum is right. */
export function headerSumGood(bytes: Uint8Array, layer: IpLayer): boolean {
  const { headerStart, headerLength } = layer;
  return sumWords(bytes, headerStart, headerStart + headerLength) === 0xffff;
}

/**
 * True when the checksum over the whole captured IP payload is right.
 *
 * @param pseudo IP protocol for the pseudo header of TCP, UDP and ICMPv6; 0 for none (ICMP)
 */
export function payloadSumGood(bytes: Uint8Array, layer: IpLayer, pseudo: number): boolean {
  const end = layer.payloadStart + layer.payloadLength;
  let sum = sumWords(bytes, layer.payloadStart, end);
  if (pseudo !== 0) {
    const size = layer.version === 4 ? 8 : 32;
    sum += sumWords(bytes, layer.sourceOffset, layer.sourceOffset + size);
    sum += pseudo + layer.payloadLength;
  }
  return folded(sum) === 0xffff;
}
