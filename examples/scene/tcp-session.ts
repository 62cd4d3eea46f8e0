import type { Random } from '../../src/base/index.ts';
import { FLAGS, type Host, tcp } from './packet.ts';
import { logNormal, type Scene } from './scene.ts';

const SEGMENT = 1460;
const { fin, syn, rst, psh, ack } = FLAGS;

/** One step of a conversation: what the client says, what the server answers, and the pause before. */
export interface Exchange {
  readonly up: number;
  readonly down: number;
  /** Seconds before the client speaks, and before the server answers. */
  readonly think?: number;
  readonly work?: number;
}

/** A TCP connection to be played. */
export interface TcpSession {
  readonly client: Host;
  readonly server: Host;
  readonly clientPort: number;
  readonly serverPort: number;
  readonly at: number;
  /** Round trip in seconds, as seen at the client's switch. */
  readonly roundTrip: number;
  readonly exchanges: readonly Exchange[];
  /** First bytes of what each side sends in each exchange; the rest is random, as if encrypted. */
  readonly upText?: string;
  readonly downText?: string;
  /** The server speaks first, with this text and a line end. */
  readonly banner?: string;
  /** Who closes; default the client. */
  readonly closer?: 'client' | 'server';
}

/** Greatest payload of a TLS record (RFC 8446). */
const TLS_RECORD = 16_384;
const TLS_HEADER = 5;

/** The `text` that stands for TLS: {@link payloadOf} writes records of application data. */
export const TLS = '<tls>';

/** A payload that begins with `text`, each character a byte, and goes on at random. */
function payloadOf(length: number, text: string, random: Random): Uint8Array {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = random.uint32();
  if (text !== TLS) {
    bytes.write(text, 'latin1');
    return bytes;
  }
  for (let at = 0; at + TLS_HEADER < length; at += TLS_HEADER + TLS_RECORD) {
    bytes.set([23, 3, 3], at);
    bytes.writeUInt16BE(Math.min(TLS_RECORD, length - at - TLS_HEADER), at + 3);
  }
  return bytes;
}

/** One side of a connection: its address, port and sequence number. */
interface Side {
  readonly host: Host;
  readonly port: number;
  sequence: number;
}

/** Plays a whole connection: handshake, exchanges with acknowledgements, close. */
class Player {
  readonly #scene: Scene;
  readonly #session: TcpSession;
  readonly #random: Random;
  readonly #client: Side;
  readonly #server: Side;
  #now: number;

  constructor(scene: Scene, session: TcpSession, random: Random) {
    this.#scene = scene;
    this.#session = session;
    this.#random = random;
    const { client, server, clientPort, serverPort } = session;
    this.#client = { host: client, port: clientPort, sequence: random.uint32() };
    this.#server = { host: server, port: serverPort, sequence: random.uint32() };
    this.#now = session.at;
  }

  /** @returns the time of the last packet, in seconds */
  play(): number {
    const { exchanges, banner, upText = '', downText = '', closer } = this.#session;
    this.#shakeHands();
    if (banner !== undefined) this.#write(this.#server, this.#client, `${banner}\r\n`, 0);
    for (const { up, down, think = 0, work = 0.005 } of exchanges) {
      this.#now += think;
      if (up > 0) this.#write(this.#client, this.#server, upText, up);
      this.#now += work;
      if (down > 0) this.#write(this.#server, this.#client, downText, down);
    }
    this.#close(closer === 'server');
    return this.#now;
  }

  #send(from: Side, to: Side, flags: number, payload?: Uint8Array): void {
    const segment = tcp({
      sourcePort: from.port,
      destinationPort: to.port,
      sequence: from.sequence,
      acknowledgement: (flags & ack) !== 0 ? to.sequence : 0,
      flags,
      ...(payload ? { payload } : {}),
    });
    this.#scene.send(this.#now, [from.host, to.host], 6, segment);
    const control = (flags & (syn | fin)) !== 0 ? 1 : 0;
    from.sequence = (from.sequence + (payload?.length ?? 0) + control) >>> 0;
  }

  /** Half a round trip, never twice the same. */
  #travel(): void {
    this.#now += (this.#session.roundTrip / 2) * logNormal(this.#random, 1, 0.1);
  }

  #shakeHands(): void {
    this.#send(this.#client, this.#server, syn);
    this.#travel();
    this.#travel();
    this.#send(this.#server, this.#client, syn | ack);
    this.#now += 0.0001;
    this.#send(this.#client, this.#server, ack);
  }

  /** Segments back to back, every second one acknowledged; the last one pushes. */
  #write(from: Side, to: Side, text: string, length: number): void {
    const bytes = payloadOf(length || text.length, text, this.#random);
    for (let done = 0, count = 1; done < bytes.length; count++) {
      const payload = bytes.subarray(done, done + SEGMENT);
      done += payload.length;
      const last = done === bytes.length;
      this.#now += 0.00002 + this.#random.exponential(0.0001);
      this.#send(from, to, last ? psh | ack : ack, payload);
      if (count % 2 === 0 || last) {
        this.#travel();
        this.#send(to, from, ack);
      }
    }
  }

  #close(byServer: boolean): void {
    const first = byServer ? this.#server : this.#client;
    const second = byServer ? this.#client : this.#server;
    this.#now += 0.001 + this.#random.exponential(0.01);
    this.#send(first, second, fin | ack);
    this.#travel();
    this.#send(second, first, fin | ack);
    this.#travel();
    this.#send(first, second, ack);
  }
}

/** Plays a connection into the scene. @returns the time of its last packet, in seconds */
export function playTcp(scene: Scene, session: TcpSession, random: Random): number {
  return new Player(scene, session, random).play();
}

/** What answers a single SYN. */
export type ProbeAnswer = 'none' | 'refused' | 'half-open';

/** A SYN to be played; `again` says after how many seconds it is sent once more. */
export interface Probe
  extends Pick<TcpSession, 'client' | 'server' | 'clientPort' | 'serverPort' | 'at'> {
  readonly again?: readonly number[];
  /** TCP options of the SYN; default those of a present-day system. */
  readonly options?: Uint8Array;
}

/** A SYN; refused by a reset, or accepted and then reset by the prober, or unanswered. */
export function playProbe(scene: Scene, probe: Probe, answer: ProbeAnswer, random: Random): void {
  const { client, server, clientPort, serverPort, at } = probe;
  const sequence = random.uint32();
  const out = { sourcePort: clientPort, destinationPort: serverPort };
  const back = { sourcePort: serverPort, destinationPort: clientPort };
  const next = (sequence + 1) >>> 0;
  const send = (delay: number, route: readonly [Host, Host], segment: Uint8Array): void =>
    scene.send(at + delay, route, 6, segment);
  const { options } = probe;
  const first = tcp({
    ...out,
    sequence,
    acknowledgement: 0,
    flags: syn,
    ...(options && { options }),
  });
  send(0, [client, server], first);
  for (const delay of probe.again ?? []) send(delay, [client, server], first);
  if (answer === 'refused') {
    const reset = tcp({ ...back, sequence: 0, acknowledgement: next, flags: rst | ack });
    send(0.0004, [server, client], reset);
  } else if (answer === 'half-open') {
    const accepted = random.uint32();
    const flags = syn | ack;
    const reply = tcp({ ...back, sequence: accepted, acknowledgement: next, flags });
    send(0.0004, [server, client], reply);
    send(0.0005, [client, server], tcp({ ...out, sequence: next, acknowledgement: 0, flags: rst }));
  }
}
