/** A difference that was looked into: the row it is about, and the packet that shows who is right. */
export interface Explained {
  readonly tool: string;
  readonly capture: string;
  /** How the tool's row begins. */
  readonly row: string;
  /** A class of {@link CLASSES}. */
  readonly kind: keyof typeof CLASSES;
  /** Numbers of the packets in the capture, from 1. */
  readonly packets: string;
}

/** Why a tool's counts differ from ours. */
export const CLASSES = {
  'IP length beyond the frame':
    'nDPI drops a packet whose IP header claims more bytes than the frame has; it was on the wire, ' +
    'and Argus counts it',
  'IP version':
    'EtherType IPv4, but another version in the header: nDPI drops the packet, Argus goes by the ' +
    'EtherType, and so does our meter',
  'later fragments':
    'nDPI drops every fragment but the first; they were on the wire, and Argus counts them',
  tunnel:
    'the tool names the ends inside the tunnel and counts the outer frames; the argus meter names ' +
    'the outer ends with the same counts, and the tracker has the inner ends with the same packets',
  'bytes of an inner frame':
    'Suricata counts from the ERSPAN header on (8 + 14 + 100 bytes a packet), the argus meter the ' +
    'whole frame (164), the tracker the inner IP packet (100); packets are equal',
  'direction turned without its counts':
    'Arkime makes the web client the source, but leaves the packet, which the server sent, with it',
  'record left out':
    'the nettisa plugin leaves out records of one packet; the basic plugin has it, as we do',
} as const;

const NDPI = 'ndpi';
const BEYOND = 'IP length beyond the frame';
const FUZZ_2006 = 'ndpi__fuzz-2006-09-29-28586.pcap';
const FUZZ_2020 = 'ndpi__fuzz-2020-02-16-11740.pcap';

/** Every difference that remains. */
export const EXPLAINED: readonly Explained[] = [
  {
    tool: NDPI,
    capture: 'ndpi__telnet.pcap',
    row: '6 192.168.0.1:23 192.168.0.2:1550',
    kind: BEYOND,
    packets: '18, 32, 52, 70, 78',
  },
  {
    tool: NDPI,
    capture: FUZZ_2006,
    row: '6 172.20.3.13:80 172.20.3.5:2605',
    kind: BEYOND,
    packets: '72',
  },
  {
    tool: NDPI,
    capture: FUZZ_2020,
    row: '17 10.12.64.30:29200 198.226.25.53:1812',
    kind: BEYOND,
    packets: '58, 283, 312, 322, 324, 348; and 218, whose IP version is 5',
  },
  {
    tool: NDPI,
    capture: FUZZ_2020,
    row: '17 10.12.64.30:29200 198.226.25.62:1812',
    kind: 'IP version',
    packets: '339 (version 2)',
  },
  {
    tool: NDPI,
    capture: FUZZ_2006,
    row: '6 172.20.3.13:0 172.20.3.5:0',
    kind: 'later fragments',
    packets: '52, 130',
  },
  {
    tool: NDPI,
    capture: FUZZ_2020,
    row: '170 170.170.170.170:0 170.170.170.170:0',
    kind: 'later fragments',
    packets: '235, 246',
  },
  {
    tool: NDPI,
    capture: 'ndpi__dtls.pcap',
    row: '17 10.191.227.13:54162 157.240.16.128:3478',
    kind: 'tunnel',
    packets: '3–6 (GTP)',
  },
  {
    tool: NDPI,
    capture: 'ndpi__syslog.pcap',
    row: '17 [2001:470:6c:a1::2]:38159 [2001:470:765b::b15:22]:514',
    kind: 'tunnel',
    packets: '26–31 (IPv6 in IPv4)',
  },
  {
    tool: 'suricata',
    capture: 'suriverify__decode-erspan-typeII-01.pcap decode-erspan-typeII-01',
    row: 'flow 1 23.0.0.2:0 23.0.0.3:0',
    kind: 'bytes of an inner frame',
    packets: '3–6',
  },
  {
    tool: 'arkime',
    capture: 'arkime__single-packets.pcap',
    row: '6 192.168.25.150:49749 68.178.213.61:80',
    kind: 'direction turned without its counts',
    packets: '9',
  },
  {
    tool: 'ipfixprobe',
    capture: 'ipfixprobe__mixed.pcap nettisa',
    row: '1 10.5.5.1:0 10.5.5.26:0',
    kind: 'record left out',
    packets: '203',
  },
];

/** What is known of a row of a tool's that we do not have as it is. */
export function explain(tool: string, capture: string, row: string): Explained | undefined {
  return EXPLAINED.find(
    (item) => item.tool === tool && item.capture === capture && row.startsWith(`${item.row} `),
  );
}
