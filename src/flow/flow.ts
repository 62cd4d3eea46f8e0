/** Why a flow record left the meter; `CLOSE_REASONS[batch.closeReason[row]]`. */
export const CLOSE_REASONS = [
  /** No packet for the protocol's idle timeout. */
  'idle',
  /** TCP ended (FIN both ways, or RST) and the close timeout passed. */
  'closed',
  /** A status record: the flow was longer than the status interval and goes on. */
  'status',
  /** A SYN on a closed flow started a new record. */
  'restarted',
  /** Evicted because the table was full (`--max-flows`). */
  'evicted',
  /** The capture ended. */
  'end',
] as const;

/** A word of {@link CLOSE_REASONS}. */
export type CloseReason = (typeof CLOSE_REASONS)[number];

/** Bytes a row of {@link FlowBatch.addresses} takes: originator, then responder, 16 bytes each. */
export const ADDRESS_STRIDE = 32;
/** Bytes of all columns of a row. */
const ROW_BYTES = 165;

/**
 * Flow records as columns, one row a record. The meter owns the batch and reuses it after the call
 * that hands it out, so a consumer copies what it keeps.
 *
 * The originator is the side that started the flow as far as the packets tell (the side of the SYN;
 * else of the first packet): `directionCertain` says whether a SYN or SYN-ACK proved it.
 */
export class FlowBatch {
  readonly capacity: number;
  /** The memory of all columns. */
  readonly memory: ArrayBufferLike;
  length = 0;
  /** Serial number of the record, from 1, in the order of leaving. */
  readonly id: Float64Array;
  /**
   * Times of the first and last packet, whole microseconds since 1970-01-01 UTC. As in Argus, an ICMP
   * error about the flow, and the SYN that begins the next connection on its ports, prolong it.
   */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** First and last packet of each side, as {@link start}; 0 when the side sent none, or but one. */
  readonly originatorStart: Float64Array;
  readonly originatorEnd: Float64Array;
  readonly responderStart: Float64Array;
  readonly responderEnd: Float64Array;
  /** Bytes of an address in use: 4 (IPv4, ARP), 16 (IPv6) or 6 (MAC, for flows that are not IP). */
  readonly addressLength: Uint8Array;
  /** {@link ADDRESS_STRIDE} bytes a row; the address stands at the beginning of its 16 bytes. */
  readonly addresses: Uint8Array;
  /** EtherType: 0x0800, 0x86dd, 0x0806 …; 0 for LLC. */
  readonly etherType: Uint16Array;
  /** IP protocol number; 0 for flows that are not IP. */
  readonly protocol: Uint8Array;
  /** TCP and UDP; LLC: SSAP and DSAP; 0 elsewhere, SCTP too, as Argus has it. */
  readonly originatorPort: Uint16Array;
  readonly responderPort: Uint16Array;
  /** ICMP and ICMPv6 of the record: type, code, and the two bytes Argus prints as the other port. */
  readonly icmpType: Uint8Array;
  readonly icmpCode: Uint8Array;
  readonly icmpData: Uint16Array;
  readonly originatorPackets: Float64Array;
  readonly responderPackets: Float64Array;
  /** Bytes on the wire, link header included, as Argus counts. */
  readonly originatorBytes: Float64Array;
  readonly responderBytes: Float64Array;
  /** TCP flags seen from each side, ORed: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128. */
  readonly originatorFlags: Uint8Array;
  readonly responderFlags: Uint8Array;
  /** ToS byte or traffic class of each side's packets as Argus keeps it; -1 when the side sent none. */
  readonly originatorTos: Int16Array;
  readonly responderTos: Int16Array;
  /** 1 when a SYN or SYN-ACK showed who opened the connection (always 1 outside TCP). */
  readonly directionCertain: Uint8Array;
  /** Bits that views need, named in `record-state.ts`. */
  readonly state: Uint32Array;
  /** Index into {@link CLOSE_REASONS}. */
  readonly closeReason: Uint8Array;
  /** ORed {@link import('../decode/index.ts').Packet.anomalyLow} and anomalyHigh of its packets. */
  readonly anomalyLow: Uint32Array;
  readonly anomalyHigh: Uint32Array;

  /**
   * The order of leaving, which rises from row to row: number of the packet that made the record leave
   * (infinite at the end of the capture), what part of the meter's work sent it, and the number of the
   * packet with which its flow had begun to wait. Records of one flow alone may share all three.
   */
  readonly leftAt: Float64Array;
  readonly phase: Uint8Array;
  readonly turn: Uint32Array;

