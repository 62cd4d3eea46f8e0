import {
  ADDRESS_STRIDE,
  CLOSE_REASONS,
  type FlowBatch,
  STATE_FIN,
  STATE_FIRST,
  STATE_RESET,
  STATE_SYN,
  STATE_SYN_ACK,
  STATE_TCP,
} from '../../flow/index.ts';

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;
const ICMP = 1;
const TCP = 6;
const ICMPV6 = 58;
const IDLE = CLOSE_REASONS.indexOf('idle');
const CLOSED = CLOSE_REASONS.indexOf('closed');

/** Counters of one direction of an exported flow. */
export class FlowSide {
  packets = 0;
  /** Of the IP packets: link headers are not counted by exporters. */
  bytes = 0;
  /** TCP flags, ORed; 0 when the exporter does not tell. */
  flags = 0;
  /** -1 when the exporter does not tell. */
  tos = -1;

  clear(): void {
    this.packets = 0;
    this.bytes = 0;
    this.flags = 0;
    this.tos = -1;
  }
}

/** One flow record of an exporter, before it becomes a row of a {@link FlowBatch}. */
export class ExportedFlow {
  /** Whole microseconds since 1970-01-01 UTC; NaN when the record does not say. */
  start = Number.NaN;
  end = Number.NaN;
  protocol = 0;
  /** Bytes of an address: 4 or 16; 0 when the record has none. */
  addressLength = 0;
  /** Source at 0, destination at 16. */
  readonly addresses = new Uint8Array(ADDRESS_STRIDE);
  sourcePort = 0;
  destinationPort = 0;
  /** Type in the upper byte, code in the lower; -1 when not told. */
  icmp = -1;
  readonly forward = new FlowSide();
  /** Of the answer, where the exporter joins both directions (RFC 5103) or they were paired. */
  readonly reverse = new FlowSide();
  /** Flags of the first packet (YAF), or -1. */
  initialFlags = -1;

  clear(): void {
    this.start = Number.NaN;
    this.end = Number.NaN;
    this.protocol = 0;
    this.addressLength = 0;
    this.addresses.fill(0);
    this.sourcePort = 0;
    this.destinationPort = 0;
    this.icmp = -1;
    this.forward.clear();
    this.reverse.clear();
    this.initialFlags = -1;
  }

  /** Writes the flow as the batch's next row. @param id the row's serial number */
  write(batch: FlowBatch, id: number): void {
    const row = batch.length++;
    const { forward, reverse, protocol } = this;
    batch.id[row] = id;
    batch.start[row] = this.start;
    batch.end[row] = this.end;
    batch.originatorStart[row] = this.start;
    batch.originatorEnd[row] = this.end;
    batch.responderStart[row] = reverse.packets > 0 ? this.start : 0;
    batch.responderEnd[row] = reverse.packets > 0 ? this.end : 0;
    batch.addressLength[row] = this.addressLength;
    batch.addresses.set(this.addresses, row * ADDRESS_STRIDE);
    batch.etherType[row] = this.addressLength === 4 ? 0x0800 : 0x86dd;
    batch.protocol[row] = protocol;
    const icmp = protocol === ICMP || protocol === ICMPV6;
    // Where there is no field for it, exporters put type and code into the destination port.
    const message = !icmp ? 0 : this.icmp >= 0 ? this.icmp : this.destinationPort;
    batch.icmpType[row] = message >>> 8;
    batch.icmpCode[row] = message & 0xff;
    batch.icmpData[row] = 0;
    batch.originatorPort[row] = icmp ? 0 : this.sourcePort;
    batch.responderPort[row] = icmp ? 0 : this.destinationPort;
    batch.originatorPackets[row] = forward.packets;
    batch.responderPackets[row] = reverse.packets;
    batch.originatorBytes[row] = forward.bytes;
    batch.responderBytes[row] = reverse.bytes;
    batch.originatorFlags[row] = forward.flags;
    batch.responderFlags[row] = reverse.flags;
    batch.originatorTos[row] = forward.tos;
    batch.responderTos[row] = reverse.packets > 0 ? reverse.tos : -1;
    const state = this.#state();
    batch.state[row] = state;
    const known = (state & (STATE_SYN | STATE_SYN_ACK)) !== 0;
    batch.directionCertain[row] = protocol !== TCP || known ? 1 : 0;
    const ended = (state & (STATE_FIN | STATE_RESET)) !== 0;
    batch.closeReason[row] = ended ? CLOSED : IDLE;
    batch.anomalyLow[row] = 0;
    batch.anomalyHigh[row] = 0;
  }

  /** Bits of {@link FlowBatch.state}. */
  #state(): number {
    if (this.protocol !== TCP) return STATE_FIRST;
    const { forward, reverse } = this;
    const all = forward.flags | reverse.flags;
    let state = STATE_FIRST | STATE_TCP;
    if (this.#opened()) state |= STATE_SYN;
    if ((reverse.flags & (SYN | ACK)) === (SYN | ACK)) state |= STATE_SYN_ACK;
    if ((all & FIN) !== 0) state |= STATE_FIN;
    if ((all & RST) !== 0) state |= STATE_RESET;
    return state;
  }

  /**
   * Whether the source sent the SYN. ORed flags of one direction with both SYN and ACK may be the
   * client's or the server's; a SYN alone, or an answer of both, is proof.
   */
  #opened(): boolean {
    const { forward, reverse, initialFlags } = this;
    if (initialFlags >= 0) return (initialFlags & (SYN | ACK)) === SYN;
    if ((forward.flags & SYN) === 0) return false;
    return (forward.flags & ACK) === 0 || reverse.packets > 0;
  }
}
