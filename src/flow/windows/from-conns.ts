import { STATE_FIRST } from '../record-state.ts';
import type { ConnBatch } from '../zeek/batch.ts';
import { CONN_STATES, type ConnState } from '../zeek/tcp-state.ts';
import type { WindowExtra } from './host-windows.ts';
import type { WindowFlows } from './row-endpoints.ts';

const ICMP = 1;
const TCP = 6;
const ICMPV6 = 58;
const SYN = 2;
const RST = 4;
const ACK = 16;
/** RFC 1035, section 4.1.1: the name does not exist. */
const NXDOMAIN = 3;
/** States in which the responder answered the SYN. */
const ANSWERED: ReadonlySet<ConnState> = new Set([
  'S1',
  'S2',
  'S3',
  'SF',
  'RSTO',
  'RSTR',
  'RSTRH',
  'SHR',
]);

/** TCP flags of the responder as far as each state tells them, by index into `CONN_STATES`. */
const FLAGS = Uint8Array.from(CONN_STATES, (word) =>
  ANSWERED.has(word) ? SYN | ACK : word === 'REJ' ? RST | ACK : 0,
);

/** TCP flags of the responder as far as a state tells them. @param state index into `CONN_STATES` */
export function responderFlagsOf(state: number): number {
  return FLAGS[state]!;
}

/**
 * Connections as host windows take flows. A connection ends at start and duration; bytes are those of
 * its IP packets; it failed when nothing came back or `conn_state` is `REJ`; it carried a DNS query
 * when the analyser read one. Arrays that need no change are the batch's own.
 */
export function windowFlowsOfConns(batch: ConnBatch): { flows: WindowFlows; extra: WindowExtra } {
  const { length, facts } = batch;
  const end = new Float64Array(length);
  const etherType = new Uint16Array(length);
  const responderFlags = new Uint8Array(length);
  const icmpType = new Uint8Array(length);
  const icmpCode = new Uint8Array(length);
  const dnsQuery = new Uint8Array(length);
  const nxdomain = new Uint8Array(length);
  for (let row = 0; row < length; row++) {
    end[row] = batch.start[row]! + Math.max(0, batch.duration[row]!);
    etherType[row] = batch.addressLength[row] === 4 ? 0x0800 : 0x86dd;
    const protocol = batch.protocol[row]!;
    if (protocol === TCP) responderFlags[row] = FLAGS[batch.state[row]!]!;
    else if (protocol === ICMP || protocol === ICMPV6) {
      // Zeek has ICMP's type and code in the place of ports.
      icmpType[row] = batch.originatorPort[row]!;
      icmpCode[row] = batch.responderPort[row]!;
    }
    const dns = facts[row]?.dns ?? null;
    if (dns === null) continue;
    dnsQuery[row] = 1;
    if (dns.rcode === NXDOMAIN) nxdomain[row] = 1;
  }
  const flows = {
    length,
    start: batch.start,
    end,
    addressLength: batch.addressLength,
    addresses: batch.addresses,
    etherType,
    protocol: batch.protocol,
    responderPort: batch.responderPort,
    icmpType,
    icmpCode,
    originatorPackets: batch.originatorPackets,
    responderPackets: batch.responderPackets,
    originatorBytes: batch.originatorIpBytes,
    responderBytes: batch.responderIpBytes,
    responderFlags,
    state: new Uint32Array(length).fill(STATE_FIRST),
  };
  return { flows, extra: { dnsQuery, nxdomain } };
}
