import { ipv4Text, ipv6Text } from '../../base/index.ts';
import { ADDRESS_STRIDE } from '../flow.ts';
import type { ConnBatch } from '../zeek/batch.ts';

/** Text of the originator's address (role 0) or the responder's (role 1). */
export function zeekAddress(batch: ConnBatch, row: number, role: number): string {
  const offset = row * ADDRESS_STRIDE + role * 16;
  return batch.addressLength[row] === 4
    ? ipv4Text(batch.addresses, offset)
    : ipv6Text(batch.addresses, offset);
}
