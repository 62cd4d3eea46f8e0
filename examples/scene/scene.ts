import type { Random } from '../../src/base/index.ts';
import { arp, ethernet, type Host, icmpEcho, ipv4, udp } from './packet.ts';

/** A frame and its time in whole microseconds since 1970-01-01 UTC. */
export interface TimedFrame {
  readonly time: number;
  readonly bytes: Uint8Array;
}

const BROADCAST = new Uint8Array(6).fill(255);

/** Log-normal: what think times, sizes and delays look like. @param spread of the logarithm */
export function logNormal(random: Random, median: number, spread: number): number {
  return median * Math.exp(spread * random.normal());
}

/** Collects the frames of many conversations. Times are seconds from the scene's beginning. */
export class Scene {
  readonly #origin: number;
  readonly #frames: TimedFrame[] = [];
  readonly #identifications = new Map<string, number>();

  /** @param origin whole microseconds since 1970-01-01 UTC */
  constructor(origin: number) {
    this.#origin = origin;
  }

  /** Another scene that begins with all frames of this one. */
  copy(): Scene {
    const scene = new Scene(this.#origin);
    scene.#frames.push(...this.#frames);
    for (const [host, last] of this.#identifications) scene.#identifications.set(host, last);
    return scene;
  }

  add(at: number, bytes: Uint8Array): void {
    this.#frames.push({ time: this.#origin + Math.round(at * 1e6), bytes });
  }

  /** Every frame, by time; equal times keep the order in which they were added. */
  frames(): TimedFrame[] {
    return [...this.#frames].sort((a, b) => a.time - b.time);
  }

  /** The next IPv4 identification of a host. */
  identification(host: Host): number {
    const next = ((this.#identifications.get(host.address) ?? host.bytes[3]! * 211) + 1) & 0xffff;
    this.#identifications.set(host.address, next);
    return next;
  }

  /** One IPv4 packet. @param checksumAt where in the body the transport's checksum goes */
  send(at: number, route: readonly [Host, Host], protocol: number, body: Uint8Array): void {
    const [from, to] = route;
    const identification = this.identification(from);
    const checksumAt = protocol === 6 ? 16 : protocol === 17 ? 6 : 2;
    // RFC 6762: what goes to a link-local group leaves with TTL 255.
    const ttl = to.bytes[0] === 224 ? 255 : from.ttl;
    this.add(at, ipv4({ from, to, protocol, identification, body, checksumAt, ttl }));
  }

  /** A UDP request and its answer after `delay` seconds. */
  ask(
    at: number,
    route: readonly [Host, Host],
    ports: readonly [number, number],
    exchange: { request: Uint8Array; answer: Uint8Array; delay: number },
  ): void {
    const [from, to] = route;
    this.send(at, [from, to], 17, udp(ports[0], ports[1], exchange.request));
    this.send(at + exchange.delay, [to, from], 17, udp(ports[1], ports[0], exchange.answer));
  }

  /** One echo request and its reply. */
  ping(at: number, route: readonly [Host, Host], sequence: number, delay: number): void {
    const [from, to] = route;
    const identifier = from.bytes[3]! * 17;
    this.send(at, [from, to], 1, icmpEcho(8, identifier, sequence));
    this.send(at + delay, [to, from], 1, icmpEcho(0, identifier, sequence));
  }

  /** Who has the address, and the answer. */
  resolve(at: number, asker: Host, owner: Host): void {
    this.add(at, ethernet(asker.mac, BROADCAST, 0x0806, arp(1, asker, owner)));
    this.add(at + 0.0004, ethernet(owner.mac, asker.mac, 0x0806, arp(2, owner, asker)));
  }
}
