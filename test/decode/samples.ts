import { be16, ethernet, hex, ipv4, ipv6, join, le16, tcp, udp } from './build.ts';

/** A sound frame of one kind, with what a decoder must find in it. */
export interface Sample {
  readonly name: string;
  readonly linkType: number;
  readonly bytes: Uint8Array;
  /** IP layers found, as versions from the outside in, and the ports of the innermost. */
  readonly versions: string;
  readonly ports?: readonly [number, number];
}

const TCP4 = ipv4(6, tcp());
const TCP6 = ipv6(6, tcp());
const UDP4 = ipv4(17, udp([53, 5353], hex('0102')));
const INNER = ethernet(0x0800, TCP4);
const PORTS = [40000, 443] as const;

const SNAP = 'aaaa03 000000';
const WLAN_ADDRESSES = '020000000002 0200000000ff 020000000001';
const wlan = (control: string, rest: string): Uint8Array =>
  join(control, '0000', WLAN_ADDRESSES, '0010', rest, SNAP, '0800', TCP4);

function overUdp(port: number, ...parts: (Uint8Array | string)[]): Uint8Array {
  return ethernet(0x0800, ipv4(17, udp([50000, port], join(...parts))));
}

function overIp(protocol: number, ...parts: (Uint8Array | string)[]): Uint8Array {
  return ethernet(0x0800, ipv4(protocol, join(...parts)));
}

function nflog(payload: Uint8Array): Uint8Array {
  const length = payload.length + 4;
  return join('02 00 0000', '0500 0a00 00 000000', le16(length), '0900', payload);
}

type Row = readonly [string, number, Uint8Array, string, (readonly [number, number])?];

