import { NO, type Prefix, type Protocol, YES } from './analyser.ts';
import { PROTOCOLS } from './protocols.ts';

/** Datagrams looked at before a UDP conversation is given up. */
export const MAX_UNDECIDED_DATAGRAMS = 10;

/** The protocols of one transport in the order in which they are tried. */
export interface Candidates {
  readonly list: readonly Protocol[];
  /** So many of the first have one of the connection's ports as a usual one. */
  readonly usual: number;
  /** Bit by bit, the candidates that a first byte leaves: of the originator, then of the responder. */
  left: Int32Array | null;
}

const BY_TRANSPORT: readonly Candidates[] = [6, 17].map((transport) => ({
  list: PROTOCOLS.filter((protocol) => protocol.transport === transport),
  usual: 0,
  left: null,
}));

/** By transport * 65,536 + port. */
const BY_PORT: readonly (Candidates | undefined)[] = orderByPort();

function orderByPort(): (Candidates | undefined)[] {
  const orders: (Candidates | undefined)[] = [];
  for (const transport of [6, 17]) {
    const ofPorts = new Map<number, Candidates>();
    for (const protocol of PROTOCOLS) {
      if (protocol.transport !== transport) continue;
      for (const port of protocol.ports) {
        const { list, usual } = ofPorts.get(port) ?? allOf(transport);
        const rest = list.filter((other) => other !== protocol);
        ofPorts.set(port, { list: [protocol, ...rest], usual: usual + 1, left: null });
      }
    }
    for (const [port, candidates] of ofPorts) orders[place(transport, port)] = candidates;
  }
  return orders;
}

function allOf(transport: number): Candidates {
  return BY_TRANSPORT[transport === 6 ? 0 : 1] as Candidates;
}

function place(transport: number, port: number): number {
  return (transport === 6 ? 0 : 65_536) + port;
}

/** Those whose usual port it is come first: the responder's port counts before the originator's. */
export function candidatesFor(
  transport: number,
  originator: number,
  responder: number,
): Candidates {
  return (
    BY_PORT[place(transport, responder)] ??
    BY_PORT[place(transport, originator)] ??
    allOf(transport)
  );
}

const NOBODY: Prefix = { bytes: new Uint8Array(0), start: 0, end: 0 };

/** One bit a first byte, 0 where the protocol says NO to it: 8 words a side. By protocol. */
const FIRST_BYTES = new Map<Protocol, readonly [usual: Uint8Array, elsewhere: Uint8Array]>();

function firstBytesOf(protocol: Protocol, usual: boolean): Uint8Array {
  let both = FIRST_BYTES.get(protocol);
  if (both === undefined) {
    both = [tryFirstBytes(protocol, true), tryFirstBytes(protocol, false)];
    FIRST_BYTES.set(protocol, both);
  }
  return both[usual ? 0 : 1];
}

function tryFirstBytes(protocol: Protocol, usual: boolean): Uint8Array {
  const one = { bytes: new Uint8Array(1), start: 0, end: 1 };
  return Uint8Array.from({ length: 512 }, (_, index) => {
    one.bytes[0] = index & 255;
    const verdict =
      index < 256 ? protocol.recognise(one, NOBODY, usual) : protocol.recognise(NOBODY, one, usual);
    return verdict === NO ? 0 : 1;
  });
}

/**
 * Which protocols over TCP a first byte leaves, bit by bit: more bytes cannot change a NO, so the
 * recognisers themselves tell, once, of every byte.
 */
export function leftBy(candidates: Candidates, fromOriginator: boolean, first: number): number {
  if (candidates.left === null) {
    const left = new Int32Array(512);
    candidates.list.forEach((protocol, index) => {
      const possible = firstBytesOf(protocol, index < candidates.usual);
      for (let at = 0; at < 512; at++) left[at]! |= possible[at]! << index;
    });
    candidates.left = left;
  }
  return candidates.left[(fromOriginator ? 0 : 256) + first]!;
}

/**
 * Whether a TCP stream that begins with this byte can be of any known protocol.
 * @param first first byte of the side that speaks first
 */
export function isToldSegment(
  originatorPort: number,
  responderPort: number,
  fromOriginator: boolean,
  first: number,
): boolean {
  return leftBy(candidatesFor(6, originatorPort, responderPort), fromOriginator, first) !== 0;
}

const SCRATCH: Prefix = { bytes: NOBODY.bytes, start: 0, end: 0 };

/** The protocol that a datagram is of; null when none is recognised. */
export function protocolOf(
  { list, usual }: Candidates,
  fromOriginator: boolean,
  bytes: Uint8Array,
  start: number,
  end: number,
): Protocol | null {
  const here = SCRATCH;
  here.bytes = bytes;
  here.start = start;
  here.end = end;
  for (let index = 0; index < list.length; index++) {
    const protocol = list[index] as Protocol;
    const verdict = fromOriginator
      ? protocol.recognise(here, NOBODY, index < usual)
      : protocol.recognise(NOBODY, here, index < usual);
    if (verdict === YES) return protocol;
  }
  return null;
}

// Both ends and where the bytes lie: an object a datagram would be one allocation.
/**
 * Whether a UDP datagram is of a known protocol. Until one is, nothing needs to be kept of its
 * conversation but how many have come ({@link MAX_UNDECIDED_DATAGRAMS}).
 */
export function isToldDatagram(
  originatorPort: number,
  responderPort: number,
  fromOriginator: boolean,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  const candidates = candidatesFor(17, originatorPort, responderPort);
  return protocolOf(candidates, fromOriginator, bytes, start, end) !== null;
}
