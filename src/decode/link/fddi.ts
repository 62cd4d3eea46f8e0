import type { Packet } from '../packet.ts';
import { DONE, type Level, LLC, tooShort, type Walk } from '../walk.ts';
import { LINK_SHORTAGE } from './shortage.ts';

/** FDDI (LINKTYPE_FDDI): frame control, two addresses, LLC for frame controls 0x50 to 0x57. */
export function decodeFddi(packet: Packet, walk: Walk): Level {
  const at = walk.offset;
  if (walk.end - at < 13) return tooShort(packet, walk, 13, LINK_SHORTAGE);
  packet.destinationMacOffset = at + 1;
  packet.sourceMacOffset = at + 7;
  walk.offset = at + 13;
  return (packet.bytes[at] & 0xf8) === 0x50 ? LLC : DONE;
}
