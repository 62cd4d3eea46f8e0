/** What a GRE header carries. */
export interface Inner {
  etherType: number;
  offset: number;
  /** Where a bridged Ethernet header begins (destination address first), or -1. */
  macOffset: number;
}

/** Source routes in a GRE header (RFC 1701); the field is long obsolete. */
const MAX_ROUTES = 8;

/**
 * Finds the IP packet inside GRE (RFC 2784, RFC 2890; version 1: RFC 2637), also behind a bridged
 * Ethernet header, ERSPAN, PPP, 802.1Q or MPLS. @returns false when there is none
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
  inner.macOffset = -1;
  // ERSPAN type II (draft-foschiano-erspan): its own header, then the mirrored frame.
  if (type === 0x88be && at + 8 <= end && bytes[at]! >> 4 === 1) {
    type = 0x6558;
    at += 8;
  }
  if (type === 0x6558) {
    if (at + 14 > end) return false;
    inner.macOffset = at;
    type = (bytes[at + 12]! << 8) | bytes[at + 13]!;
    at += 14;
  } else if (type === 0x880b) {
    if (at + 4 > end) return false;
    if (bytes[at] === 0xff && bytes[at + 1] === 3) at += 2;
    const short = (bytes[at]! & 1) !== 0;
    const protocol = short ? bytes[at]! : (bytes[at]! << 8) | bytes[at + 1]!;
    at += short ? 1 : 2;
    type = protocol === 0x21 ? 0x0800 : protocol === 0x57 ? 0x86dd : 0;
  }
  while (type === 0x8100 && at + 4 <= end) {
    type = (bytes[at + 2]! << 8) | bytes[at + 3]!;
    at += 4;
  }
  if (type === 0x8847) {
    while (at + 5 <= end && (bytes[at + 2]! & 1) === 0) at += 4;
    at += 4;
    type = at < end && bytes[at]! >> 4 === 6 ? 0x86dd : 0x0800;
  }
  inner.etherType = type;
  inner.offset = at;
  if (inner.macOffset >= 0 && type !== 0x0800 && type !== 0x86dd) return true;
  return type === 0x0800 ? at + 20 <= end : type === 0x86dd;
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
