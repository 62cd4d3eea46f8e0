import { LIKELY_SERVER_PORTS, type ServerPorts } from './server-ports.ts';

/** How the tracker cuts traffic into connections and what it looks at. Times are in seconds. */
export interface ZeekOptions {
  /** Connections kept at once; past this the one that would end soonest is evicted. Default 1,000,000. */
  readonly maxFlows?: number;
  /** Seed of the table's hash and of the uids. */
  readonly seed?: number;
  /** Rows of a batch. Default 1024: views read them while they are in the cache. */
  readonly batchRows?: number;
  /** Count packets with wrong checksums, too (`zeek -C`). Default false. */
  readonly ignoreChecksums?: boolean;
  /** Read the payload: service and what the application says. Default true. */
  readonly analyse?: boolean;
  /** In-order payload that is read each way. Default 65,536 bytes. */
  readonly streamBytes?: number;
  /** Payload behind a hole that is held each way. Default 65,536 bytes. */
  readonly heldBytes?: number;
  /** Connections whose payload is read at once; the rest are counted in `unread`. Default 200,000. */
  readonly maxStreams?: number;
  /** Ports that decide who is the responder when the opening was missed. Default as Zeek's. */
  readonly likelyServerPorts?: ServerPorts;
  /** Zeek's `dns_session_timeout`: when a DNS conversation over UDP is looked at; 0 for never. */
  readonly dnsTimeout?: number;
  /** Zeek's `report_gaps_for_partial`. Default false. */
  readonly reportPartialGaps?: boolean;
  /** Zeek's `tcp_excessive_data_without_further_acks`; 0 for none. Default 10 MiB. */
  readonly maxWithoutAcks?: number;
  /**
   * A repeat of the newest segment is a retransmission (T, t), as in Zeek since version 3. Bro 2.6,
   * which wrote IoT-23's logs, counted only what came again after newer bytes. Default true.
   */
  readonly countRepeats?: boolean;
  readonly tcpInactivity?: number;
  readonly udpInactivity?: number;
  readonly icmpInactivity?: number;
  readonly unknownInactivity?: number;
}

/** What the tracker has done so far. */
export interface ZeekStats {
  packets: number;
  /** Packets that made no connection's count: no IP, cut off, or a header that contradicts itself. */
  ignored: number;
  /** Packets left out for a wrong IP, TCP, UDP or ICMP checksum. */
  badChecksums: number;
  /** IP packets that were fragments, and datagrams given up for want of time or room. */
  fragments: number;
  lostDatagrams: number;
  connections: number;
  /** Rows handed out; of these, connections that had to leave because the table was full. */
  records: number;
  evicted: number;
  /** Connections whose payload was not read, for want of room. */
  unread: number;
  peakConnections: number;
  tableBytes: number;
}

/** What holds when an option is left out. */
export const ZEEK_DEFAULTS: Required<ZeekOptions> = {
  maxFlows: 1_000_000,
  seed: 0x5eed,
  batchRows: 1024,
  ignoreChecksums: false,
  analyse: true,
  streamBytes: 65_536,
  heldBytes: 65_536,
  maxStreams: 200_000,
  likelyServerPorts: LIKELY_SERVER_PORTS,
  reportPartialGaps: false,
  maxWithoutAcks: 10 * 1024 * 1024,
  countRepeats: true,
  tcpInactivity: 300,
  udpInactivity: 60,
  icmpInactivity: 60,
  unknownInactivity: 60,
  dnsTimeout: 10,
};

/** Counts before the first packet. */
export function emptyStats(tableBytes: number): ZeekStats {
  return {
    packets: 0,
    ignored: 0,
    badChecksums: 0,
    fragments: 0,
    lostDatagrams: 0,
    connections: 0,
    records: 0,
    evicted: 0,
    unread: 0,
    peakConnections: 0,
    tableBytes,
  };
}
