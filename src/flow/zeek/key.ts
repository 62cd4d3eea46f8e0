import type { IpLayer } from '../../decode/index.ts';
import { word } from '../key-kinds.ts';
import { CONN_KEY, type ConnLanes } from './lanes.ts';

const TCP = 6;
const UDP = 17;
const ICMP = 1;
const ICMPV6 = 58;

/** What kind of connection a packet belongs to, as Zeek names them in `proto`. */
export const TRANSPORTS = ['unknown_transport', 'tcp', 'udp', 'icmp'] as const;
/** Indices into {@link TRANSPORTS}. */
export const UNKNOWN_TRANSPORT = 0;
export const TCP_TRANSPORT = 1;
export const UDP_TRANSPORT = 2;
export const ICMP_TRANSPORT = 3;

const TRANSPORT_OF = Uint8Array.from({ length: 256 }, (_, protocol) => transport(protocol));

function transport(protocol: number): number {
  if (protocol === TCP) return TCP_TRANSPORT;
  if (protocol === UDP) return UDP_TRANSPORT;
  return protocol === ICMP || protocol === ICMPV6 ? ICMP_TRANSPORT : UNKNOWN_TRANSPORT;
}

const ALONE = 0xffff;
/** Types of ICMP and ICMPv6 that answer each other; 0xffff where a type stands alone. */
const COUNTERPART = pairs([0, 8], [13, 14], [15, 16], [10, 9], [17, 18]);
const COUNTERPART_V6 = pairs(
  [128, 129],
  [133, 134],
  [135, 136],
  [130, 131],
  [139, 140],
  [144, 145],
);

function pairs(...list: readonly (readonly [number, number])[]): Uint16Array {
  const table = new Uint16Array(256).fill(ALONE);
  for (const [one, other] of list) {
    table[one] = other;
    table[other] = one;
  }
  return table;
}

/**
 * Key of the connection that an IP layer belongs to, as Zeek 8 forms it: addresses, ports and IP
 * protocol, the lower end first. ICMP has its type as source port and the type that answers it as
 * destination port; types without an answer have the code, and each direction is its own connection.
 * Protocols without ports have port 0.
 */
export class ConnKey {
  /** Version, protocol and "one way"; both ports; both addresses. */
  readonly words = new Int32Array(10);
  length = 0;
  /** The sender is the second end of the key. */
  turned = false;
  protocol = 0;
  transport = 0;
  sourcePort = 0;
  destinationPort = 0;

  /** @returns false when the layer has no key: its transport header is cut off */
  read(bytes: Uint8Array, layer: IpLayer): boolean {
    const { protocol, sourceOffset, destinationOffset } = layer;
    this.protocol = protocol;
    this.transport = TRANSPORT_OF[protocol]!;
    let oneWay = 0;
    if (this.transport === ICMP_TRANSPORT) {
      if (!captured(layer, 8)) return false;
      const table = protocol === ICMP ? COUNTERPART : COUNTERPART_V6;
      const other = table[layer.icmpType]!;
      this.sourcePort = layer.icmpType;
      this.destinationPort = other === ALONE ? layer.icmpCode : other;
      oneWay = other === ALONE ? 1 << 16 : 0;
    } else if (this.transport === UNKNOWN_TRANSPORT) {
      this.sourcePort = 0;
      this.destinationPort = 0;
    } else {
      if (!captured(layer, this.transport === TCP_TRANSPORT ? 20 : 8)) return false;
      this.sourcePort = layer.sourcePort;
      this.destinationPort = layer.destinationPort;
    }
    const size = layer.version === 4 ? 4 : 16;
    let order = 0;
    for (let i = 0; i < size && order === 0; i++) {
      order = bytes[sourceOffset + i]! - bytes[destinationOffset + i]!;
    }
    if (order === 0) order = this.sourcePort - this.destinationPort;
    this.turned = order > 0 && oneWay === 0;
    this.#fill(bytes, layer, oneWay);
    return true;
  }

  /** Takes the key of a plain frame from its lane. */
  takeLane(lanes: ConnLanes, lane: number): void {
    const { words } = this;
    const { key } = lanes;
    const at = lane * CONN_KEY;
    for (let i = 0; i < CONN_KEY; i++) words[i] = key[at + i]!;
    this.length = CONN_KEY;
    const ports = words[1]!;
    this.turned = lanes.turned[lane] === 1;
    this.sourcePort = this.turned ? ports & 0xffff : ports >>> 16;
    this.destinationPort = this.turned ? ports >>> 16 : ports & 0xffff;
    this.protocol = (words[0]! >> 8) & 0xff;
    this.transport = TRANSPORT_OF[this.protocol]!;
  }

  #fill(bytes: Uint8Array, layer: IpLayer, oneWay: number): void {
    const { words, turned } = this;
    const first = turned ? layer.destinationOffset : layer.sourceOffset;
    const second = turned ? layer.sourceOffset : layer.destinationOffset;
    const low = turned ? this.destinationPort : this.sourcePort;
    const high = turned ? this.sourcePort : this.destinationPort;
    const size = layer.version === 4 ? 1 : 4;
    words[0] = layer.version | (this.protocol << 8) | oneWay;
    words[1] = (low << 16) | high;
    for (let i = 0; i < size; i++) {
      words[2 + i] = word(bytes, first + 4 * i);
      words[2 + size + i] = word(bytes, second + 4 * i);
    }
    this.length = 2 + 2 * size;
  }
}

/** The IP payload holds so many bytes, and they were captured. */
function captured(layer: IpLayer, size: number): boolean {
  return layer.payloadLength >= size && layer.payloadEnd - layer.payloadStart >= size;
}

/** Index into {@link TRANSPORTS} of an IP protocol. */
export function transportOf(protocol: number): number {
  return TRANSPORT_OF[protocol]!;
}
