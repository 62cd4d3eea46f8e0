import {
  ADDRESS_STRIDE,
  type ConnBatch,
  FlowBatch,
  KDD_ADDRESS_STRIDE,
  type KddRows,
} from '../flow/index.ts';

const ICMP = 1;
const ICMPV6 = 58;
const TCP = 6;

/**
 * Endpoints and times of rows of the zeek and kdd views as flow records: what counting by host needs,
 * and no more (packets, bytes and flags stay 0). One batch, filled anew by each call; row i of the view
 * is row i of the batch. Ids count on from call to call.
 */
export class ViewFlows {
  #batch = new FlowBatch(1);
  #rows = 0;

  /** Rows of the zeek view. The originator is certain when its SYN or the answer to it was seen. */
  ofConns(conns: ConnBatch): FlowBatch {
    const batch = this.#begin(conns.length);
    copyAddresses(batch, conns.addresses, ADDRESS_STRIDE);
    for (let row = 0; row < conns.length; row++) {
      const protocol = conns.protocol[row]!;
      const end = conns.start[row]! + Math.max(0, conns.duration[row]!);
      const history = conns.history[row]!;
      const opened = history.includes('S') || history.includes('h');
      this.#set(batch, row, conns, { end, protocol, certain: protocol !== TCP || opened });
    }
    return batch;
  }

  /** Rows of the kdd view; its originator is the side that opened the connection. */
  ofKdd({ connections, length }: KddRows): FlowBatch {
    const batch = this.#begin(length);
    copyAddresses(batch, connections.addresses, KDD_ADDRESS_STRIDE);
    for (let row = 0; row < length; row++) {
      const protocol = connections.protocol[row]!;
      this.#set(batch, row, connections, { end: connections.end[row]!, protocol, certain: true });
    }
    return batch;
  }

  #begin(length: number): FlowBatch {
    if (this.#batch.capacity < length) this.#batch = new FlowBatch(length);
    this.#batch.length = length;
    return this.#batch;
  }

  #set(
    batch: FlowBatch,
    row: number,
    view: Pick<ConnBatch, 'start' | 'addressLength' | 'originatorPort' | 'responderPort'>,
    rest: { readonly end: number; readonly protocol: number; readonly certain: boolean },
  ): void {
    const isIcmp = rest.protocol === ICMP || rest.protocol === ICMPV6;
    const length = view.addressLength[row]!;
    batch.id[row] = ++this.#rows;
    batch.start[row] = view.start[row]!;
    batch.end[row] = rest.end;
    batch.addressLength[row] = length;
    batch.etherType[row] = length === 4 ? 0x0800 : 0x86dd;
    batch.protocol[row] = rest.protocol;
    batch.icmpType[row] = isIcmp ? view.originatorPort[row]! : 0;
    batch.icmpCode[row] = isIcmp ? view.responderPort[row]! : 0;
    batch.originatorPort[row] = isIcmp ? 0 : view.originatorPort[row]!;
    batch.responderPort[row] = isIcmp ? 0 : view.responderPort[row]!;
    batch.directionCertain[row] = rest.certain ? 1 : 0;
  }
}

function copyAddresses(batch: FlowBatch, from: Uint8Array, stride: number): void {
  batch.addresses.set(from.subarray(0, batch.length * stride));
}
