import { ADDRESS_STRIDE, type FlowBatch } from '../flow.ts';
import { TYPE_ISIS } from '../key.ts';

/** Names of IS-IS messages by their type (ISO/IEC 10589, 9.5 to 9.13), as Argus prints them. */
const PDU: ReadonlyMap<number, string> = new Map([
  [15, 'L1-IIH'],
  [16, 'L2-IIH'],
  [18, 'L1-LSP'],
  [20, 'L2-LSP'],
  [24, 'L1-CSNP'],
  [25, 'L2-CSNP'],
  [26, 'L1-PSNP'],
  [27, 'L2-PSNP'],
]);

/** Identifiers stand behind the MAC address. */
const BEHIND_MAC = 6;
const SYSTEM_ID = 6;
const NODE_ID = 7;
const LSP_ID = 8;

/** True for records of IS-IS messages: they are named by systems, not by MAC addresses. */
export function isIsIsPdu(batch: FlowBatch, row: number): boolean {
  return batch.etherType[row] === TYPE_ISIS && batch.icmpType[row] !== 0;
}

/** The State cell: which message it is. */
export function isisPdu(batch: FlowBatch, row: number): string {
  return PDU.get(batch.icmpType[row]!) ?? '';
}

/** The Dport cell. */
export function isisChecksum(batch: FlowBatch, row: number): string {
  return `0x${batch.icmpData[row]!.toString(16)}`;
}

/**
 * The SrcAddr or DstAddr cell: of a hello the system and its network, of a link state its name and
 * sequence number (little-endian, as Argus prints it), of a list of numbers the node and nothing.
 */
export function isisAddress(batch: FlowBatch, row: number, offset: number): string {
  const at = offset + BEHIND_MAC;
  const source = offset === row * ADDRESS_STRIDE;
  const bytes = batch.addresses;
  const pdu = batch.icmpType[row]!;
  if (pdu < 18) return idText(bytes, at, source ? SYSTEM_ID : NODE_ID);
  if (pdu > 20) return source ? idText(bytes, at, NODE_ID) : '(null)';
  return source ? idText(bytes, at, LSP_ID) : sequenceText(bytes, at);
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

function idText(bytes: Uint8Array, at: number, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) {
    if (i === 2 || i === 4 || i === SYSTEM_ID) text += '.';
    else if (i === NODE_ID) text += '-';
    text += hex(bytes[at + i]!);
  }
  return text;
}

function sequenceText(bytes: Uint8Array, at: number): string {
  let text = '0x';
  for (let i = 3; i >= 0; i--) text += hex(bytes[at + i]!);
  return text;
}
