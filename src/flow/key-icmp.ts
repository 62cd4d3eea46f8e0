import type { FlowKey } from './key.ts';

/** True for ICMP queries and replies; false for errors, which quote the packet they are about. */
export function isIcmpQuery(type: number): boolean {
  return type === 0 || (type >= 8 && type <= 10) || (type >= 13 && type <= 18);
}

/** The request that a reply answers; a request is its own. */
function requestOf(type: number): number {
  if (type === 0) return 8;
  return type === 14 || type === 16 || type === 18 ? type - 1 : type;
}

/**
 * Completes the key of an ICMP packet: echoes are told apart by identifier and sequence, errors by what
 * they quote. A reply has the key of its request, turned.
 */
export function keyIcmp4(key: FlowKey, bytes: Uint8Array): boolean {
  const { upper, end, words } = key;
  if (upper + 1 > end) return false;
  const type = bytes[upper]!;
  key.icmpType = type;
  key.icmpCode = 0;
  let flowType = type;
  let code = 0;
  let id = 0;
  let rest = 0;
  if (isIcmpQuery(type)) {
    flowType = requestOf(type);
    if (flowType !== type) {
      const source = words[1]!;
      words[1] = words[2]!;
      words[2] = source;
      key.turned = true;
    }
    if (flowType === 8) {
      if (upper + 6 <= end) id = (bytes[upper + 4]! << 8) | bytes[upper + 5]!;
      if (upper + 8 <= end) rest = ((bytes[upper + 6]! << 8) | bytes[upper + 7]!) << 8;
    }
  } else if (upper + 2 <= end) {
    code = bytes[upper + 1]!;
    key.icmpCode = code;
    const quoted = upper + 8;
    if (quoted + 20 <= end) {
      if (type === 3 && code === 2) id = bytes[quoted + 9]!;
      else if (type === 3 && code === 3) {
        const port = quoted + ((bytes[quoted]! & 15) << 2) + 2;
        if (port + 2 <= end) id = (bytes[port]! << 8) | bytes[port + 1]!;
        rest = bytes[quoted + 9]!;
      } else if ((type === 3 || type === 5) && code <= 1) {
        // Kept as Argus keeps it: the first half of the address stands where the port would.
        id = (bytes[quoted + 17]! << 8) | bytes[quoted + 16]!;
        rest = ((bytes[quoted + 18]! << 8) | bytes[quoted + 19]!) << 8;
      } else if (type === 5 && code <= 3) rest = bytes[quoted + 1]!;
    }
  }
  words[3] = (flowType << 24) | (code << 16) | id;
  words[4] = rest;
  return true;
}

/** ICMPv6 replies and the request that each answers (RFC 4443, 2710, 4861, 6275). */
const REQUEST_OF_6: ReadonlyMap<number, number> = new Map([
  [129, 128],
  [131, 130],
  [132, 130],
  [134, 133],
  [136, 135],
  [145, 144],
]);

/** Completes the key of an ICMPv6 packet: type of the request, and code. */
export function keyIcmp6(key: FlowKey, bytes: Uint8Array): boolean {
  const { upper } = key;
  if (upper + 8 > key.end) return false;
  const type = bytes[upper]!;
  key.icmpType = type;
  key.icmpCode = bytes[upper + 1]!;
  key.words[10] = ((REQUEST_OF_6.get(type) ?? type) << 8) | key.icmpCode;
  return true;
}
