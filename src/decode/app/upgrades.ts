import {
  type Analyser,
  type AnalyserHost,
  MAYBE,
  NO,
  type Prefix,
  type Protocol,
  type Verdict,
  YES,
} from './analyser.ts';
import { u16, u16le, u32 } from './bytes.ts';
import { Gather } from './gather.ts';
import { bothSides, startsWithBytes, visible } from './match.ts';

/** Bytes kept of a message that negotiates encryption. */
const MAX_NEGOTIATION = 1024;

/**
 * A protocol that speaks a few messages in the clear and then, often, TLS. A subclass says how long
 * the message at hand is and what it means.
 */
abstract class Negotiation implements Analyser {
  protected readonly host: AnalyserHost;
  readonly #originator = new Gather(MAX_NEGOTIATION);
  readonly #responder = new Gather(MAX_NEGOTIATION);
  #next: Analyser | null = null;
  #over = false;

  constructor(host: AnalyserHost) {
    this.host = host;
    this.#originator.start(1);
    this.#responder.start(1);
  }

  /** Bytes that the message needs, as far as `have` bytes of it tell; more than `have` to go on. */
  protected abstract need(fromOriginator: boolean, bytes: Uint8Array, have: number): number;

  /** A whole message; only its first bytes are kept when it is long. */
  protected abstract message(fromOriginator: boolean, bytes: Uint8Array, length: number): void;

  /** Who reads from the next byte on. */
  protected handOver(next: Analyser | null): void {
    this.#next = next;
    if (next === null) this.stop();
  }

  protected stop(): void {
    this.#over = true;
    this.host.finish();
  }

  data(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): void {
    const gather = fromOriginator ? this.#originator : this.#responder;
    for (let at = start; at < end && !this.#over; ) {
      if (this.#next !== null) {
        this.#next.data(fromOriginator, bytes, at, end);
        return;
      }
      at = gather.take(bytes, at, end);
      if (!gather.full) return;
      const need = this.need(fromOriginator, gather.bytes, gather.kept);
      if (need > gather.need) {
        gather.extend(need);
        continue;
      }
      this.message(fromOriginator, gather.bytes, gather.kept);
      gather.start(1);
    }
  }

  gap(fromOriginator: boolean, length: number): void {
    if (this.#next !== null) this.#next.gap(fromOriginator, length);
    else this.stop();
  }

  end(): void {
    this.#next?.end();
  }
}

/** RDP (MS-RDPBCGR): TPKT with X.224 connection request and confirm. */
export const rdp: Protocol = {
  name: 'rdp',
  transport: 6,
  ports: [3389],
  recognise: (originator, responder) =>
    bothSides(
      startsWithBytes(originator, [3, 0, -1, -1, -1, 0xe0]),
      startsWithBytes(responder, [3, 0, -1, -1, -1, 0xd0]),
    ),
  create: (host) => new Rdp(host),
};

class Rdp extends Negotiation {
  protected need(_fromOriginator: boolean, bytes: Uint8Array, have: number): number {
    return have < 4 ? 4 : Math.max(4, u16(bytes, 2));
  }

  protected message(fromOriginator: boolean, bytes: Uint8Array, length: number): void {
    if (fromOriginator) return;
    this.host.confirm('rdp');
    // Negotiation response (type 2) with TLS or CredSSP chosen; else RDP's own encryption.
    const chosen = length >= 19 && bytes[11] === 2 ? (bytes[15] as number) : 0;
    if (chosen > 0) this.handOver(this.host.nested('ssl'));
    else this.stop();
  }
}

/** MySQL and MariaDB: the server's greeting of protocol 10, then the client's answer, number 1. */
export const mysql: Protocol = {
  name: 'mysql',
  transport: 6,
  ports: [3306],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const { bytes, start, end } = responder;
    const greeting = startsWithBytes(responder, [-1, -1, 0, 0, 10]);
    if (greeting === NO) return NO;
    const version = end > start + 5 ? (bytes[start + 5] as number) : 0x35;
    if (version < 0x30 || version > 0x39) return NO;
    return bothSides(greeting, startsWithBytes(originator, [-1, -1, 0, 1]));
  },
  create: (host) => new MySql(host),
};

const MYSQL_CLIENT_SSL = 0x0800;

class MySql extends Negotiation {
  #login = false;

  protected need(_fromOriginator: boolean, bytes: Uint8Array, have: number): number {
    return have < 4 ? 4 : 4 + u16le(bytes, 0) + (bytes[2] as number) * 65536;
  }

  protected message(fromOriginator: boolean, bytes: Uint8Array, length: number): void {
    if (!fromOriginator && this.host.known().serverBanner === '') {
      let end = 5;
      while (end < length && bytes[end] !== 0) end++;
      this.host.known().serverBanner = visible(
        Buffer.from(bytes.subarray(5, end)).toString('latin1'),
      );
    } else if (fromOriginator && bytes[3] === 1) {
      this.host.confirm('mysql');
      const wantsTls = length === 36 && (u16le(bytes, 4) & MYSQL_CLIENT_SSL) !== 0;
      if (wantsTls) this.handOver(this.host.nested('ssl'));
      else this.#login = true;
    } else if (!fromOriginator && this.#login && length >= 5) this.#answer(bytes[4] as number);
  }

  #answer(kind: number): void {
    if (kind === 0) this.host.dialogue().loggedIn = true;
    else if (kind === 0xff) this.host.dialogue().failedLogins++;
    else return;
    this.stop();
  }
}

const SSL_REQUEST = 80_877_103;

