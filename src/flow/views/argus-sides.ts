import type { FlowBatch } from '../flow.ts';
import {
  STATE_ESTABLISHED,
  STATE_FIN,
  STATE_SYN,
  STATE_SYN_ACK,
  STATE_TCP,
} from '../record-state.ts';
import { sourceIsServer } from './argus-services.ts';

const isTcp = (batch: FlowBatch, row: number): boolean =>
  batch.protocol[row] === 6 && batch.addressLength[row] !== 6;

/** True where `ra` turns the record round: it prints the responder as source, with its counts. IPv4 only. */
export function argusTurns(batch: FlowBatch, row: number): boolean {
  if (batch.addressLength[row] !== 4) return false;
  if (batch.protocol[row] === 6) {
    const state = batch.state[row]!;
    if ((state & (STATE_SYN | STATE_SYN_ACK)) === STATE_SYN_ACK)
      return (state & (STATE_ESTABLISHED | STATE_FIN)) !== 0;
    if ((state & (STATE_SYN | STATE_TCP)) !== STATE_TCP) return false;
    return sourceIsServer(batch.originatorPort[row]!, batch.responderPort[row]!);
  }
  if (batch.protocol[row] === 1) {
    // A reply without its request: the asker is printed as source.
    const type = batch.icmpType[row]!;
    return type === 0 || type === 14 || type === 16 || type === 18;
  }
  return false;
}

/** The Dir cell, padded as `ra` pads it. @param exchanged what {@link argusTurns} said */
export function argusDirection(batch: FlowBatch, row: number, exchanged: boolean): string {
  if (batch.etherType[row] === 0x0806 || batch.etherType[row] === 0x8035) return '  who';
  const own = batch.originatorPackets[row]! > 0;
  const other = batch.responderPackets[row]! > 0;
  const sends = exchanged ? other : own;
  const answers = exchanged ? own : other;
  if (isTcp(batch, row)) {
    const state = batch.state[row]!;
    if ((state & (STATE_SYN | STATE_SYN_ACK)) !== 0 || (state & STATE_TCP) === 0) return '   ->';
    return sends && answers ? '  <?>' : sends ? '   ?>' : '  <?';
  }
  return sends && answers ? '  <->' : sends ? '   ->' : '  <-';
}
