// Kinds of keys: the low byte of a key's first word.
/** Addresses of IPv4. */
export const KIND_IPV4 = 1;
/** Addresses of IPv6. */
export const KIND_IPV6 = 2;
/** An ARP question, by who asks for whom. */
export const KIND_ARP = 3;
/** MAC addresses: traffic that is not IP. */
export const KIND_MAC = 4;
/** A reverse ARP question. */
export const KIND_RARP = 5;
/** A radio frame, by its addresses and the network's name. */
export const KIND_WLAN = 6;
/** A routing message of IS-IS, by what it says of its sender. */
export const KIND_ISIS = 7;

/** What records of the last two kinds have for an EtherType: numbers that none can have. */
export const TYPE_WLAN = 801;
export const TYPE_ISIS = 131;

/** Four bytes, big-endian, as a signed word. */
export function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}
