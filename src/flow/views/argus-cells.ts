import { ipv4Text, ipv6Text, macText } from '../../base/index.ts';
import { ADDRESS_STRIDE, CLOSE_REASONS, type FlowBatch } from '../flow.ts';
import { TYPE_ISIS, TYPE_WLAN } from '../key.ts';
import { MEDIA } from '../media.ts';
import { STATE_ARGUS_EXCHANGED, STATE_FRAGMENTS, STATE_MEDIA_SHIFT } from '../record-state.ts';
import { isIsIsPdu, isisAddress, isisChecksum } from './argus-isis.ts';
import { etherTypeName, PROTOCOL_NAMES } from './argus-names.ts';

const hex4 = (value: number): string => `0x${value.toString(16).padStart(4, '0')}`;

const MAC = 6;

/** The Proto cell. */
export function argusProtocol(batch: FlowBatch, row: number): string {
  const etherType = batch.etherType[row]!;
  if (batch.addressLength[row] === MAC || etherType === 0x0806) {
    if (etherType === TYPE_WLAN) return 'wlan';
    return etherType === TYPE_ISIS ? 'isis' : etherTypeName(etherType);
  }
  const protocol = batch.protocol[row]!;
  const media = (batch.state[row]! >>> STATE_MEDIA_SHIFT) & 3;
  if (media !== 0) return MEDIA[media]!;
  return etherType === 0x86dd && protocol === 58 ? 'ipv6-icmp' : PROTOCOL_NAMES[protocol]!;
}

/**
 * Where the address lies that stands in the source column: the originator's, but for what Argus does
 * to turned and restarted records, and MAC addresses, of which it always prints the lower one first.
 */
export function sourceAddressOffset(batch: FlowBatch, row: number, exchanged: boolean): number {
  const at = row * ADDRESS_STRIDE;
  if (batch.addressLength[row] === MAC) {
    if (!hasPlainPorts(batch, row)) return at;
    const bytes = batch.addresses;
    for (let i = 0; i < MAC; i++) {
      const order = bytes[at + i]! - bytes[at + 16 + i]!;
      if (order !== 0) return order < 0 ? at : at + 16;
    }
    return at;
  }
  const swapped = ((batch.state[row]! & STATE_ARGUS_EXCHANGED) !== 0) !== exchanged;
  return swapped ? at + 16 : at;
}

/** Text of the address at `offset`, 4, 6 or 16 bytes long. */
export function addressText(batch: FlowBatch, row: number, offset: number): string {
  const length = batch.addressLength[row]!;
  const bytes = batch.addresses;
  if (length === 4) return ipv4Text(bytes, offset);
  if (length !== MAC) return ipv6Text(bytes, offset);
  return isIsIsPdu(batch, row) ? isisAddress(batch, row, offset) : macText(bytes, offset);
}

/** True when the ports of the row are plain numbers: TCP, UDP and flows of MAC addresses. */
export function hasPlainPorts(batch: FlowBatch, row: number): boolean {
  const etherType = batch.etherType[row]!;
  if (batch.addressLength[row] === MAC)
    return etherType !== 0x8035 && etherType !== TYPE_WLAN && !isIsIsPdu(batch, row);
  const protocol = batch.protocol[row]!;
  return etherType !== 0x0806 && (protocol === 6 || protocol === 17);
}

/** The Sport (`source`) or Dport cell of a row without plain ports. */
export function specialPort(batch: FlowBatch, row: number, source: boolean): string {
  const protocol = batch.protocol[row]!;
  if (batch.etherType[row] === 0x0800) {
    const fragments = (batch.state[row]! & STATE_FRAGMENTS) !== 0;
    if (protocol === 1) {
      if (fragments) return source ? '0x0001' : '0x0000';
      if (!source) return hex4(batch.icmpData[row]!);
      return hex4((batch.icmpCode[row]! << 8) | batch.icmpType[row]!);
    }
    if (protocol === 50 && !source) {
      // Argus prints the upper half of the SPI as two spaces' worth of bytes.
      if (fragments) return '0x0';
      return `0x2020${batch.icmpData[row]!.toString(16).padStart(4, '0')}`;
    }
  } else if (batch.etherType[row] === 0x86dd && protocol === 58) {
    return String(source ? batch.icmpType[row] : batch.icmpCode[row]);
  } else if (!source && isIsIsPdu(batch, row)) return isisChecksum(batch, row);
  return '';
}

const INT32 = 0x7fffffff;

/**
 * A count of bytes as Argus prints it: it holds lengths as signed 32-bit numbers, and of a negative sum
 * (only a forged length makes one) keeps sixteen bits.
 */
export function argusBytes(bytes: number, packets: number): number {
  return bytes > INT32 && packets === 1 ? bytes % 65536 : bytes;
}

const SECOND = 1e6;
/** What Argus prints when no time of the record reaches one second past 1970: 0xefffffff as int32. */
const NO_TIME = -0x10000001 * SECOND;

const seen = (time: number): boolean => time >= SECOND || time <= -SECOND;

const RESTARTED = CLOSE_REASONS.indexOf('restarted');

/** A record of one packet that a SYN ended has the SYN's time. */
function endsAtSyn(batch: FlowBatch, row: number): boolean {
  if (batch.closeReason[row] !== RESTARTED) return false;
  return batch.originatorPackets[row]! + batch.responderPackets[row]! === 1;
}

/**
 * The StartTime cell, in microseconds. Argus looks for the earliest of its four times by whole seconds:
 * within one second the originator's counts, though the responder's may be earlier.
 */
export function argusStart(batch: FlowBatch, row: number): number {
  if (endsAtSyn(batch, row)) return batch.end[row]!;
  const own = batch.originatorStart[row]!;
  const other = batch.responderStart[row]!;
  let start = seen(own) ? own : NO_TIME;
  if (seen(other) && (start === NO_TIME || Math.floor(other / SECOND) < Math.floor(start / SECOND)))
    start = other;
  return start;
}

/** The Dur cell as a number: seconds as Argus's 32-bit float. @param start the row's StartTime */
export function argusDuration(
  batch: FlowBatch,
  row: number,
  start: number = argusStart(batch, row),
): number {
  if (start === NO_TIME) return 0;
  const micros = batch.end[row]! - start;
  const seconds = Math.trunc(micros / SECOND);
  return Math.fround(seconds + (micros - seconds * SECOND) / SECOND);
}
