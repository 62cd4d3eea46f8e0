import type { KddRows } from '../kdd/rows.ts';
import { STATE_FIRST } from '../record-state.ts';
import { CONN_STATES, type ConnState } from '../zeek/tcp-state.ts';
import { responderFlagsOf } from './from-conns.ts';
import type { WindowFlows } from './row-endpoints.ts';

const ICMP = 1;
const ICMPV6 = 58;
const TCP = 6;
/** States in which nothing came back, unless bytes did. */
const UNANSWERED: ReadonlySet<ConnState> = new Set(['S0', 'SH', 'RSTOS0', 'OTH']);
const IS_UNANSWERED = Uint8Array.from(CONN_STATES, (word) => (UNANSWERED.has(word) ? 1 : 0));

/**
 * Rows of the kdd view as host windows take flows, from the connections they are of. Packets are not
 * known there and count as 0; bytes are those of the payload. A row failed when its state says that
 * nothing came back, or `REJ`. DNS is not known either. Arrays that need no change are the rows' own.
 */
export function windowFlowsOfKdd({ length, connections }: KddRows): WindowFlows {
  const { protocol, state, addressLength, responderBytes } = connections;
  const etherType = new Uint16Array(length);
  const responderFlags = new Uint8Array(length);
  const icmpType = new Uint8Array(length);
  const icmpCode = new Uint8Array(length);
  // NaN is unknown; 0 tells that nothing came back.
  const responderPackets = new Float64Array(length).fill(Number.NaN);
  for (let row = 0; row < length; row++) {
    etherType[row] = addressLength[row] === 4 ? 0x0800 : 0x86dd;
    if (IS_UNANSWERED[state[row]!] === 1 && responderBytes[row] === 0) responderPackets[row] = 0;
    if (protocol[row] === TCP) responderFlags[row] = responderFlagsOf(state[row]!);
    else if (protocol[row] === ICMP || protocol[row] === ICMPV6) {
      icmpType[row] = connections.originatorPort[row]!;
      icmpCode[row] = connections.responderPort[row]!;
    }
  }
  return {
    length,
    start: connections.start,
    end: connections.end,
    addressLength,
    addresses: connections.addresses,
    etherType,
    protocol,
    responderPort: connections.responderPort,
    icmpType,
    icmpCode,
    originatorPackets: new Float64Array(length).fill(Number.NaN),
    responderPackets,
    originatorBytes: connections.originatorBytes,
    responderBytes,
    responderFlags,
    state: new Uint32Array(length).fill(STATE_FIRST),
  };
}