const ROWS: readonly Row[] = [
  ['TCP in IPv4', 1, INNER, '4', PORTS],
  ['TCP in IPv6', 1, ethernet(0x86dd, TCP6), '6', PORTS],
  ['UDP in IPv4', 1, ethernet(0x0800, UDP4), '4', [53, 5353]],
  ['ICMP', 1, overIp(1, '0800 0000 1234 0001 61626364'), '4'],
  ['ICMPv6', 1, ethernet(0x86dd, ipv6(58, hex('8000 0000 1234 0001 6162'))), '6'],
  ['IGMP', 1, overIp(2, '1600 0000 e0000001'), '4'],
  ['SCTP', 1, overIp(132, '1388 1389 00000001 00000000 01000004'), '4', [5000, 5001]],
  ['DCCP', 1, overIp(33, '1388 1389 0400 0000 0000 0000 00000000'), '4', [5000, 5001]],
  ['UDP-Lite', 1, overIp(136, '1388 1389 0008 0000 6162'), '4', [5000, 5001]],
  ['OSPF', 1, overIp(89, '0201 0018 01010101 00000000'), '4'],
  [
    'ARP',
    1,
    ethernet(0x0806, '0001080006040001', '020000000001 0a000001 000000000000 0a000002'),
    '',
  ],
  ['spanning tree', 1, join('0180c2000000 020000000001 0026 424203', new Uint8Array(43)), ''],
  ['VLAN', 1, ethernet(0x8100, '0064 0800', TCP4), '4', PORTS],
  ['QinQ', 1, ethernet(0x88a8, '0064 8100 00c8 86dd', TCP6), '6', PORTS],
  ['SNAP', 1, join(INNER.subarray(0, 12), be16(8 + TCP4.length), SNAP, '0800', TCP4), '4', PORTS],
  ['MPLS', 1, ethernet(0x8847, '00064040 000c8140', TCP4), '4', PORTS],
  ['MPLS pseudowire', 1, ethernet(0x8847, '00064140 00000000', INNER), '4', PORTS],
  ['PPPoE', 1, ethernet(0x8864, '1100 0007', be16(TCP4.length + 2), '0021', TCP4), '4', PORTS],
  ['FabricPath', 1, ethernet(0x8903, '0001', INNER), '4', PORTS],
  ['802.1ah', 1, ethernet(0x88e7, '00000001', INNER), '4', PORTS],
  ['raw IP', 101, TCP4, '4', PORTS],
  ['raw IPv4', 228, TCP4, '4', PORTS],
  ['raw IPv6', 229, TCP6, '6', PORTS],
  ['null, little-endian', 0, join('02000000', TCP4), '4', PORTS],
  ['null, big-endian', 0, join('0000001e', TCP6), '6', PORTS],
  ['loop', 108, join('00000002', TCP4), '4', PORTS],
  ['SLL', 113, join('0000 0001 0006 020000000001 0000 0800', TCP4), '4', PORTS],
  ['SLL2', 276, join('86dd 0000 00000001 0001 00 06 020000000001 0000', TCP6), '6', PORTS],
  ['802.11', 105, wlan('0801', ''), '4', PORTS],
  ['802.11 QoS with HT control', 105, wlan('8881', '0000 00000000'), '4', PORTS],
  ['802.11 four addresses', 105, wlan('0803', '020000000003'), '4', PORTS],
  ['radiotap', 127, join('00 00 0800 00000000', wlan('0802', '')), '4', PORTS],
  ['PPI', 192, join('00 00 0800 69000000', wlan('0802', '')), '4', PORTS],
  ['AVS', 163, join('80211001 00000008', wlan('0802', '')), '4', PORTS],
  ['Prism', 119, join('44000000', new Uint8Array(140), wlan('0802', '')), '4', PORTS],
  ['PPP', 9, join('ff03 0021', TCP4), '4', PORTS],
  ['PPP, compressed', 50, join('21', TCP4), '4', PORTS],
  ['PPP with direction', 166, join('00 ff03 0057', TCP6), '6', PORTS],
  ['PPPoE link', 51, join('1100 0007', be16(TCP4.length + 2), '0021', TCP4), '4', PORTS],
  ['Cisco HDLC', 104, join('0f00 0800', TCP4), '4', PORTS],
  ['FDDI', 10, join('50 020000000002 020000000001', SNAP, '0800', TCP4), '4', PORTS],
  ['NFLOG', 239, nflog(TCP4), '4', PORTS],
  ['IPv6 extension headers', 1, extensions(), '6', PORTS],
  ['AH', 1, overIp(51, '06 04 0000 00000001 00000001', new Uint8Array(12), tcp()), '4', PORTS],
  ['IP in IP', 1, overIp(4, TCP4), '44', PORTS],
  ['6in4', 1, overIp(41, TCP6), '46', PORTS],
  ['MPLS in IP', 1, overIp(137, '00064140', TCP4), '44', PORTS],
  ['EtherIP', 1, overIp(97, '3000', INNER), '44', PORTS],
  ['GRE', 1, overIp(47, '0000 0800', TCP4), '44', PORTS],
  ['GRE with all fields', 1, overIp(47, 'b000 86dd', new Uint8Array(12), TCP6), '46', PORTS],
  ['GRE Ethernet', 1, overIp(47, '2000 6558 00000001', INNER), '44', PORTS],
  [
    'GRE PPTP',
    1,
    overIp(47, '3001 880b', be16(TCP4.length + 4), '0001 00000001 ff030021', TCP4),
    '44',
    PORTS,
  ],
  ['ERSPAN I', 1, overIp(47, '0000 88be', INNER), '44', PORTS],
  ['ERSPAN II', 1, overIp(47, '1000 88be 00000001 1001000000000000', INNER), '44', PORTS],
  ['ERSPAN III', 1, overIp(47, '1000 22eb 00000001', new Uint8Array(12), INNER), '44', PORTS],
  ['WCCP', 1, overIp(47, '0000 883e 00000000', TCP4), '44', PORTS],
  ['GRE from an access point', 1, overIp(47, '0000 8200', wlan('0802', '')), '44', PORTS],
  ['GRE in UDP', 1, overUdp(4754, '0000 0800', TCP4), '44', PORTS],
  ['MPLS in UDP', 1, overUdp(6635, '00064140', TCP4), '44', PORTS],
  ['VXLAN', 1, overUdp(4789, '08000000 00000100', INNER), '44', PORTS],
  ['Geneve', 1, overUdp(6081, '01006558 00000100 00000000', INNER), '44', PORTS],
  ['GTP-U', 1, overUdp(2152, '30ff', be16(TCP4.length), '00000001', TCP4), '44', PORTS],
  [
    'GTP-U, extended',
    1,
    overUdp(2152, '34ff', be16(TCP6.length + 8), '00000001 00000085 01000900', TCP6),
    '46',
    PORTS,
  ],
  ['Teredo', 1, overUdp(3544, TCP6), '46', PORTS],
  [
    'Teredo with indications',
    1,
    overUdp(3544, '0001 0000 0000000000000000 00', '0000 0000 00000000', TCP6),
    '46',
    PORTS,
  ],
  ['AYIYA', 1, overUdp(5072, '40 52 11 29 00000000', new Uint8Array(36), TCP6), '46', PORTS],
  ['four IP headers', 1, overIp(4, ipv4(4, ipv4(4, TCP4))), '4444', PORTS],
];

function extensions(): Uint8Array {
  const hopByHop = '2b 00 0502 0000 0100';
  const routing = '3c 02 0401 00000000 fd000000000000000000000000000003';
  const destination = '2c 00 0104 00000000';
  const fragment = '06 00 0000 00000009';
  return ethernet(0x86dd, ipv6(0, join(hopByHop, routing, destination, fragment, tcp())));
}

/** One frame of every kind that is decoded; none of them is odd. */
export const SAMPLES: readonly Sample[] = ROWS.map(([name, linkType, bytes, versions, ports]) =>
  ports ? { name, linkType, bytes, versions, ports } : { name, linkType, bytes, versions },
);
