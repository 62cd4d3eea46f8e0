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
import { u16, u24 } from './bytes.ts';
import { Gather } from './gather.ts';
import { TlsHandshake } from './tls-handshake.ts';

/** Bytes kept of one handshake message: room for a server's own certificate, not for its chain. */
const MAX_HANDSHAKE = 8192;
/** A record's length with all that encryption may add (RFC 5246 section 6.2.3). */
const MAX_RECORD = 16_384 + 2048;

const CHANGE_CIPHER = 20;
const ALERT = 21;
const HANDSHAKE = 22;
const APPLICATION = 23;
const HEARTBEAT = 24;

/** SSL 2.0 to TLS 1.3 over TCP (RFC 8446, 5246): a hello that opens the stream. */
export const tls: Protocol = {
  name: 'ssl',
  transport: 6,
  ports: [443, 465, 563, 585, 614, 636, 989, 990, 992, 993, 994, 995, 8443, 853],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const client = judgeHello(originator, 1);
    if (client !== NO)
      return client === MAYBE ? (judgeHello(responder, 2) === YES ? YES : MAYBE) : YES;
    return judgeSsl2(originator);
  },
  create: (host) => new Tls(host),
};

/** `16 03 vv ll ll type l l l 03 vv`, the lengths agreeing with each other. */
function judgeHello(prefix: Prefix, type: number): Verdict {
  const { bytes, start } = prefix;
  const have = prefix.end - start;
  if (have >= 1 && bytes[start] !== HANDSHAKE) return NO;
  if (have >= 2 && bytes[start + 1] !== 3) return NO;
  if (have >= 3 && (bytes[start + 2] as number) > 4) return NO;
  if (have >= 6 && bytes[start + 5] !== type) return NO;
  if (have >= 10 && bytes[start + 9] !== 3 && bytes[start + 9] !== 0x7f) return NO;
  if (have < 11) return MAYBE;
  const record = u16(bytes, start + 3);
  const length = u24(bytes, start + 6);
  return record >= 4 && record <= MAX_RECORD && length >= 38 && length < 65_536 ? YES : NO;
}

/** An SSLv2 ClientHello: two-byte header, type 1, a version, and lengths that add up. */
function judgeSsl2(prefix: Prefix): Verdict {
  const { bytes, start } = prefix;
  const have = prefix.end - start;
  if (have >= 1 && ((bytes[start] as number) & 0x80) === 0) return NO;
  if (have >= 3 && bytes[start + 2] !== 1) return NO;
  if (have < 11) return MAYBE;
  const version = u16(bytes, start + 3);
  if (version !== 2 && (version < 0x0300 || version > 0x0303)) return NO;
  const ciphers = u16(bytes, start + 5);
  const lengths = ciphers + u16(bytes, start + 7) + u16(bytes, start + 9);
  const length = u16(bytes, start) & 0x7fff;
  return ciphers > 0 && ciphers % 3 === 0 && length === 9 + lengths ? YES : NO;
}

/** One direction: record header, then record content, of which handshakes are put together. */
class Side {
  readonly header = new Gather(5);
  readonly message = new Gather(MAX_HANDSHAKE);
  type = 0;
  left = 0;
  begun = false;

  constructor() {
    this.header.start(5);
    this.message.start(4);
  }
}

class Tls implements Analyser {
  readonly #host: AnalyserHost;
  readonly #handshake: TlsHandshake;
  readonly #client = new Side();
  readonly #server = new Side();
  #over = false;

  constructor(host: AnalyserHost) {
    this.#host = host;
    this.#handshake = new TlsHandshake(host, 't');
  }

  data(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): void {
    const side = fromOriginator ? this.#client : this.#server;
    for (let at = start; at < end && !this.#over; ) {
      if (side.left === 0) {
        at = side.header.take(bytes, at, end);
        if (!side.header.full) return;
        this.#record(fromOriginator, side);
      } else {
        const taken = Math.min(side.left, end - at);
        if (side.type === HANDSHAKE && !this.#isSecret(fromOriginator)) {
          this.#messages(side, bytes, at, at + taken);
        }
        at += taken;
        side.left -= taken;
      }
    }
  }

  gap(fromOriginator: boolean, length: number): void {
    const side = fromOriginator ? this.#client : this.#server;
    if (length > side.left) {
      this.#stop();
      return;
    }
    side.left -= length;
    if (side.type !== HANDSHAKE || this.#isSecret(fromOriginator)) return;
    // A capture that keeps the first bytes of each packet only still shows a hello's head.
    if (side.message.need === 4 || side.message.skip(length) > 0) this.#stop();
    else if (side.message.full) this.#whole(side.message);
  }

  end(): void {}

  #isSecret(fromOriginator: boolean): boolean {
    return !this.#handshake.modern && this.#handshake.isSecret(fromOriginator);
  }

  #record(fromOriginator: boolean, side: Side): void {
    const header = side.header.bytes;
    if (!side.begun) {
      side.begun = true;
      if (((header[0] as number) & 0x80) !== 0 && header[2] !== 3) {
        this.#ssl2(fromOriginator, header);
        return;
      }
    }
    side.type = header[0] as number;
    side.left = u16(header, 3);
    side.header.start(5);
    const known = side.type >= CHANGE_CIPHER && side.type <= HEARTBEAT;
    if (!known || header[1] !== 3 || side.left > MAX_RECORD) {
      this.#stop();
      return;
    }
    if (side.type === CHANGE_CIPHER) this.#handshake.changeCipher(fromOriginator);
    else if (side.type === APPLICATION) this.#handshake.secretRecord(fromOriginator);
    else if (side.type !== ALERT && this.#isSecret(fromOriginator)) {
      this.#handshake.secretRecord(fromOriginator);
    }
    // Behind an established session nothing but ciphertext follows.
    if (this.#handshake.answered && this.#handshake.facts().established) this.#stop();
  }

  /** SSLv2 hellos: the client's may open a newer session; the server's tells the version. */
  #ssl2(fromOriginator: boolean, header: Uint8Array): void {
    const side = fromOriginator ? this.#client : this.#server;
    if (fromOriginator && header[2] === 1) {
      this.#host.confirm('ssl');
      // What is left of the record behind the five bytes that were taken as a header.
      side.type = 0;
      side.left = Math.max(0, (u16(header, 0) & 0x7fff) - 3);
      side.header.start(5);
      return;
    }
    if (!fromOriginator && header[2] === 4) {
      this.#handshake.facts().version = 'SSLv2';
    }
    this.#stop();
  }

  #messages(side: Side, bytes: Uint8Array, start: number, end: number): void {
    const message = side.message;
    for (let at = start; at < end; ) {
      at = message.take(bytes, at, end);
      if (!message.full) return;
      if (message.need === 4) {
        const length = u24(message.bytes, 1);
        message.extend(4 + length);
        if (length > 0) continue;
      }
      this.#whole(message);
      if (this.#over) return;
    }
  }

  #whole(message: Gather): void {
    const type = message.bytes[0] as number;
    if (!this.#handshake.message(type, message.bytes, 4, message.kept)) this.#stop();
    message.start(4);
  }

  #stop(): void {
    this.#over = true;
    this.#host.finish();
  }
}
