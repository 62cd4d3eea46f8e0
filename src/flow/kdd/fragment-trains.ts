import type { IpLayer } from '../../decode/index.ts';

/** Datagrams in pieces that are watched at once; a flood of fragments pushes out the oldest. */
export const MAX_TRAINS = 1024;
/** Pieces of a datagram that are remembered; a sound one of 64 KB has 45 on Ethernet. */
const MAX_PIECES = 64;
/** After so long the pieces of a datagram are no longer awaited: RFC 1122 lets a host choose 60 to 120 s. */
const MAX_AGE = 60_000_000;
/** The data set's column knows no more. */
const MAX_WRONG = 3;
const LARGEST_DATAGRAM = 65535;

/** Fragments of one datagram. */
export interface Train {
  readonly start: number;
  /** First and one past the last payload byte of each piece, one after the other. */
  readonly pieces: number[];
  wrong: number;
  /** Whose connection it is, once the first fragment told the ports; '' before. */
  connection: string;
}

/**
 * Watches fragments for what KDD calls wrong: pieces that overlap others (teardrop), that end past
 * 65,535 bytes (ping of death), or that are not the last and no multiple of 8 long (RFC 791).
 */
export class FragmentTrains {
  readonly #trains = new Map<string, Train>();
  readonly #ended: (train: Train) => void;

  /** @param ended called with each datagram when it is no longer watched */
  constructor(ended: (train: Train) => void) {
    this.#ended = ended;
  }

  /** Takes a fragment; `connection` names whose it is if it is the first one, else ''. */
  add(bytes: Uint8Array, layer: IpLayer, time: number, connection: string): Train {
    this.#expire(time);
    const key = trainKey(bytes, layer);
    let train = this.#trains.get(key);
    if (train === undefined) {
      train = { start: time, pieces: [], wrong: 0, connection: '' };
      if (this.#trains.size >= MAX_TRAINS) this.#dropOldest();
      this.#trains.set(key, train);
    }
    if (connection !== '') train.connection = connection;
    const start = layer.fragmentOffset;
    const end = start + layer.payloadLength;
    if (isWrong(train.pieces, layer, start, end))
      train.wrong = Math.min(MAX_WRONG, train.wrong + 1);
    if (train.pieces.length < MAX_PIECES * 2) train.pieces.push(start, end);
    return train;
  }

  /** Ends all that are still watched. */
  finish(): void {
    while (this.#trains.size > 0) this.#dropOldest();
  }

  #expire(time: number): void {
    for (const train of this.#trains.values()) {
      if (time - train.start < MAX_AGE) return;
      this.#dropOldest();
    }
  }

  #dropOldest(): void {
    for (const [key, train] of this.#trains) {
      this.#trains.delete(key);
      this.#ended(train);
      return;
    }
  }
}

function isWrong(pieces: readonly number[], layer: IpLayer, start: number, end: number): boolean {
  if (end > LARGEST_DATAGRAM) return true;
  if (layer.moreFragments && layer.payloadLength % 8 !== 0) return true;
  for (let i = 0; i < pieces.length; i += 2) {
    const same = pieces[i] === start && pieces[i + 1] === end;
    // The same piece once more is a retransmission, or a frame captured twice.
    if (!same && start < pieces[i + 1]! && end > pieces[i]!) return true;
  }
  return false;
}

/** RFC 791: source, destination, protocol and identification make a datagram. */
function trainKey(bytes: Uint8Array, layer: IpLayer): string {
  const length = layer.version === 4 ? 4 : 16;
  let key = `${layer.protocol} ${layer.identification} `;
  for (let i = 0; i < length; i++) key += String.fromCharCode(bytes[layer.sourceOffset + i]!);
  for (let i = 0; i < length; i++) key += String.fromCharCode(bytes[layer.destinationOffset + i]!);
  return key;
}
