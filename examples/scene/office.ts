import type { Random } from '../../src/base/index.ts';
import { dnsExchange, mdnsQuestion, ntpExchange } from './messages.ts';
import { type Host, udp } from './packet.ts';
import { logNormal, type Scene } from './scene.ts';
import { DURATION, OFFICE, SITES } from './site.ts';
import { type Exchange, playTcp, type TcpSession, TLS } from './tcp-session.ts';

/** Seconds a connection is given to end before the scene does. */
const LAST_START = DURATION - 40;
const CLIENT_PORTS = 49_152;

/** Gives out client ports, one after the other, as most systems nearly do. */
export class Ports {
  readonly #next = new Map<string, number>();

  take(host: Host): number {
    const next = this.#next.get(host.address) ?? CLIENT_PORTS + host.bytes[3]! * 31;
    this.#next.set(host.address, next + 1);
    return next;
  }
}

/** What every activity is given. */
export interface Stage {
  readonly scene: Scene;
  readonly ports: Ports;
  readonly random: Random;
  /** Seconds since 1970-01-01 UTC at which the scene begins. */
  readonly origin: number;
}

function exchangesOf(random: Random, count: number, up: number, down: number): Exchange[] {
  return Array.from({ length: count }, (_, i) => ({
    up: Math.round(Math.min(4000, logNormal(random, up, 0.4))),
    down: Math.round(Math.min(90_000, logNormal(random, down, 1.2))) + 120,
    think: i === 0 ? 0.001 : logNormal(random, 0.4, 1),
    work: logNormal(random, 0.03, 0.8),
  }));
}

function lookUp(stage: Stage, client: Host, at: number, name: string, address: Host): number {
  const { scene, ports, random } = stage;
  const { resolver, upstream } = OFFICE;
  const exchange = dnsExchange(random.int(65_536), name, address.bytes);
  const known = random.next() < 0.7;
  const delay = known ? 0.0005 + random.exponential(0.0003) : logNormal(random, 0.03, 0.4);
  scene.ask(at, [client, resolver], [ports.take(client), 53], { ...exchange, delay });
  if (!known) {
    const route = [resolver, upstream] as const;
    scene.ask(at + 0.0002, route, [ports.take(resolver), 53], { ...exchange, delay: delay * 0.9 });
  }
  return at + delay;
}

/** A person who reads pages: look-ups, then one to four connections a page, then a pause. */
export function browse(stage: Stage, client: Host, from = 2): void {
  const { scene, ports, random } = stage;
  let at = from + random.exponential(15);
  while (at < LAST_START) {
    const site = SITES[random.int(SITES.length)]!;
    const roundTrip = 0.008 + random.next() * 0.05;
    let begun = lookUp(stage, client, at, site.name, site.host) + 0.001;
    const secure = random.next() < 0.8;
    for (let left = 1 + random.int(3); left > 0; left--) {
      const session: TcpSession = {
        client,
        server: site.host,
        clientPort: ports.take(client),
        serverPort: secure ? 443 : 80,
        at: begun,
        roundTrip,
        exchanges: exchangesOf(random, 1 + random.int(5), 620, 4800),
        upText: secure ? TLS : `GET /page HTTP/1.1\r\nHost: ${site.name}\r\n`,
        downText: secure ? TLS : 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n',
        closer: random.next() < 0.4 ? 'server' : 'client',
      };
      playTcp(scene, session, random);
      begun += logNormal(random, 0.08, 0.7);
    }
    at += 2 + logNormal(random, 34, 0.8);
  }
}

function readMail(stage: Stage, client: Host): void {
  const { scene, ports, random } = stage;
  for (let at = 5 + random.next() * 90; at < LAST_START; at += logNormal(random, 150, 0.45)) {
    const session: TcpSession = {
      client,
      server: OFFICE.mail,
      clientPort: ports.take(client),
      serverPort: 993,
      at,
      roundTrip: 0.0006,
      exchanges: exchangesOf(random, 3 + random.int(6), 240, 900),
      upText: TLS,
      downText: TLS,
    };
    playTcp(scene, session, random);
  }
}

function exchangeMail(stage: Stage): void {
  const { scene, ports, random } = stage;
  const { mail, mailPeer } = OFFICE;
  for (let at = 20 + random.exponential(40); at < LAST_START; at += 20 + random.exponential(90)) {
    const [client, server] = random.next() < 0.5 ? [mail, mailPeer] : [mailPeer, mail];
    const session: TcpSession = {
      client,
      server,
      clientPort: ports.take(client),
      serverPort: 25,
      at,
      roundTrip: 0.034,
      banner: '220 mail.example ESMTP',
      exchanges: [
        { up: 24, down: 60, think: 0.02 },
        { up: 40, down: 14, think: 0.01 },
        { up: 38, down: 14, think: 0.01 },
        { up: Math.round(logNormal(random, 7000, 0.9)), down: 40, think: 0.02, work: 0.1 },
        { up: 6, down: 16, think: 0.01 },
      ],
      upText: 'EHLO mail.example\r\n',
      downText: '250 OK\r\n',
    };
    playTcp(scene, session, random);
  }
}

