import { createHost, type Host } from './packet.ts';

/** Length of the scene in seconds. */
export const DURATION = 720;

/** Hosts inside: 192.168.10.0/24 (RFC 1918). Linux starts at TTL 64, Windows at 128. */
const inside = (last: number, ttl = 64): Host => createHost(`192.168.10.${last}`, ttl);

const gateway = inside(1);

/** Hosts outside, all behind the gateway; addresses of RFC 5737. */
const outside = (address: string, hops: number): Host =>
  createHost(address, 64 - hops, gateway.mac);

/** A host of another inside network, behind the gateway. */
export const routed = (address: string): Host => createHost(address, 63, gateway.mac);

/** Every host of the benign office. */
export const OFFICE = {
  gateway,
  resolver: inside(5),
  mail: inside(8),
  /** SSH and web. */
  server: inside(9),
  files: inside(12),
  workstations: [21, 22, 23, 24, 25, 26].map((last) => inside(last, last % 2 ? 128 : 64)),
  upstream: outside('198.51.100.53', 9),
  updates: outside('192.0.2.80', 7),
  mailPeer: outside('203.0.113.25', 11),
  /** The one host that speaks from outside to the server's web pages. */
  visitor: outside('203.0.113.140', 13),
  mdns: createHost('224.0.0.251', 255, Uint8Array.of(1, 0, 0x5e, 0, 0, 0xfb)),
} as const;

/** Web sites people visit. */
export const SITES: readonly { name: string; host: Host }[] = Array.from({ length: 24 }, (_, i) => {
  const network = ['198.51.100', '203.0.113', '192.0.2'][i % 3]!;
  const address = `${network}.${30 + i * 2}`;
  return { name: `www${i + 1}.example`, host: outside(address, 6 + (i % 9)) };
});

/** Those who do harm, and where the infected host reports to. */
export const HARM = {
  attacker: inside(66),
  infected: inside(31, 128),
  /** An old workstation that sends spam. */
  spammer: inside(45, 128),
  control: outside('203.0.113.99', 12),
} as const;
