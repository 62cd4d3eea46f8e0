import { ipv4Text, ipv6Text } from '../../base/index.ts';
import type { IpLayer, Packet } from '../../decode/index.ts';

/** A flow whose packets are wanted. Times are microseconds. */
export interface SlicedFlow {
  /** IP protocol by name (`tcp`, `udp`, `icmp`) or number; others are known by their addresses alone. */
  readonly protocol: string;
  readonly source: string;
  readonly destination: string;
  /** Null for protocols without. */
  readonly sourcePort: number | null;
  readonly destinationPort: number | null;
  readonly first: number;
  readonly last: number;
}

/** Views round times and durations; a packet so near belongs to the flow. */
const NEAR = 1000;
/** Stretches of one key that are told apart; beyond, they count as one. */
const MOST_STRETCHES = 256;

const NUMBERS: ReadonlyMap<string, number> = new Map([
  ['tcp', 6],
  ['udp', 17],
  ['sctp', 132],
]);
const PORTS = new Set([6, 17, 132]);

interface Stretches {
  first: number;
  last: number;
  list: { first: number; last: number }[] | undefined;
}

function keyOf(protocol: number, a: string, b: string): string {
  return a < b ? `${protocol} ${a} ${b}` : `${protocol} ${b} ${a}`;
}

/** Knows the packets of some flows by their endpoints and times. */
export class FlowKeys {
  readonly #keys = new Map<string, Stretches>();
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;

  constructor(flows: Iterable<SlicedFlow>) {
    for (const flow of flows) this.#add(flow);
  }

  get size(): number {
    return this.#keys.size;
  }

  #add({ protocol, source, destination, sourcePort, destinationPort, ...times }: SlicedFlow): void {
    const number = NUMBERS.get(protocol) ?? 0;
    const hasPorts = number !== 0 && sourcePort !== null && destinationPort !== null;
    const key = hasPorts
      ? keyOf(number, `${source} ${sourcePort}`, `${destination} ${destinationPort}`)
      : keyOf(0, source, destination);
    const first = times.first - NEAR;
    const last = times.last + NEAR;
    this.first = Math.min(this.first, first);
    this.last = Math.max(this.last, last);
    const known = this.#keys.get(key);
    if (!known) {
      this.#keys.set(key, { first, last, list: [{ first, last }] });
      return;
    }
    known.first = Math.min(known.first, first);
    known.last = Math.max(known.last, last);
    if (known.list && known.list.length >= MOST_STRETCHES) known.list = undefined;
    known.list?.push({ first, last });
  }

  /** Whether a packet, or one inside it, belongs to one of the flows. */
  has(packet: Packet): boolean {
    if (packet.time < this.first || packet.time > this.last) return false;
    for (let layer = 0; layer < packet.ipCount; layer++) {
      if (this.#hasLayer(packet, packet.ip[layer]!)) return true;
    }
    return false;
  }

  #hasLayer({ bytes, time }: Packet, ip: IpLayer): boolean {
    const text = ip.version === 4 ? ipv4Text : ipv6Text;
    const source = text(bytes, ip.sourceOffset);
    const destination = text(bytes, ip.destinationOffset);
    if (PORTS.has(ip.protocol) && ip.hasTransport) {
      const a = `${source} ${ip.sourcePort}`;
      const b = `${destination} ${ip.destinationPort}`;
      return this.#within(keyOf(ip.protocol, a, b), time);
    }
    // ICMP, fragments without their header, protocols without ports: by addresses.
    return this.#within(keyOf(0, source, destination), time);
  }

  #within(key: string, time: number): boolean {
    const found = this.#keys.get(key);
    if (!found || time < found.first || time > found.last) return false;
    return found.list?.some(({ first, last }) => time >= first && time <= last) ?? true;
  }
}