/** An administrator at work: one long interactive session, keystrokes and their echoes. */
function administrate(stage: Stage, client: Host): void {
  const { scene, ports, random } = stage;
  const keys = Array.from({ length: 190 }, () => ({
    up: 36 + 16 * random.int(2),
    down: Math.round(logNormal(random, 90, 0.9)) + 36,
    think: Math.min(20, logNormal(random, 0.7, 1)),
  }));
  const session: TcpSession = {
    client,
    server: OFFICE.server,
    clientPort: ports.take(client),
    serverPort: 22,
    at: 63,
    roundTrip: 0.0007,
    banner: 'SSH-2.0-OpenSSH_9.6',
    exchanges: [{ up: 21, down: 1080 }, { up: 1200, down: 564 }, { up: 84, down: 500 }, ...keys],
  };
  playTcp(scene, session, random);
}

function openFiles(stage: Stage, client: Host): void {
  const { scene, ports, random } = stage;
  for (
    let at = 30 + random.exponential(60);
    at < LAST_START - 60;
    at += 150 + random.exponential(120)
  ) {
    const session: TcpSession = {
      client,
      server: OFFICE.files,
      clientPort: ports.take(client),
      serverPort: 445,
      at,
      roundTrip: 0.0005,
      exchanges: exchangesOf(random, 6 + random.int(8), 190, 1800),
      upText: '\0\0\0\xb4\xfeSMB',
      downText: '\0\0\x04\0\xfeSMB',
    };
    playTcp(scene, session, random);
  }
}

function update(stage: Stage, client: Host, at: number): void {
  const { scene, ports, random } = stage;
  const { updates } = OFFICE;
  const session: TcpSession = {
    client,
    server: updates,
    clientPort: ports.take(client),
    serverPort: 80,
    at: lookUp(stage, client, at, 'updates.example', updates) + 0.001,
    roundTrip: 0.018,
    exchanges: [
      { up: 310, down: 1900 },
      { up: 330, down: Math.round(logNormal(random, 200_000, 0.3)), think: 0.4 },
    ],
    upText: 'GET /package HTTP/1.1\r\nHost: updates.example\r\n',
    downText: 'HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n',
  };
  playTcp(scene, session, random);
}

/** What every machine does by itself: time, names of neighbours, printers. */
export function keepHouse(stage: Stage, host: Host): void {
  const { scene, random, origin } = stage;
  const { gateway, mdns } = OFFICE;
  scene.resolve(0.2 + random.next() * 2, host, gateway);
  for (let at = 60 + random.exponential(60); at < DURATION - 1; at += logNormal(random, 180, 0.4)) {
    scene.resolve(at, host, gateway);
  }
  for (let at = random.next() * 60; at < DURATION - 1; at += 64 + random.normal() * 0.4) {
    const delay = 0.0004 + random.exponential(0.0002);
    scene.ask(at, [host, gateway], [123, 123], { ...ntpExchange(origin + at, random), delay });
  }
  for (let at = random.next() * 100; at < DURATION - 1; at += logNormal(random, 120, 0.5)) {
    scene.send(at, [host, mdns], 17, udp(5353, 5353, mdnsQuestion()));
  }
}

function watch(stage: Stage): void {
  const { scene, random } = stage;
  const { resolver, gateway, server } = OFFICE;
  for (let i = 0; i * 60 < DURATION - 10; i++) {
    scene.ping(4 + i * 60 + random.next(), [resolver, gateway], i, 0.0003);
    scene.ping(6 + i * 60 + random.next(), [resolver, server], i, 0.0004);
  }
}

function visit(stage: Stage): void {
  const { scene, ports, random } = stage;
  const { visitor, server } = OFFICE;
  for (let at = 15; at < LAST_START; at += 5 + random.exponential(60)) {
    const session: TcpSession = {
      client: visitor,
      server,
      clientPort: ports.take(visitor),
      serverPort: 80,
      at,
      roundTrip: 0.05,
      exchanges: exchangesOf(random, 1 + random.int(3), 480, 4000),
      upText: 'GET / HTTP/1.1\r\nHost: server.example\r\n',
      downText: 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n',
    };
    playTcp(scene, session, random);
  }
}

/** Twelve minutes of a small office in which nobody does harm. */
export function playOffice(stage: Stage): void {
  const { workstations, resolver, mail, server, files } = OFFICE;
  const part = (name: string): Stage => ({ ...stage, random: stage.random.fork(name) });
  for (const [i, client] of workstations.entries()) {
    browse(part(`browse ${i}`), client);
    if (i % 2 === 0) readMail(part(`mail ${i}`), client);
    if (i < 3) openFiles(part(`files ${i}`), client);
    keepHouse(part(`house ${i}`), client);
  }
  for (const [i, host] of [resolver, mail, server, files].entries()) {
    keepHouse(part(`server ${i}`), host);
  }
  update(part('update'), workstations[2]!, 210);
  exchangeMail(part('smtp'));
  administrate(part('ssh'), workstations[3]!);
  watch(part('ping'));
  visit(part('visit'));
}
