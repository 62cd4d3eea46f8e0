import { createHash } from 'node:crypto';
import { addressText, ICMP, ICMPV6, TCP, UDP } from './flow-row.ts';

/** What a Community ID is computed from. For ICMP and ICMPv6 the ports are type and code. */
export interface CommunityTuple {
  readonly protocol: number;
  /** 4 or 16 bytes each, both of one length. */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

const SCTP = 132;

/** Requests and their answers: types that count as one conversation (RFC 792, 950, 1256). */
const ICMP_PAIRS: ReadonlyMap<number, number> = paired([
  [8, 0],
  [13, 14],
  [15, 16],
  [17, 18],
  [10, 9],
]);

/** As {@link ICMP_PAIRS} for ICMPv6 (RFC 4443, 2710, 4861, 4620, 6275). */
const ICMPV6_PAIRS: ReadonlyMap<number, number> = paired([
  [128, 129],
  [130, 131],
  [133, 134],
  [135, 136],
  [139, 140],
  [144, 145],
]);

function paired(pairs: readonly (readonly [number, number])[]): ReadonlyMap<number, number> {
  return new Map(pairs.flatMap(([a, b]) => [[a, b] as const, [b, a] as const]));
}

/**
 * Community ID version 1 (github.com/corelight/community-id-spec): SHA-1 over seed, the lower
 * endpoint, the higher endpoint, protocol and ports. Both directions of a flow give the same text.
 * An ICMP type with a counterpart is mapped to the pair of both types; one without is hashed as it
 * stands and is not put in order. Protocols other than TCP, UDP, SCTP and ICMP are hashed without ports.
 * @param seed 0 to 65535
 * @returns `1:` and 28 characters of base64
 */
export function communityId(tuple: CommunityTuple, seed = 0): string {
  const { protocol } = tuple;
  let { source, destination, sourcePort, destinationPort } = tuple;
  let oneWay = false;
  const pairs = protocol === ICMP ? ICMP_PAIRS : protocol === ICMPV6 ? ICMPV6_PAIRS : undefined;
  if (pairs) {
    const counterpart = pairs.get(sourcePort);
    oneWay = counterpart === undefined;
    destinationPort = counterpart ?? destinationPort;
  }
  const hasPorts = pairs || protocol === TCP || protocol === UDP || protocol === SCTP;
  const order = Buffer.compare(source, destination);
  if (!oneWay && (order > 0 || (order === 0 && sourcePort > destinationPort))) {
    [source, destination] = [destination, source];
    [sourcePort, destinationPort] = [destinationPort, sourcePort];
  }
  const width = source.length;
  const bytes = Buffer.alloc(2 + 2 * width + 2 + (hasPorts ? 4 : 0));
  bytes.writeUInt16BE(seed & 0xffff, 0);
  bytes.set(source, 2);
  bytes.set(destination, 2 + width);
  bytes[2 + 2 * width] = protocol;
  if (hasPorts) {
    bytes.writeUInt16BE(sourcePort, 4 + 2 * width);
    bytes.writeUInt16BE(destinationPort, 6 + 2 * width);
  }
  return `1:${createHash('sha1').update(bytes).digest('base64')}`;
}

/**
 * Community ID of a flow given as the words of `flow-row.ts`, from `offset`.
 * @returns undefined for flows that are not IP
 */
export function communityIdOfWords(
  words: ArrayLike<number>,
  offset: number,
  seed = 0,
): string | undefined {
  const meta = words[offset + 8]!;
  const length = (meta >>> 16) & 255;
  const protocol = meta >>> 24;
  if ((length !== 4 && length !== 16) || protocol === 0) return undefined;
  const source = Buffer.alloc(length);
  const destination = Buffer.alloc(length);
  for (let i = 0; i < length; i += 4) {
    source.writeUInt32BE(words[offset + i / 4]!, i);
    destination.writeUInt32BE(words[offset + 4 + i / 4]!, i);
  }
  const icmp = protocol === ICMP || protocol === ICMPV6;
  const ports = words[offset + 9]!;
  return communityId(
    {
      protocol,
      source,
      destination,
      sourcePort: icmp ? (meta >>> 8) & 255 : ports >>> 16,
      destinationPort: icmp ? meta & 255 : ports & 0xffff,
    },
    seed,
  );
}

/** Name of an IP protocol as Suricata prints it in `proto`; the number for those without a name here. */
export function protocolName(protocol: number): string {
  if (protocol === TCP) return 'TCP';
  if (protocol === UDP) return 'UDP';
  if (protocol === ICMP) return 'ICMP';
  if (protocol === ICMPV6) return 'IPv6-ICMP';
  if (protocol === SCTP) return 'SCTP';
  return protocol === 0 ? 'non-IP' : String(protocol).padStart(3, '0');
}

/** Text of originator and responder of a flow given as words. */
export function endpointTexts(words: ArrayLike<number>, offset: number): [string, string] {
  const length = (words[offset + 8]! >>> 16) & 255;
  return [addressText(words, offset, length), addressText(words, offset + 4, length)];
}
