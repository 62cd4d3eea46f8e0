import type { Frame } from '../capture/index.ts';

/** How many IP headers deep a packet is followed: the outer one and three tunnels inside each other. */
export const MAX_IP_LAYERS = 4;

/**
 * One IP header of a packet and the transport header behind it. Offsets are into {@link Packet.bytes}.
 * "Captured" ends where the capture or the IP length ends, whichever comes first; "wire" lengths are
 * what the headers declare.
 */
export class IpLayer {
  /** 4 or 6. */
  version = 0;
  headerStart = 0;
  headerLength = 0;
  /** Where the addresses lie: 4 bytes each for IPv4, 16 for IPv6. */
  sourceOffset = 0;
  destinationOffset = 0;
  /** Protocol behind the IPv4 header, or behind the last IPv6 extension header. */
  protocol = 0;
  /** IPv4 ToS byte or IPv6 traffic class. */
  tos = 0;
  ttl = 0;
  identification = 0;
  /** Declared length of header and payload. */
  totalLength = 0;
  dontFragment = false;
  moreFragments = false;
  /** In bytes; 0 in a whole packet and in a first fragment. */
  fragmentOffset = 0;
  /** The IP payload (behind extension headers) as captured, and its length on the wire. */
  payloadStart = 0;
  payloadEnd = 0;
  payloadLength = 0;

  /** True when the transport header was decoded: ports (or ICMP fields) and, for TCP, all of the below. */
  hasTransport = false;
  /** TCP, UDP, SCTP, UDP-Lite and DCCP; else 0. */
  sourcePort = 0;
  destinationPort = 0;
  /** TCP: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128. */
  tcpFlags = 0;
  tcpSequence = 0;
  tcpAcknowledgement = 0;
  tcpWindow = 0;
  tcpHeaderLength = 0;
  /** From the options of this segment; -1 when absent. */
  tcpMss = -1;
  tcpWindowScale = -1;
  tcpTimestamp = -1;
  tcpTimestampEcho = -1;
  tcpSackPermitted = false;
  /** ICMP and ICMPv6 type and code; echo identifier and sequence where the type has them, else 0. */
  icmpType = 0;
  icmpCode = 0;
  icmpIdentifier = 0;
  icmpSequence = 0;
  /** Transport payload as captured, and its length on the wire. */
  dataStart = 0;
  dataEnd = 0;
  dataLength = 0;
}

/** What lies behind the link layer. */
export type NetworkKind = 'none' | 'ip' | 'arp' | 'llc' | 'other';

/**
 * A decoded packet: offsets into the frame, no copies. One object is reused for all packets, so every
 * decoder sets every field of its layer.
 */
export class Packet {
  bytes: Uint8Array = new Uint8Array(0);
  /** The frame in `bytes`: first byte, and one past the last captured byte. */
  start = 0;
  end = 0;
  originalLength = 0;
  /** Whole microseconds since 1970-01-01 UTC, and nanoseconds (0 to 999) past them. */
  time = 0;
  nanos = 0;
  number = 0;
  linkType = 0;

  /** Where the six-byte MAC addresses lie; -1 on links without. */
  sourceMacOffset = -1;
  destinationMacOffset = -1;
  network: NetworkKind = 'none';
  /** EtherType behind VLAN tags and MPLS labels; 0 for 802.3 frames with LLC. */
  etherType = 0;
  /** First byte behind the link headers (the IP, ARP or LLC header); -1 when there is none. */
  networkOffset = -1;
  /** 802.1Q and QinQ tags, outermost first: count, and the first two VLAN ids. */
  vlanCount = 0;
  vlanOuter = 0;
  vlanInner = 0;
  /** MPLS labels passed, and the outermost label. */
  mplsCount = 0;
  mplsLabel = 0;
  /** PPPoE session id, or -1. */
  pppoeSession = -1;
  /** LLC DSAP and SSAP of 802.3 frames; else 0. */
  llcDsap = 0;
  llcSsap = 0;

  /** ARP: operation (1 request, 2 reply), and where its addresses lie; -1 when absent or cut off. */
  arpOperation = 0;
  arpSenderMacOffset = -1;
  arpSenderIpOffset = -1;
  arpTargetMacOffset = -1;
  arpTargetIpOffset = -1;

  /** IP headers, outermost first; only the first `ipCount` are valid. */
  readonly ip: readonly IpLayer[] = Array.from({ length: MAX_IP_LAYERS }, () => new IpLayer());
  ipCount = 0;

  /** What was odd, as a bit set over the list of anomalies in `anomaly.ts`: bits 0-31 and 32-63. */
  anomalyLow = 0;
  anomalyHigh = 0;

  /** Takes over the frame and forgets the packet before it. */
  reset(frame: Frame): void {
    this.bytes = frame.bytes;
    this.start = frame.start;
    this.end = frame.end;
    this.originalLength = frame.originalLength;
    this.time = frame.time;
    this.nanos = frame.nanos;
    this.number = frame.number;
    this.linkType = frame.linkType;
    this.sourceMacOffset = -1;
    this.destinationMacOffset = -1;
    this.network = 'none';
    this.etherType = 0;
    this.networkOffset = -1;
    this.vlanCount = 0;
    this.vlanOuter = 0;
    this.vlanInner = 0;
    this.mplsCount = 0;
    this.mplsLabel = 0;
    this.pppoeSession = -1;
    this.llcDsap = 0;
    this.llcSsap = 0;
    this.arpOperation = 0;
    this.arpSenderMacOffset = -1;
    this.arpSenderIpOffset = -1;
    this.arpTargetMacOffset = -1;
    this.arpTargetIpOffset = -1;
    this.ipCount = 0;
    this.anomalyLow = 0;
    this.anomalyHigh = 0;
  }
}
