import type { Packet } from '../packet.ts';
import { DONE, type Level, NETWORK, type Walk } from '../walk.ts';

/** Teredo (RFC 4380): authentication and origin indications may come before the IPv6 packet. */
export function decodeTeredo(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  let at = walk.offset;
  const { end } = walk;
  if (end - at >= 13 && bytes[at] === 0 && bytes[at + 1] === 1) {
    // Two lengths (client identifier, authentication value), eight bytes of nonce, one of confirmation.
    at += 13 + bytes[at + 2] + bytes[at + 3];
  }
  if (end - at >= 8 && bytes[at] === 0 && bytes[at + 1] === 0) at += 8;
  if (end - at < 40 || bytes[at] >> 4 !== 6) return DONE;
  walk.offset = at;
  walk.code = 0x86dd;
  return NETWORK;
}
