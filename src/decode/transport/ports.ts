import type { IpLayer, Packet } from '../packet.ts';
import type { Walk } from '../walk.ts';

/** Takes the two ports where four bytes were captured, though the rest of the header is missing. */
export function notePorts(packet: Packet, walk: Walk, layer: IpLayer): void {
  const { bytes } = packet;
  const at = walk.offset;
  if (walk.end - at < 4) return;
  layer.sourcePort = (bytes[at] << 8) | bytes[at + 1];
  layer.destinationPort = (bytes[at + 2] << 8) | bytes[at + 3];
}
