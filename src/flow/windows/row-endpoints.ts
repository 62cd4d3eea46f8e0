import { mixWord } from '../../base/index.ts';
import { ADDRESS_STRIDE, type FlowBatch } from '../flow.ts';
import { HOST_WORDS } from './host-table.ts';

const TCP = 6;
const SYN = 2;
const RST = 4;

/** What of a {@link FlowBatch} the windows read: a reader of others' flows may fill just this. */
export type WindowFlows = Pick<
  FlowBatch,
  | 'length'
  | 'start'
  | 'end'
  | 'addressLength'
  | 'addresses'
  | 'etherType'
  | 'protocol'
  | 'responderPort'
  | 'icmpType'
  | 'icmpCode'
  | 'originatorPackets'
  | 'responderPackets'
  | 'originatorBytes'
  | 'responderBytes'
  | 'responderFlags'
  | 'state'
>;

/** Mixes 32 bits, no two words to the same; unsigned. */
export function itemWord(word: number): number {
  return mixWord(word) >>> 0;
}

/** The two hosts of a row and their item words; reused for every row. */
export class RowEndpoints {
  /** Keys of originator and responder, {@link HOST_WORDS} each. */
  readonly words = new Uint32Array(2 * HOST_WORDS);
  /** Item word of each host: of IPv4 addresses no two share one, of others by chance of 2^-32. */
  originator = 0;
  responder = 0;
  /** Item word of protocol and responder's port, or of ICMP's type and code: none shared. */
  port = 0;
  failed = false;
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed | 0;
  }

  load(flows: WindowFlows, row: number): void {
    const length = flows.addressLength[row]!;
    const at = row * ADDRESS_STRIDE;
    this.originator = this.#loadHost(flows.addresses, at, length, 0);
    this.responder = this.#loadHost(flows.addresses, at + 16, length, HOST_WORDS);
    const protocol = flows.protocol[row]!;
    const icmp = protocol === 1 || protocol === 58;
    const port = icmp
      ? (flows.icmpType[row]! << 8) | flows.icmpCode[row]!
      : flows.responderPort[row]!;
    // ARP and other flows that are not IP have no protocol; the bit parts them from IP's HOPOPT (0).
    const other = protocol === 0 && flows.etherType[row]! !== 0x0800 ? 1 << 24 : 0;
    this.port = itemWord((other | (protocol << 16) | port) ^ this.#seed);
    this.failed = this.#hasFailed(flows, row, protocol);
  }

  /** Reads an address of 4, 6 or 16 bytes; those behind a short one may be old. @returns item word */
  #loadHost(bytes: Uint8Array, at: number, length: number, to: number): number {
    const words = this.words;
    const first = readWord(bytes, at);
    words[to] = first;
    words[to + 1] = 0;
    words[to + 2] = 0;
    words[to + 3] = 0;
    words[to + 4] = length;
    let item = itemWord(first ^ this.#seed);
    if (length <= 4) return item;
    if (length === 6) words[to + 1] = (bytes[at + 4]! << 24) | (bytes[at + 5]! << 16);
    else for (let w = 1; w < 4; w++) words[to + w] = readWord(bytes, at + 4 * w);
    for (let w = 1; w < HOST_WORDS; w++) item = itemWord((item + w) ^ words[to + w]!);
    return item;
  }

  /** No answer, or TCP refused. What is sent to many is not expected to be answered. */
  #hasFailed(flows: WindowFlows, row: number, protocol: number): boolean {
    if (flows.responderPackets[row] === 0) return !this.#toMany();
    return protocol === TCP && (flows.responderFlags[row]! & (RST | SYN)) === RST;
  }

  /**
   * Multicast and broadcast: 224.0.0.0/4 and above, and whatever ends in .255 since the prefix length
   * is not known; ff00::/8; group bit of a MAC address (IEEE 802).
   */
  #toMany(): boolean {
    const first = this.words[HOST_WORDS]!;
    const length = this.words[HOST_WORDS + 4]!;
    if (length === 4) return first >>> 28 >= 14 || (first & 255) === 255;
    return length === 6 ? ((first >>> 24) & 1) === 1 : first >>> 24 === 255;
  }
}

function readWord(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}
