import {
  type Analyser,
  type AnalyserHost,
  NO,
  type Prefix,
  type Protocol,
  type Verdict,
  YES,
} from './analyser.ts';
import { u24, u32 } from './bytes.ts';
import { spoken } from './match.ts';
import {
  headerMask,
  type InitialKeys,
  initialKeys,
  knowsQuicVersion,
  openPacket,
  QUIC_V2,
} from './quic-keys.ts';
import { TlsHandshake } from './tls-handshake.ts';

/** Bytes of crypto stream kept each way: a ClientHello with post-quantum keys, a ServerHello. */
const MAX_CRYPTO = 8192;
/** Initial packets opened in one conversation: a handshake needs a handful. */
const MAX_PACKETS = 16;
/** A client's first datagram is padded to 1,200 bytes (RFC 9000 section 14.1). */
const MIN_INITIAL = 1200;

/** QUIC 1 and 2 (RFC 9000, 9369): an Initial packet whose seal opens. */
export const quic: Protocol = {
  name: 'quic',
  transport: 17,
  ports: [443, 853, 784],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const { bytes, start, end } = spoken(originator, responder);
    if (end - start < MIN_INITIAL || ((bytes[start] as number) & 0xc0) !== 0xc0) return NO;
    if (!knowsQuicVersion(u32(bytes, start + 1))) return NO;
    return (bytes[start + 5] as number) <= 20 ? YES : NO;
  },
  create: (host) => new Quic(host),
};

/** Where the parts of a long header lie. */
interface LongHeader {
  version: number;
  idStart: number;
  idEnd: number;
  /** First byte of the packet number, and one past the packet. */
  numberAt: number;
  end: number;
  initial: boolean;
}

/** One side's crypto stream as far as it came in order. */
class Stream {
  bytes: Uint8Array = new Uint8Array(0);
  /** Which bytes came; frames may come in any order. */
  seen: Uint8Array = new Uint8Array(0);
  whole = 0;
  read = false;

  add(source: Uint8Array, start: number, end: number, offset: number): void {
    if (this.read || offset + end - start > MAX_CRYPTO) return;
    if (this.bytes.length === 0) {
      this.bytes = new Uint8Array(MAX_CRYPTO);
      this.seen = new Uint8Array(MAX_CRYPTO);
    }
    this.bytes.set(source.subarray(start, end), offset);
    this.seen.fill(1, offset, offset + end - start);
    while (this.whole < MAX_CRYPTO && this.seen[this.whole] === 1) this.whole++;
  }
}

class Quic implements Analyser {
  readonly #host: AnalyserHost;
  readonly #handshake: TlsHandshake;
  readonly #client = new Stream();
  readonly #server = new Stream();
  #clientKeys: InitialKeys | null = null;
  #serverKeys: InitialKeys | null = null;
  #packets = 0;

  constructor(host: AnalyserHost) {
    this.#host = host;
    this.#handshake = new TlsHandshake(host, 'q');
  }

  data(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    // Several packets may share a datagram; each that is looked at is counted.
    while (at < end && this.#packets < MAX_PACKETS) {
      const header = readLongHeader(bytes, at, end);
      if (header === null) return;
      this.#packets++;
      if (header.initial) this.#initial(fromOriginator, bytes, at, header);
      at = header.end;
    }
    if (this.#packets >= MAX_PACKETS) this.#host.finish();
  }

  gap(): void {}

  end(): void {}

  #initial(fromOriginator: boolean, bytes: Uint8Array, start: number, header: LongHeader): void {
    if (this.#clientKeys === null) {
      const id = bytes.subarray(header.idStart, header.idEnd);
      this.#clientKeys = initialKeys(header.version, id, true);
      this.#serverKeys = initialKeys(header.version, id, false);
    }
    const keys = fromOriginator ? this.#clientKeys : this.#serverKeys;
    if (keys === null || header.numberAt + 20 > header.end) return;
    const sample = bytes.subarray(header.numberAt + 4, header.numberAt + 20);
    const mask = headerMask(keys, sample);
    const clear = bytes.slice(start, header.end);
    clear[0] = (clear[0] as number) ^ ((mask[0] as number) & 0x0f);
    const size = ((clear[0] as number) & 3) + 1;
    const numberAt = header.numberAt - start;
    let number = 0;
    for (let index = 0; index < size; index++) {
      const byte = (clear[numberAt + index] as number) ^ (mask[index + 1] as number);
      clear[numberAt + index] = byte;
      number = number * 256 + byte;
    }
    const body = numberAt + size;
    if (clear.length - body < 16) return;
    const frames = openPacket(keys, number, clear.subarray(0, body), clear.subarray(body));
    if (frames === null) return;
    this.#host.confirm('quic');
    const stream = fromOriginator ? this.#client : this.#server;
    readFrames(frames, stream);
    this.#messages(stream);
  }

