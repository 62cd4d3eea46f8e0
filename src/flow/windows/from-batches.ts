import { ADDRESS_STRIDE } from '../flow.ts';
import type { WindowExtra } from './host-windows.ts';
import type { WindowFlows } from './row-endpoints.ts';

type Cells = Float64Array | Uint32Array | Uint16Array | Uint8Array;

/** Rows for which room is made at first. */
const FIRST_ROOM = 4096;

/**
 * Copies of what host windows read of many batches, about 95 bytes a row: held until all rows are there
 * and can be observed in the order of their ends.
 */
export class HeldFlows implements WindowFlows {
  length = 0;
  start: Float64Array = new Float64Array(0);
  end: Float64Array = new Float64Array(0);
  addressLength: Uint8Array = new Uint8Array(0);
  addresses: Uint8Array = new Uint8Array(0);
  etherType: Uint16Array = new Uint16Array(0);
  protocol: Uint8Array = new Uint8Array(0);
  responderPort: Uint16Array = new Uint16Array(0);
  icmpType: Uint8Array = new Uint8Array(0);
  icmpCode: Uint8Array = new Uint8Array(0);
  originatorPackets: Float64Array = new Float64Array(0);
  responderPackets: Float64Array = new Float64Array(0);
  originatorBytes: Float64Array = new Float64Array(0);
  responderBytes: Float64Array = new Float64Array(0);
  responderFlags: Uint8Array = new Uint8Array(0);
  state: Uint32Array = new Uint32Array(0);
  readonly #extra: { dnsQuery?: Uint8Array; nxdomain?: Uint8Array } = {};

  /** What was held beside the flows: as given, or nothing. */
  get extra(): WindowExtra {
    return this.#extra;
  }

  /** Copies a batch's rows behind those already held. All batches or none have an extra. */
  hold(flows: WindowFlows, extra: WindowExtra = {}): void {
    const { length: rows } = flows;
    const at = this.length;
    const room = at + rows <= this.end.length ? 0 : Math.max(FIRST_ROOM, 2 * at, at + rows);
    this.start = put(this.start, flows.start, { at, rows, room });
    this.end = put(this.end, flows.end, { at, rows, room });
    this.addressLength = put(this.addressLength, flows.addressLength, { at, rows, room });
    const stride = ADDRESS_STRIDE;
    const wide = { at: at * stride, rows: rows * stride, room: room * stride };
    this.addresses = put(this.addresses, flows.addresses, wide);
    this.etherType = put(this.etherType, flows.etherType, { at, rows, room });
    this.protocol = put(this.protocol, flows.protocol, { at, rows, room });
    this.responderPort = put(this.responderPort, flows.responderPort, { at, rows, room });
    this.icmpType = put(this.icmpType, flows.icmpType, { at, rows, room });
    this.icmpCode = put(this.icmpCode, flows.icmpCode, { at, rows, room });
    const { originatorPackets, responderPackets, originatorBytes, responderBytes } = flows;
    this.originatorPackets = put(this.originatorPackets, originatorPackets, { at, rows, room });
    this.responderPackets = put(this.responderPackets, responderPackets, { at, rows, room });
    this.originatorBytes = put(this.originatorBytes, originatorBytes, { at, rows, room });
    this.responderBytes = put(this.responderBytes, responderBytes, { at, rows, room });
    this.responderFlags = put(this.responderFlags, flows.responderFlags, { at, rows, room });
    this.state = put(this.state, flows.state, { at, rows, room });
    const own = this.#extra;
    const { dnsQuery, nxdomain } = extra;
    const empty = new Uint8Array(0);
    if (dnsQuery) own.dnsQuery = put(own.dnsQuery ?? empty, dnsQuery, { at, rows, room });
    if (nxdomain) own.nxdomain = put(own.nxdomain ?? empty, nxdomain, { at, rows, room });
    this.length += rows;
  }
}

interface Place {
  readonly at: number;
  readonly rows: number;
  /** Cells to make room for; 0 when there is enough. */
  readonly room: number;
}

/** Copies cells to their place. @returns the array that now holds them: a larger one if need be */
function put<T extends Cells>(own: T, cells: T, { at, rows, room }: Place): T {
  let all = own;
  if (room > 0) {
    all = new (own.constructor as new (length: number) => T)(room);
    all.set(own.subarray(0, at));
  }
  all.set(cells.subarray(0, rows), at);
  return all;
}
