import { raise } from './anomaly.ts';
import type { Packet } from './packet.ts';

/** What is to be decoded next; every decoder returns one of these. */
export const DONE = 0;
/** A link header whose LINKTYPE_ number is `walk.code`. */
export const LINK = 1;
/** An Ethernet header. */
export const ETHERNET = 2;
/** An IEEE 802.2 LLC header. */
export const LLC = 3;
/** A PPP header, address and control bytes optional. */
export const PPP = 4;
/** What the EtherType `walk.code` stands for. */
export const NETWORK = 5;
/** What the IP protocol number `walk.code` stands for. */
export const TRANSPORT = 6;
/** A UDP payload; ports `walk.code` (destination) and `walk.alternative` (source). */
export const DATAGRAM = 7;

/** One of {@link DONE} to {@link DATAGRAM}. */
export type Level = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

/**
 * Headers of one frame that are followed before it is given up. Four IP layers with link headers
 * between them need some twenty steps; more is an attempt to keep the decoder busy.
 */
export const MAX_STEPS = 40;

/** Where the decoder stands in the frame: the state that is passed from header to header. */
export class Walk {
  /** First byte of the header to be decoded. */
  offset = 0;
  /** One past the last captured byte that belongs to it. */
  end = 0;
  /** Where it ended on the wire; never below `end`. */
  wireEnd = 0;
  /** Number that the header before gave: link type, EtherType, IP protocol or port. */
  code = 0;
  alternative = 0;
  /** True while a port alone suggests a tunnel: what does not parse then is no anomaly. */
  guessed = false;
  /** True behind the first fragment: headers may rightly declare more bytes than there are. */
  fragment = false;
}

/** The two anomalies of a header that does not fit: cut by the capture, or never sent. */
export interface Shortage {
  readonly truncated: number;
  readonly malformed: number;
}

/** Raises an anomaly unless the protocol was only guessed. @returns {@link DONE} */
export function refuse(packet: Packet, walk: Walk, bit: number): Level {
  if (!walk.guessed) raise(packet, bit);
  return DONE;
}

/**
 * The header at `walk.offset` needs `length` bytes and has fewer: raises the anomaly that fits.
 * @returns {@link DONE}
 */
export function tooShort(packet: Packet, walk: Walk, length: number, names: Shortage): Level {
  const onWire = walk.offset + length <= walk.wireEnd;
  return refuse(packet, walk, onWire ? names.truncated : names.malformed);
}
