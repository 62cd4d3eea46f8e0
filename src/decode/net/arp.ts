import { anomalyBit } from '../anomaly.ts';
import type { Packet } from '../packet.ts';
import { DONE, type Level, tooShort, type Walk } from '../walk.ts';

const SHORTAGE = {
  truncated: anomalyBit('arp_truncated'),
  malformed: anomalyBit('arp_malformed'),
};

/** ARP (RFC 826) and RARP (RFC 903); addresses of other lengths than 6 and 4 bytes are left out. */
export function decodeArp(packet: Packet, walk: Walk): Level {
  const { bytes } = packet;
  const start = walk.offset;
  // Inside a tunnel the outer packet is what counts.
  if (packet.ipCount > 0) return DONE;
  packet.network = 'arp';
  if (walk.end - start < 8) return tooShort(packet, walk, 8, SHORTAGE);
  const hardware = bytes[start + 4];
  const protocol = bytes[start + 5];
  packet.arpOperation = (bytes[start + 6] << 8) | bytes[start + 7];
  const senderIp = start + 8 + hardware;
  const targetMac = senderIp + protocol;
  const targetIp = targetMac + hardware;
  if (hardware === 6) {
    if (senderIp <= walk.end) packet.arpSenderMacOffset = start + 8;
    if (targetIp <= walk.end) packet.arpTargetMacOffset = targetMac;
  }
  if (protocol === 4) {
    if (targetMac <= walk.end) packet.arpSenderIpOffset = senderIp;
    if (targetIp + 4 <= walk.end) packet.arpTargetIpOffset = targetIp;
  }
  const length = 8 + 2 * (hardware + protocol);
  return walk.end - start < length ? tooShort(packet, walk, length, SHORTAGE) : DONE;
}