  /** @param memory where the columns lie, {@link FlowBatch.bytes} long; default memory of its own */
  constructor(capacity: number, memory: ArrayBufferLike = new ArrayBuffer(capacity * ROW_BYTES)) {
    this.capacity = capacity;
    this.memory = memory;
    let at = 0;
    const take = (bytes: number): number => {
      at += bytes * capacity;
      return at - bytes * capacity;
    };
    this.leftAt = new Float64Array(memory, take(8), capacity);
    this.id = new Float64Array(memory, take(8), capacity);
    this.start = new Float64Array(memory, take(8), capacity);
    this.end = new Float64Array(memory, take(8), capacity);
    this.originatorStart = new Float64Array(memory, take(8), capacity);
    this.originatorEnd = new Float64Array(memory, take(8), capacity);
    this.responderStart = new Float64Array(memory, take(8), capacity);
    this.responderEnd = new Float64Array(memory, take(8), capacity);
    this.originatorPackets = new Float64Array(memory, take(8), capacity);
    this.responderPackets = new Float64Array(memory, take(8), capacity);
    this.originatorBytes = new Float64Array(memory, take(8), capacity);
    this.responderBytes = new Float64Array(memory, take(8), capacity);
    this.turn = new Uint32Array(memory, take(4), capacity);
    this.state = new Uint32Array(memory, take(4), capacity);
    this.anomalyLow = new Uint32Array(memory, take(4), capacity);
    this.anomalyHigh = new Uint32Array(memory, take(4), capacity);
    this.etherType = new Uint16Array(memory, take(2), capacity);
    this.originatorPort = new Uint16Array(memory, take(2), capacity);
    this.responderPort = new Uint16Array(memory, take(2), capacity);
    this.icmpData = new Uint16Array(memory, take(2), capacity);
    this.originatorTos = new Int16Array(memory, take(2), capacity);
    this.responderTos = new Int16Array(memory, take(2), capacity);
    this.phase = new Uint8Array(memory, take(1), capacity);
    this.addressLength = new Uint8Array(memory, take(1), capacity);
    this.addresses = new Uint8Array(memory, take(ADDRESS_STRIDE), capacity * ADDRESS_STRIDE);
    this.protocol = new Uint8Array(memory, take(1), capacity);
    this.icmpType = new Uint8Array(memory, take(1), capacity);
    this.icmpCode = new Uint8Array(memory, take(1), capacity);
    this.originatorFlags = new Uint8Array(memory, take(1), capacity);
    this.responderFlags = new Uint8Array(memory, take(1), capacity);
    this.directionCertain = new Uint8Array(memory, take(1), capacity);
    this.closeReason = new Uint8Array(memory, take(1), capacity);
  }

  /** Bytes of memory that a batch of so many rows takes. */
  static bytes(capacity: number): number {
    return capacity * ROW_BYTES;
  }
}

/** Appends row `row` of one batch to another. */
export function copyRow(from: FlowBatch, row: number, to: FlowBatch): void {
  const at = to.length++;
  to.leftAt[at] = from.leftAt[row]!;
  to.phase[at] = from.phase[row]!;
  to.turn[at] = from.turn[row]!;
  to.id[at] = from.id[row]!;
  to.start[at] = from.start[row]!;
  to.end[at] = from.end[row]!;
  to.originatorStart[at] = from.originatorStart[row]!;
  to.originatorEnd[at] = from.originatorEnd[row]!;
  to.responderStart[at] = from.responderStart[row]!;
  to.responderEnd[at] = from.responderEnd[row]!;
  to.addressLength[at] = from.addressLength[row]!;
  to.etherType[at] = from.etherType[row]!;
  to.protocol[at] = from.protocol[row]!;
  to.originatorPort[at] = from.originatorPort[row]!;
  to.responderPort[at] = from.responderPort[row]!;
  to.icmpType[at] = from.icmpType[row]!;
  to.icmpCode[at] = from.icmpCode[row]!;
  to.icmpData[at] = from.icmpData[row]!;
  to.originatorPackets[at] = from.originatorPackets[row]!;
  to.responderPackets[at] = from.responderPackets[row]!;
  to.originatorBytes[at] = from.originatorBytes[row]!;
  to.responderBytes[at] = from.responderBytes[row]!;
  to.originatorFlags[at] = from.originatorFlags[row]!;
  to.responderFlags[at] = from.responderFlags[row]!;
  to.originatorTos[at] = from.originatorTos[row]!;
  to.responderTos[at] = from.responderTos[row]!;
  to.directionCertain[at] = from.directionCertain[row]!;
  to.state[at] = from.state[row]!;
  to.closeReason[at] = from.closeReason[row]!;
  to.anomalyLow[at] = from.anomalyLow[row]!;
  to.anomalyHigh[at] = from.anomalyHigh[row]!;
  const into = to.addresses;
  const addresses = from.addresses;
  const base = row * ADDRESS_STRIDE;
  const target = at * ADDRESS_STRIDE;
  for (let i = 0; i < ADDRESS_STRIDE; i++) into[target + i] = addresses[base + i]!;
}