/** PostgreSQL (protocol 3): SSLRequest or a startup message, and the server's answer to it. */
export const postgresql: Protocol = {
  name: 'postgresql',
  transport: 6,
  ports: [5432],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const { bytes, start, end } = originator;
    const begins = startsWithBytes(originator, [0, 0, -1, -1]);
    if (begins !== YES) return begins;
    if (end - start < 8) return MAYBE;
    const code = u32(bytes, start + 4);
    if (code !== SSL_REQUEST && code >> 16 !== 3) return NO;
    if (code === SSL_REQUEST && u32(bytes, start) !== 8) return NO;
    if (responder.end === responder.start) return MAYBE;
    const answer = responder.bytes[responder.start] as number;
    const good = code === SSL_REQUEST ? 'SNE' : 'REN';
    return good.includes(String.fromCharCode(answer)) ? YES : NO;
  },
  create: (host) => new PostgreSql(host),
};

class PostgreSql extends Negotiation {
  #asked = false;

  protected need(fromOriginator: boolean, bytes: Uint8Array, have: number): number {
    if (fromOriginator) return have < 4 ? 4 : Math.min(65_536, Math.max(8, u32(bytes, 0)));
    if (this.#asked) return 1;
    return have < 9 ? 9 : Math.min(65_536, 1 + Math.max(8, u32(bytes, 1)));
  }

  protected message(fromOriginator: boolean, bytes: Uint8Array, length: number): void {
    if (fromOriginator) {
      this.#asked = length >= 8 && u32(bytes, 4) === SSL_REQUEST;
      return;
    }
    this.host.confirm('postgresql');
    if (this.#asked) {
      this.#asked = false;
      if (bytes[0] === 0x53) this.handOver(this.host.nested('ssl'));
      return;
    }
    if (bytes[0] === 0x45) this.host.dialogue().failedLogins++;
    else if (bytes[0] === 0x52 && u32(bytes, 5) === 0) this.host.dialogue().loggedIn = true;
    else return;
    this.stop();
  }
}

/**
 * SOCKS 4 and 5 (RFC 1928): the client's version and methods, the server's choice; then a tunnel.
 */
export const socks: Protocol = {
  name: 'socks',
  transport: 6,
  ports: [1080],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const { bytes, start, end } = originator;
    if (start >= end) return MAYBE;
    if (bytes[start] === 4) return judgeSocks4(originator, responder);
    if (bytes[start] !== 5) return NO;
    if (end - start < 3) return MAYBE;
    return judgeMethods(originator, responder);
  },
  create: (host) => new Socks(host),
};

function judgeMethods(originator: Prefix, responder: Prefix): Verdict {
  const { bytes, start } = originator;
  const count = bytes[start + 1] as number;
  if (count === 0 || count > 8 || (bytes[start + 2] as number) > 2) return NO;
  const answer = startsWithBytes(responder, [5, -1]);
  if (answer !== YES) return answer;
  const chosen = responder.bytes[responder.start + 1] as number;
  return chosen <= 2 || chosen === 0xff ? YES : NO;
}

function judgeSocks4(originator: Prefix, responder: Prefix): Verdict {
  const command = startsWithBytes(originator, [4, -1, -1, -1, -1, -1, -1, -1, -1]);
  if (command !== YES) return command;
  const kind = originator.bytes[originator.start + 1] as number;
  if (kind !== 1 && kind !== 2) return NO;
  const answer = startsWithBytes(responder, [0, -1]);
  if (answer !== YES) return answer;
  const code = responder.bytes[responder.start + 1] as number;
  return code >= 0x5a && code <= 0x5d ? YES : NO;
}

const METHODS = 0;
const PASSWORD = 1;
const REQUEST = 2;

class Socks extends Negotiation {
  #version = 0;
  #client = METHODS;
  #server = METHODS;

  protected need(fromOriginator: boolean, bytes: Uint8Array, have: number): number {
    if (this.#version === 0) this.#version = fromOriginator ? (bytes[0] as number) : 5;
    if (this.#version === 4) return fromOriginator ? needSocks4(bytes, have) : 8;
    const state = fromOriginator ? this.#client : this.#server;
    if (state === METHODS) return fromOriginator && have >= 2 ? 2 + (bytes[1] as number) : 2;
    if (state === PASSWORD) return fromOriginator ? needPassword(bytes, have) : 2;
    return needAddress(bytes, have);
  }

  protected message(fromOriginator: boolean, bytes: Uint8Array): void {
    if (fromOriginator) {
      this.#client = REQUEST;
      return;
    }
    this.host.confirm('socks');
    if (this.#version === 4) this.#tunnel(bytes[1] === 0x5a);
    else if (this.#server === METHODS) {
      if (bytes[1] === 2) this.#client = this.#server = PASSWORD;
      else if (bytes[1] === 0) this.#client = this.#server = REQUEST;
      else this.stop();
    } else if (this.#server === PASSWORD) {
      if (bytes[1] === 0) this.host.dialogue().loggedIn = true;
      else this.host.dialogue().failedLogins++;
      this.#server = REQUEST;
    } else this.#tunnel(bytes[1] === 0);
  }

  #tunnel(granted: boolean): void {
    if (granted) this.handOver(this.host.detect());
    else this.stop();
  }
}

/** Longest user name of SOCKS 4 that is followed. */
const MAX_SOCKS_USER = 256;

function needSocks4(bytes: Uint8Array, have: number): number {
  if (have < 9) return 9;
  return bytes[have - 1] === 0 || have > MAX_SOCKS_USER ? have : have + 1;
}

function needPassword(bytes: Uint8Array, have: number): number {
  if (have < 2) return 2;
  const user = 3 + (bytes[1] as number);
  return have < user ? user : user + (bytes[user - 1] as number);
}

function needAddress(bytes: Uint8Array, have: number): number {
  if (have < 5) return 5;
  if (bytes[3] === 3) return 7 + (bytes[4] as number);
  return bytes[3] === 4 ? 22 : 10;
}
