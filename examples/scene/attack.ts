import { browse, keepHouse, type Stage } from './office.ts';
import { logNormal } from './scene.ts';
import { DURATION, HARM, OFFICE, routed } from './site.ts';
import { type ProbeAnswer, playProbe, playTcp } from './tcp-session.ts';

const SWEPT = 150;
/** Linux sends an unanswered SYN again after 1 s and 2 s more; then the tool gives up. */
const RETRIES = [1.02, 3.07];
const PROBED_PORTS = 300;
const LOGINS = 60;
const FLOOD_SYNS = 2400;
const FLOOD_SECONDS = 12;
/** Half-open connections the server takes before it falls silent. */
const BACKLOG = 128;

/** Port 445 of a neighbouring network, one address after the other. */
function sweep({ scene, ports, random }: Stage): void {
  const { attacker: client } = HARM;
  for (let i = 0; i < SWEPT; i++) {
    const server = routed(`192.168.20.${i + 1}`);
    const answer: ProbeAnswer = i % 11 === 0 ? 'refused' : i % 37 === 5 ? 'half-open' : 'none';
    const at = 60 + i * 0.2 + random.next() * 0.1;
    const again = answer === 'none' ? { again: RETRIES } : {};
    const probe = { client, server, clientPort: ports.take(client), serverPort: 445, at, ...again };
    playProbe(scene, probe, answer, random);
  }
}

/** Three hundred ports of the server, in random order; two are open. */
function probe({ scene, random }: Stage): void {
  const order = Array.from({ length: PROBED_PORTS }, (_, i) => i + 1);
  for (const [i, serverPort] of random.shuffle(order).entries()) {
    const answer = serverPort === 22 || serverPort === 80 ? 'half-open' : 'refused';
    const at = 150 + i * 0.05 + random.next() * 0.03;
    const { attacker: client } = HARM;
    const { server } = OFFICE;
    playProbe(scene, { client, server, clientPort: 40_011, serverPort, at }, answer, random);
  }
}

/** One password after the other, four tries a connection. */
function guess({ scene, ports, random }: Stage): void {
  let at = 240;
  for (let i = 0; i < LOGINS; i++) {
    const tries = Array.from({ length: 3 }, () => ({
      up: 84,
      down: 52,
      think: 0.05,
      work: logNormal(random, 0.9, 0.2),
    }));
    const { attacker: client } = HARM;
    const end = playTcp(
      scene,
      {
        client,
        server: OFFICE.server,
        clientPort: ports.take(client),
        serverPort: 22,
        at,
        roundTrip: 0.0006,
        banner: 'SSH-2.0-OpenSSH_9.6',
        exchanges: [
          { up: 21, down: 1080 },
          { up: 1200, down: 564 },
          { up: 84, down: 52 },
          ...tries,
        ],
        closer: 'server',
      },
      random,
    );
    at = end + 0.1 + random.exponential(0.5);
  }
}

/** SYNs to the server's web port, faster than it can keep them. */
function flood({ scene, random }: Stage): void {
  const { attacker: client } = HARM;
  const { server } = OFFICE;
  for (let i = 0; i < FLOOD_SYNS; i++) {
    const at = 600 + ((i + random.next()) * FLOOD_SECONDS) / FLOOD_SYNS;
    const probe = { client, server, clientPort: 1025 + ((i * 7919) % 60_000), serverPort: 80, at };
    playProbe(scene, probe, i < BACKLOG ? 'half-open' : 'none', random);
  }
}

/** An infected workstation that reports every half minute, give or take a tenth. */
function report({ scene, ports, random }: Stage): void {
  const { infected: client, control: server } = HARM;
  for (let at = 12; at < DURATION - 5; at += 30 * (0.9 + 0.2 * random.next())) {
    playTcp(
      scene,
      {
        client,
        server,
        clientPort: ports.take(client),
        serverPort: 8080,
        at,
        roundTrip: 0.061,
        exchanges: [{ up: 342 + random.int(8), down: 188 + random.int(4), work: 0.01 }],
        upText: 'POST /q HTTP/1.1\r\nHost: 203.0.113.99:8080\r\n',
        downText: 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n',
      },
      random,
    );
  }
}

/** What Windows XP puts into a SYN: segment size and selective acknowledgement, no window scale. */
const XP_OPTIONS = Uint8Array.of(2, 4, 5, 0xb4, 1, 1, 4, 2);
const MAIL_SERVERS = 180;

/**
 * A spam bot on an old workstation tries mail servers all over the world. Most do not answer, as most
 * refuse dynamic addresses; it tries again after 3 s and 6 s more, as its system does.
 */
function spam({ scene, ports, random }: Stage): void {
  const { spammer: client } = HARM;
  for (let i = 0; i < MAIL_SERVERS; i++) {
    const network = ['198.51.100', '203.0.113', '192.0.2'][i % 3]!;
    const server = routed(`${network}.${100 + Math.floor(i / 3)}`);
    const at = 90 + i * 3 + random.next();
    const again = [[3], [3, 9], []][random.int(3)]!.map((delay) => delay + random.next() * 0.02);
    const clientPort = ports.take(client);
    const probe = { client, server, clientPort, serverPort: 25, at, again, options: XP_OPTIONS };
    playProbe(scene, probe, 'none', random);
  }
}

/** What is added to the office: an attacker inside, and two infected workstations. */
export function playAttack(stage: Stage): void {
  const part = (name: string): Stage => ({ ...stage, random: stage.random.fork(name) });
  const { attacker, infected } = HARM;
  stage.scene.resolve(50, attacker, OFFICE.gateway);
  stage.scene.resolve(149.9, attacker, OFFICE.server);
  sweep(part('sweep'));
  probe(part('probe'));
  guess(part('guess'));
  flood(part('flood'));
  browse(part('browse infected'), infected);
  keepHouse(part('house infected'), infected);
  report(part('report'));
  spam(part('spam'));
}
