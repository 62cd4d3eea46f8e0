import type { IpLayer } from '../../decode/index.ts';

const IPV4 = 4;

/** Length of header and payload as the IP header declares it; 0 where segmentation offload left it so. */
export function declaredLength(bytes: Uint8Array, { headerStart, version }: IpLayer): number {
  const at = headerStart + (version === IPV4 ? 2 : 4);
  const declared = (bytes[at]! << 8) | bytes[at + 1]!;
  return version === IPV4 ? declared : declared + 40;
}

/** VXLAN's outer checksum is to be zero. */
export function isVxlan(deeper: boolean, { destinationPort }: IpLayer, checksum: number): boolean {
  return deeper && destinationPort === 4789 && checksum === 0;
}

/** Nobody answers from a multicast address, so roles are never changed to say so. */
export function isMulticast(
  bytes: Uint8Array,
  { version, destinationOffset: at }: IpLayer,
): boolean {
  return version === IPV4 ? bytes[at]! >> 4 === 14 : bytes[at] === 255;
}

/** Sent to 255.255.255.255: nobody there is the responder. */
export function isBroadcast(
  bytes: Uint8Array,
  { version, destinationOffset: at }: IpLayer,
): boolean {
  if (version !== IPV4) return false;
  return (bytes[at]! & bytes[at + 1]! & bytes[at + 2]! & bytes[at + 3]!) === 255;
}
