import type { Packet } from './packet.ts';

/** Where in the packet an anomaly was seen. */
export type AnomalyLayer = 'capture' | 'link' | 'network' | 'transport' | 'tunnel';

/**
 * Who made it so: `truncated` by the capture (the wire had the bytes), `malformed` by the sender, or
 * a `limit` of this decoder (sound traffic that it does not follow further).
 */
export type AnomalyCause = 'truncated' | 'malformed' | 'limit';

/** What one bit of `Packet.anomalyLow` and `anomalyHigh` says. */
export interface AnomalySpec {
  readonly name: string;
  readonly layer: AnomalyLayer;
  readonly cause: AnomalyCause;
  readonly meaning: string;
}

function spec<Name extends string>(
  name: Name,
  layer: AnomalyLayer,
  cause: AnomalyCause,
  meaning: string,
): AnomalySpec & { readonly name: Name } {
  return { name, layer, cause, meaning };
}

// New names go to the end: saved flows keep the bits by their place.
const SPECS = [
  spec('link_type_unsupported', 'capture', 'limit', 'no decoder for the link type of the frame'),
  spec('layer_limit', 'capture', 'limit', 'more headers inside each other than are followed'),
  spec('link_truncated', 'link', 'truncated', 'the capture ends inside the link header'),
  spec('link_malformed', 'link', 'malformed', 'the link header does not fit or contradicts itself'),
  spec('radio_malformed', 'link', 'malformed', 'radiotap, PPI, AVS or Prism header is not sound'),
  spec('ethernet_type_reserved', 'link', 'malformed', 'type field of 1501 to 1535 has no meaning'),
  spec('llc_length', 'link', 'malformed', '802.3 length goes beyond the frame'),
  spec('vlan_limit', 'link', 'limit', 'more VLAN tags than are followed'),
  spec('mpls_limit', 'link', 'limit', 'more MPLS labels than are followed'),
  spec('pppoe_malformed', 'link', 'malformed', 'PPPoE version, code or length is not sound'),
  spec('wlan_protected', 'link', 'limit', 'encrypted 802.11 data'),
  spec('wlan_fragment', 'link', 'limit', 'later fragment of an 802.11 data frame'),
  spec('wlan_amsdu', 'link', 'limit', '802.11 A-MSDU of which only the first frame is read'),
  spec('arp_truncated', 'network', 'truncated', 'the capture ends inside the ARP message'),
  spec('arp_malformed', 'network', 'malformed', 'ARP message shorter than its lengths say'),
  spec('ip_version', 'network', 'malformed', 'IP version contradicts the header before it'),
  spec('ip_payload_truncated', 'network', 'truncated', 'the capture ends inside the IP payload'),
  spec('ip_fragment_overrun', 'network', 'malformed', 'fragment ends past 65,535 bytes'),
  spec('ip_fragment_tiny', 'network', 'malformed', 'first fragment too short for its transport'),
  spec('ipv4_truncated', 'network', 'truncated', 'the capture ends inside the IPv4 header'),
  spec('ipv4_header', 'network', 'malformed', 'IPv4 header length below 20 or past the packet'),
  spec(
    'ipv4_length_zero',
    'network',
    'malformed',
    'total length 0, as segmentation offload leaves it',
  ),
  spec('ipv4_length', 'network', 'malformed', 'total length is past the frame or below the header'),
  spec('ipv4_options', 'network', 'malformed', 'IPv4 option length does not fit'),
  spec('ipv6_truncated', 'network', 'truncated', 'the capture ends inside the IPv6 header'),
  spec('ipv6_header', 'network', 'malformed', 'fewer bytes on the wire than an IPv6 header has'),
  spec(
    'ipv6_length_zero',
    'network',
    'malformed',
    'payload length 0 with a payload, as offload does',
  ),
  spec('ipv6_length', 'network', 'malformed', 'payload length goes past the frame'),
  spec('ipv6_jumbogram', 'network', 'limit', 'jumbo payload option; the frame length is taken'),
  spec('ipv6_extension_truncated', 'network', 'truncated', 'capture ends in an extension header'),
  spec('ipv6_extension', 'network', 'malformed', 'extension header goes past the packet'),
  spec('ipv6_extension_limit', 'network', 'limit', 'more extension headers than are followed'),
  spec('tcp_truncated', 'transport', 'truncated', 'the capture ends inside the TCP header'),
  spec('tcp_header', 'transport', 'malformed', 'data offset below 5 or past the segment'),
  spec('tcp_options', 'transport', 'malformed', 'TCP option length does not fit'),
  spec('tcp_syn_fin', 'transport', 'malformed', 'SYN and FIN in one segment'),
  spec('tcp_syn_rst', 'transport', 'malformed', 'SYN and RST in one segment'),
  spec('tcp_fin_rst', 'transport', 'malformed', 'FIN and RST in one segment'),
  spec('tcp_null', 'transport', 'malformed', 'no flag at all, as in a null scan'),
  spec(
    'tcp_xmas',
    'transport',
    'malformed',
    'FIN, PSH and URG without ACK, as in a Christmas scan',
  ),
  spec('tcp_fin_only', 'transport', 'malformed', 'FIN without ACK, as in a FIN scan'),
  spec('udp_truncated', 'transport', 'truncated', 'the capture ends inside the UDP header'),
  spec('udp_header', 'transport', 'malformed', 'fewer than 8 bytes, or a length below 8'),
  spec('udp_length', 'transport', 'malformed', 'UDP length goes past the IP payload'),
  spec('udp_trailing', 'transport', 'malformed', 'bytes between the UDP end and the IP end'),
  spec('icmp_truncated', 'transport', 'truncated', 'the capture ends inside the ICMP header'),
  spec('icmp_header', 'transport', 'malformed', 'ICMP or ICMPv6 message shorter than its header'),
  spec('transport_truncated', 'transport', 'truncated', 'capture ends in another transport header'),
  spec('transport_header', 'transport', 'malformed', 'other transport shorter than its header'),
  spec('tunnel_truncated', 'tunnel', 'truncated', 'the capture ends inside a tunnel header'),
  spec('tunnel_malformed', 'tunnel', 'malformed', 'a tunnel header contradicts itself'),
  spec('tunnel_limit', 'tunnel', 'limit', 'more IP headers inside each other than are followed'),
  spec(
    'carrier_fragment',
    'tunnel',
    'limit',
    'packet goes on in another fragment of what carries it',
  ),
] as const;

/** Every anomaly the decoder can name; the place in the list is the bit in the packet. */
export const ANOMALIES: readonly AnomalySpec[] = SPECS;

/** Name of an anomaly in {@link ANOMALIES}. */
export type AnomalyName = (typeof SPECS)[number]['name'];

/** Bit of a named anomaly, 0 to 63. */
export function anomalyBit(name: AnomalyName): number {
  return SPECS.findIndex((entry) => entry.name === name);
}

/** Names of the bits that are set, in the order of {@link ANOMALIES}. */
export function anomalyNames(low: number, high: number): string[] {
  const bit = (i: number): number => (i < 32 ? low >>> i : high >>> (i - 32)) & 1;
  return ANOMALIES.filter((_, i) => bit(i) === 1).map((entry) => entry.name);
}

/** Sets one bit of the packet's anomalies. */
export function raise(packet: Packet, bit: number): void {
  if (bit < 32) packet.anomalyLow |= 1 << bit;
  else packet.anomalyHigh |= 1 << (bit - 32);
}
