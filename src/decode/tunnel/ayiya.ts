import type { Packet } from '../packet.ts';
import { DONE, type Level, NETWORK, type Walk } from '../walk.ts';

const FORWARD = 1;

/** AYIYA (draft-massar-v6ops-ayiya): identity and signature of stated lengths, then IP. */
export function decodeAyiya(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  const at = walk.offset;
  if (walk.end - at < 8 || (bytes[at + 2] & 15) !== FORWARD) return DONE;
  const identity = 1 << (bytes[at] >> 4);
  const signature = (bytes[at + 1] >> 4) << 2;
  const length = 8 + identity + signature;
  if (walk.end - at < length) return DONE;
  const next = bytes[at + 3];
  if (next !== 41 && next !== 4) return DONE;
  walk.offset = at + length;
  walk.code = next === 41 ? 0x86dd : 0x0800;
  return NETWORK;
}
