import type { AppFacts, DialogueFacts } from './facts.ts';

/** The bytes are not of the protocol; more of them cannot change that. */
export const NO = 0;
/** The bytes agree as far as they go. */
export const MAYBE = 1;
/** The bytes are of the protocol; more of them cannot change that. */
export const YES = 2;
/** What a recogniser says of the bytes so far. */
export type Verdict = typeof NO | typeof MAYBE | typeof YES;

/** Reads one protocol of one connection. Never throws; says what it found through its host. */
export interface Analyser {
  /**
   * In-order bytes of one direction, in any cut (TCP), or one datagram (UDP). Keeps no reference.
   */
  data(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): void;
  /** So many bytes of the stream were never seen. */
  gap(fromOriginator: boolean, length: number): void;
  /** The connection is over. */
  end(): void;
  /**
   * So many of the direction's next bytes are a body that is only counted; infinite when it ends with
   * the connection. 0 when absent.
   */
  bodyLeft?(fromOriginator: boolean): number;
}

/** What an analyser can tell, and ask of, the connection it reads. */
export interface AnalyserHost {
  /** 6 or 17. */
  readonly protocol: number;
  readonly originatorPort: number;
  readonly responderPort: number;
  /** Time of the bytes in hand, in microseconds. */
  readonly time: number;
  /** Facts to fill; made at the first call. */
  known(): AppFacts;
  /** Dialogue counters to fill; made at the first call. */
  dialogue(): DialogueFacts;
  /** The protocol is confirmed under Zeek's service name; more calls change nothing. */
  confirm(service: string): void;
  /** A confirmed protocol was broken: the service is withdrawn, as Zeek does. */
  withdraw(service: string): void;
  /** Something odd, by Zeek's name for it. */
  weird(name: string, addl: string): void;
  /** The first message came from the responder: who is who must be swapped. */
  flip(): void;
  /**
   * Another connection is announced (FTP data, IRC DCC): its service, the port it goes to, and
   * whether that port is at this connection's originator.
   */
  expect(service: string, port: number, atOriginator: boolean): void;
  /** Nothing more is to be learned from the whole connection: it may be forgotten. */
  finish(): void;
  /**
   * The named protocol's analyser for the rest of the stream (STARTTLS), or null when unknown or
   * too deep.
   */
  nested(protocol: string): Analyser | null;
  /** Recognises anew what a tunnel (CONNECT, SOCKS) carries, or null when too deep. */
  detect(): Analyser | null;
}

/** The first bytes of one direction. */
export interface Prefix {
  bytes: Uint8Array;
  start: number;
  end: number;
}

/** One line of the table of protocols: how it is recognised, and who reads it then. */
export interface Protocol {
  /** Name within the table; what Zeek calls the service is said at confirmation. */
  name: string;
  /** IP protocol: 6 or 17. */
  transport: 6 | 17;
  /** Usual ports: these protocols are tried first; a port alone decides nothing. */
  ports: readonly number[];
  /**
   * Judges the first bytes: for TCP both directions so far, for UDP one datagram with the other
   * side empty. Must not depend on how the bytes were cut. `usual`: one of the ports is in `ports`.
   */
  recognise(originator: Prefix, responder: Prefix, usual: boolean): Verdict;
  create(host: AnalyserHost): Analyser;
}