  #messages(stream: Stream): void {
    if (stream.read || stream.whole < 4) return;
    const length = 4 + u24(stream.bytes, 1);
    if (stream.whole < length) return;
    stream.read = true;
    this.#handshake.message(stream.bytes[0] as number, stream.bytes, 4, length);
    stream.bytes = stream.seen = new Uint8Array(0);
    if (this.#client.read && this.#server.read) this.#host.finish();
  }
}

/** A variable-length number (RFC 9000 section 16): its value and where it ends; -1 when cut off. */
function readNumber(bytes: Uint8Array, at: number, end: number): { value: number; at: number } {
  if (at >= end) return { value: -1, at };
  const size = 1 << ((bytes[at] as number) >> 6);
  if (at + size > end) return { value: -1, at };
  let value = (bytes[at] as number) & 0x3f;
  for (let index = 1; index < size; index++) value = value * 256 + (bytes[at + index] as number);
  return { value, at: at + size };
}

function readLongHeader(bytes: Uint8Array, start: number, end: number): LongHeader | null {
  if (end - start < 7 || ((bytes[start] as number) & 0x80) === 0) return null;
  const version = u32(bytes, start + 1);
  const idStart = start + 6;
  const idEnd = idStart + (bytes[start + 5] as number);
  if (idEnd >= end) return null;
  const sourceEnd = idEnd + 1 + (bytes[idEnd] as number);
  const type = ((bytes[start] as number) >> 4) & 3;
  const initial = type === (version === QUIC_V2 ? 1 : 0);
  const retry = type === (version === QUIC_V2 ? 0 : 3);
  if (retry) return null;
  let at = sourceEnd;
  if (initial) {
    const token = readNumber(bytes, at, end);
    if (token.value < 0) return null;
    at = token.at + token.value;
  }
  const length = readNumber(bytes, at, end);
  if (length.value < 0 || length.at + length.value > end) return null;
  return { version, idStart, idEnd, numberAt: length.at, end: length.at + length.value, initial };
}

/**
 * Takes the CRYPTO frames (type 6) out of an opened packet; others that may stand there are
 * passed.
 */
function readFrames(frames: Uint8Array, stream: Stream): void {
  const end = frames.length;
  for (let at = 0; at < end; ) {
    const type = frames[at] as number;
    at++;
    if (type === 0 || type === 1) continue;
    if (type === 6) {
      const offset = readNumber(frames, at, end);
      const length = readNumber(frames, offset.at, end);
      if (offset.value < 0 || length.value < 0 || length.at + length.value > end) return;
      stream.add(frames, length.at, length.at + length.value, offset.value);
      at = length.at + length.value;
    } else if (type === 2 || type === 3) {
      at = passAck(frames, at, type);
      if (at < 0) return;
    } else return;
  }
}

/** Ranges of one ACK frame that are passed: a first flight acknowledges a handful. */
const MAX_RANGES = 64;

function passAck(frames: Uint8Array, start: number, type: number): number {
  let at = start;
  let numbers = 4;
  for (let index = 0; index < numbers; index++) {
    const { value, at: after } = readNumber(frames, at, frames.length);
    if (value < 0) return -1;
    if (index === 2) {
      if (value > MAX_RANGES) return -1;
      numbers += value * 2 + (type === 3 ? 3 : 0);
    }
    at = after;
  }
  return at;
}
