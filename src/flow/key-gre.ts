/** What a GRE header carries. */
export interface Inner {
  etherType: number;
  offset: number;
}

/** Source routes in a GRE header (RFC 1701); the field is long obsolete. */
const MAX_ROUTES = 8;

/**
 * Finds the IP packet inside GRE (RFC 2784, RFC 2890; version 1: RFC 2637), also behind a bridged
 * Ethernet header. @returns false when there is none
 */
export function innerOfGre(bytes: Uint8Array, ip: number, end: number, inner: Inner): boolean {
  let at = ip + ((bytes[ip]! & 15) << 2);
  if (at + 4 > end) return false;
  const flags = (bytes[at]! << 8) | bytes[at + 1]!;
  let type = (bytes[at + 2]! << 8) | bytes[at + 3]!;
  at += 4;
  const version = flags & 7;
  if (version === 0) {
    if ((flags & 0xc000) !== 0) at += 4;
    if ((flags & 0x2000) !== 0) at += 4;
    if ((flags & 0x1000) !== 0) at += 4;
    if ((flags & 0x4000) !== 0) at = passRoutes(bytes, at, end);
  } else if (version === 1) {
    if ((flags & 0x2000) !== 0) at += 4;
    if ((flags & 0x1000) !== 0) at += 4;
    if ((flags & 0x0080) !== 0) at += 4;
  }
  if (type === 0x6558 && at + 14 <= end) {
    type = (bytes[at + 12]! << 8) | bytes[at + 13]!;
    at += 14;
  }
  if (type === 0x0800 ? at + 20 > end : type !== 0x86dd) return false;
  inner.etherType = type;
  inner.offset = at;
  return true;
}

function passRoutes(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  for (let i = 0; i < MAX_ROUTES && at + 4 <= end; i++) {
    const family = (bytes[at]! << 8) | bytes[at + 1]!;
    const length = bytes[at + 3]!;
    at += 4;
    if (family === 0 && length === 0) break;
    at += length;
  }
  return at;
}
