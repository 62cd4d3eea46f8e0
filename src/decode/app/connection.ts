import type { Analyser, AnalyserHost } from './analyser.ts';
import { Detector } from './detector.ts';
import {
  type AppFacts,
  createAppFacts,
  createDialogueFacts,
  type DialogueFacts,
  NO_FACTS,
} from './facts.ts';
import { PROTOCOLS } from './protocols.ts';

/**
 * Tunnels and upgrades followed inside each other (CONNECT to STARTTLS to …): deeper is not real.
 */
const MAX_NESTING = 4;
/** Services that one connection may confirm; Windows sessions confirm five. */
const MAX_SERVICES = 8;

/**
 * Reads what one TCP connection or UDP conversation says, and tells which protocols it was.
 * Make one at the first payload byte; it holds little until a protocol asks for more.
 */
export interface AppConnection {
  /**
   * In-order stream bytes of one direction (TCP), or one datagram (UDP).
   * The bytes are not kept after the call. `timeMicros`: since 1970-01-01 UTC.
   */
  data(
    fromOriginator: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMicros: number,
  ): void;
  /** So many bytes of that direction will never come: lost, or cut off by the capture. */
  gap(fromOriginator: boolean, length: number): void;
  /** The connection is over; facts that wait for its end are settled. */
  end(): void;
  /**
   * So many of the direction's next bytes are only counted (the body of a long download; infinite
   * when it ends with the connection), so they need not count against a limit of what is read.
   */
  bodyLeft(fromOriginator: boolean): number;
  /**
   * Zeek's names of the confirmed protocols, in order of confirmation, comma-separated; '' if
   * none.
   */
  readonly service: string;
  /** What was learned; a shared frozen object while nothing is. */
  readonly facts: AppFacts;
  /** True when no more bytes are wanted: the caller may stop putting the stream in order. */
  readonly over: boolean;
  /**
   * True when the first message proves that originator and responder are swapped (a DNS reply
   * or an NTP server's answer first).
   */
  readonly flipped: boolean;
}

/**
 * Hears of a connection that a dialogue announces: 'ftp-data' or 'irc-dcc-data' to `port` of the
 * announcing connection's originator or responder. Zeek names the announced connection's service
 * so.
 */
export type ExpectConnection = (service: string, port: number, atOriginator: boolean) => void;

/**
 * Makes the reader of one connection. `protocol` is the IP protocol; others than 6 and 17 learn
 * nothing. `expect` hears of announced connections.
 */
export function createAppConnection(
  protocol: number,
  originatorPort: number,
  responderPort: number,
  expect: ExpectConnection | null = null,
): AppConnection {
  return new Connection(protocol, originatorPort, responderPort, expect);
}

class Connection implements AppConnection, AnalyserHost {
  readonly protocol: number;
  readonly originatorPort: number;
  readonly responderPort: number;
  time = 0;
  service = '';
  flipped = false;
  #facts: AppFacts = NO_FACTS;
  #detector: Detector | null;
  #depth = 0;

  readonly #expect: ExpectConnection | null;

  constructor(
    protocol: number,
    originatorPort: number,
    responderPort: number,
    expect: ExpectConnection | null,
  ) {
    this.#expect = expect;
    this.protocol = protocol;
    this.originatorPort = originatorPort;
    this.responderPort = responderPort;
    this.#detector = protocol === 6 || protocol === 17 ? new Detector(this) : null;
  }

  get over(): boolean {
    return this.#detector === null;
  }

  // The contract with the meter has five numbers; an object a packet would cost more than it
  // explains.
  data(
    fromOriginator: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
    timeMicros: number,
  ): void {
    const detector = this.#detector;
    if (detector === null || start >= end) return;
    this.time = timeMicros;
    detector.data(fromOriginator, bytes, start, end);
    if (detector.over) this.#detector = null;
  }

  gap(fromOriginator: boolean, length: number): void {
    const detector = this.#detector;
    if (detector === null || length <= 0) return;
    detector.gap(fromOriginator, length);
    if (detector.over) this.#detector = null;
  }

  bodyLeft(fromOriginator: boolean): number {
    return this.#detector?.bodyLeft(fromOriginator) ?? 0;
  }

  end(): void {
    this.#detector?.end();
    this.#detector = null;
  }

  get facts(): AppFacts {
    return this.#facts;
  }

  /** The facts, to be filled. */
  known(): AppFacts {
    if (this.#facts === NO_FACTS) this.#facts = createAppFacts();
    return this.#facts;
  }

  dialogue(): DialogueFacts {
    const facts = this.known();
    if (facts.dialogue === null) facts.dialogue = createDialogueFacts();
    return facts.dialogue;
  }

  confirm(service: string): void {
    if (this.service === '') this.service = service;
    else if (this.service !== service) {
      const names = this.service.split(',');
      if (names.includes(service) || names.length >= MAX_SERVICES) return;
      this.service = `${this.service},${service}`;
    }
  }

  withdraw(service: string): void {
    this.service = this.service
      .split(',')
      .filter((name) => name !== service)
      .join(',');
  }

  weird(name: string, addl: string): void {
    const facts = this.known();
    if (facts.weird === null) facts.weird = { name, addl, notice: false, count: 1 };
    else facts.weird.count++;
  }

  flip(): void {
    this.flipped = true;
  }

  expect(service: string, port: number, atOriginator: boolean): void {
    if (this.#expect !== null) this.#expect(service, port, atOriginator);
  }

  finish(): void {
    this.#detector?.stop();
  }

  nested(name: string): Analyser | null {
    if (++this.#depth > MAX_NESTING) return null;
    const found = PROTOCOLS.find(
      (protocol) => protocol.name === name && protocol.transport === this.protocol,
    );
    return found === undefined ? null : found.create(this);
  }

  detect(): Analyser | null {
    return ++this.#depth > MAX_NESTING ? null : new Detector(this);
  }
}
