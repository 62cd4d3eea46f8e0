import type { IpLayer } from '../../decode/index.ts';

/** Zeek's `frag_timeout`. */
const TIMEOUT = 300e6;
/** Datagrams being put together, and bytes held for them: past either, the oldest is given up. */
const MAX_DATAGRAMS = 1024;
const MAX_HELD = 32 * 2 ** 20;
/** Fragments of one datagram: a link of 68 bytes, the least that IPv4 allows, makes 1,366. */
const MAX_FRAGMENTS = 2048;
const MAX_DATAGRAM = 65_535;
/** Header of the datagram put together, at most: IPv4 with all options, or IPv6 without extensions. */
const MAX_HEADER = 60;

interface Piece {
  readonly start: number;
  readonly bytes: Uint8Array;
}

interface Datagram {
  readonly first: number;
  readonly header: Uint8Array;
  readonly pieces: Piece[];
  held: number;
  /** Bytes are there without a hole up to here: those of the first `joined` pieces. */
  reach: number;
  joined: number;
  /** Length of the payload once the last fragment is known; else 0. */
  size: number;
  /** Protocol that the first fragment names. */
  protocol: number;
  /** Bytes of extension headers that the datagram had and {@link Fragments.bytes} leaves out. */
  extensions: number;
}

/** Puts fragmented IP datagrams together, for what is counted of them is counted of the whole. */
export class Fragments {
  readonly #datagrams = new Map<string, Datagram>();
  readonly #bytes = new Uint8Array(MAX_HEADER + MAX_DATAGRAM);
  #held = 0;
  /** The last datagram completed: header and payload; overwritten by the next. */
  length = 0;
  extensions = 0;
  /** Datagrams given up for want of time or room. */
  lost = 0;

  /** Where the datagram lies: bytes 0 to {@link length}. */
  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** Adds a wholly captured fragment. @returns true when its datagram is complete */
  add(bytes: Uint8Array, layer: IpLayer, time: number): boolean {
    const key = keyOf(bytes, layer);
    let datagram = this.#datagrams.get(key);
    if (datagram && time - datagram.first >= TIMEOUT) {
      this.#drop(key, datagram);
      this.lost++;
      datagram = undefined;
    }
    if (!datagram) {
      if (this.#datagrams.size >= MAX_DATAGRAMS) this.#evict();
      datagram = open(bytes, layer, time);
      this.#datagrams.set(key, datagram);
    }
    const { fragmentOffset: start, payloadLength, payloadStart } = layer;
    const end = start + payloadLength;
    if (start === 0) datagram.protocol = layer.protocol;
    if (!layer.moreFragments || (datagram.size > 0 && end > datagram.size)) {
      datagram.size = Math.max(datagram.size, end);
    }
    if (end <= MAX_DATAGRAM && payloadLength > 0 && datagram.pieces.length < MAX_FRAGMENTS) {
      const copy = bytes.slice(payloadStart, payloadStart + payloadLength);
      insert(datagram, { start, bytes: copy });
      datagram.held += payloadLength;
      this.#held += payloadLength;
    }
    if (this.#held > MAX_HELD) this.#evict();
    const whole = datagram.size > 0 && datagram.reach >= datagram.size;
    if (!whole) return false;
    this.#join(datagram);
    this.#drop(key, datagram);
    return true;
  }

  #join(datagram: Datagram): void {
    const out = this.#bytes;
    const { header, pieces, protocol } = datagram;
    out.set(header, 0);
    let at = 0;
    for (const { start, bytes } of pieces) {
      if (start > at) break;
      if (start + bytes.length <= at) continue;
      out.set(bytes.subarray(at - start), header.length + at);
      at = start + bytes.length;
    }
    this.length = header.length + at;
    this.extensions = datagram.extensions;
    if (header[0]! >> 4 === 4) {
      out[2] = this.length >> 8;
      out[3] = this.length & 255;
      out[6] = 0;
      out[7] = 0;
    } else {
      out[4] = at >> 8;
      out[5] = at & 255;
      out[6] = protocol;
    }
  }

  #evict(): void {
    for (const [key, datagram] of this.#datagrams) {
      this.#drop(key, datagram);
      this.lost++;
      return;
    }
  }

  #drop(key: string, datagram: Datagram): void {
    this.#held -= datagram.held;
    datagram.held = 0;
    this.#datagrams.delete(key);
  }
}

/** Addresses and identification, as one character a byte; Zeek leaves the protocol out, too. */
function keyOf(bytes: Uint8Array, { version, sourceOffset, identification }: IpLayer): string {
  const end = sourceOffset + (version === 4 ? 8 : 32);
  let key = `${identification},`;
  for (let i = sourceOffset; i < end; i++) key += String.fromCharCode(bytes[i]!);
  return key;
}

function open(bytes: Uint8Array, layer: IpLayer, time: number): Datagram {
  const { headerStart, headerLength, version, protocol } = layer;
  const length = version === 4 ? headerLength : 40;
  return {
    first: time,
    header: bytes.slice(headerStart, headerStart + length),
    pieces: [],
    held: 0,
    reach: 0,
    joined: 0,
    size: 0,
    protocol,
    // The fragment header itself is no part of the datagram.
    extensions: version === 4 ? 0 : Math.max(headerLength - 48, 0),
  };
}

/** Keeps pieces by where they begin; fragments mostly come in order, so the end is looked at first. */
function insert(datagram: Datagram, piece: Piece): void {
  const { pieces } = datagram;
  let at = pieces.length;
  while (at > 0 && pieces[at - 1]!.start > piece.start) at--;
  pieces.splice(at, 0, piece);
  if (piece.start <= datagram.reach && at < datagram.joined) datagram.joined++;
  else if (at !== datagram.joined) return;
  datagram.reach = Math.max(datagram.reach, endIfJoined(datagram, piece));
  while (datagram.joined < pieces.length && pieces[datagram.joined]!.start <= datagram.reach) {
    const { start, bytes } = pieces[datagram.joined++]!;
    datagram.reach = Math.max(datagram.reach, start + bytes.length);
  }
}

function endIfJoined(datagram: Datagram, { start, bytes }: Piece): number {
  return start <= datagram.reach ? start + bytes.length : 0;
}
