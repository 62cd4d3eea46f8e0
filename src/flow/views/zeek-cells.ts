import { ipv4Text, ipv6Text } from '../../base/index.ts';
import { ADDRESS_STRIDE } from '../flow.ts';
import type { ConnBatch } from '../zeek/batch.ts';
import { TRANSPORTS } from '../zeek/key.ts';
import type { LocalNetworks } from '../zeek/local.ts';
import { CONN_STATES } from '../zeek/tcp-state.ts';
import { uidText } from '../zeek/uid.ts';

/** Text of the originator's address (role 0) or the responder's (role 1). */
export function zeekAddress(batch: ConnBatch, row: number, role: number): string {
  const offset = row * ADDRESS_STRIDE + role * 16;
  return batch.addressLength[row] === 4
    ? ipv4Text(batch.addresses, offset)
    : ipv6Text(batch.addresses, offset);
}

/** The connection's uid. */
export function zeekUid(batch: ConnBatch, row: number): string {
  const at = row * 3;
  return uidText(batch.uid[at]!, batch.uid[at + 1]!, batch.uid[at + 2]!);
}

/** `tcp`, `udp`, `icmp` or `unknown_transport`. */
export function zeekProto(batch: ConnBatch, row: number): string {
  return TRANSPORTS[batch.transport[row]!]!;
}

/** A word of `CONN_STATES`. */
export function zeekState(batch: ConnBatch, row: number): string {
  return CONN_STATES[batch.state[row]!]!;
}

/** Seconds; NaN when Zeek writes none, and then it writes no payload bytes either. */
export function zeekDuration(batch: ConnBatch, row: number): number {
  const micros = batch.duration[row]!;
  return micros > 0 ? micros / 1e6 : Number.NaN;
}

/** `T` or `F`: whether a side's address is local; empty when no network is. */
export function zeekLocal(
  batch: ConnBatch,
  row: number,
  role: number,
  networks: LocalNetworks,
): string {
  if (networks.empty) return '';
  const offset = row * ADDRESS_STRIDE + role * 16;
  return networks.has(batch.addresses, offset, batch.addressLength[row]!) ? 'T' : 'F';
}
