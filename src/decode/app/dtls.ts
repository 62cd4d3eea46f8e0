import {
  type Analyser,
  type AnalyserHost,
  NO,
  type Prefix,
  type Protocol,
  type Verdict,
  YES,
} from './analyser.ts';
import { u16, u24 } from './bytes.ts';
import { spoken } from './match.ts';
import { TlsHandshake } from './tls-handshake.ts';

/**
 * Handshake fragments of DTLS that are put together: a chain of certificates is longer than this.
 */
const MAX_MESSAGE = 8192;

/** DTLS 1.0 to 1.3 (RFC 6347, 9147): a ClientHello record that opens the conversation. */
export const dtls: Protocol = {
  name: 'dtls',
  transport: 17,
  ports: [443, 3391, 4433, 5684],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const { bytes, start, end } = spoken(originator, responder);
    if (end - start < 25 || bytes[start] !== 22 || bytes[start + 1] !== 0xfe) return NO;
    const minor = bytes[start + 2] as number;
    if ((minor < 0xfc && minor !== 0) || u16(bytes, start + 3) !== 0) return NO;
    const kind = bytes[start + 13] as number;
    if (kind > 3 || kind === 0 || bytes[start + 25] !== 0xfe) return NO;
    return u16(bytes, start + 11) >= 12 + u24(bytes, start + 22) ? YES : NO;
  },
  create: (host) => new Dtls(host),
};

/** A message of one side whose fragments are still coming. */
interface Partial {
  type: number;
  bytes: Uint8Array;
  filled: number;
  total: number;
}

class Dtls implements Analyser {
  readonly #handshake: TlsHandshake;
  #client: Partial | null = null;
  #server: Partial | null = null;

  constructor(host: AnalyserHost) {
    this.#handshake = new TlsHandshake(host, 'd');
  }

  data(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at + 13 <= end) {
      const type = bytes[at] as number;
      const epoch = u16(bytes, at + 3);
      const length = u16(bytes, at + 11);
      const body = at + 13;
      if (type < 20 || type > 25 || body + length > end) return;
      if (epoch > 0) this.#handshake.secretRecord(fromOriginator);
      else if (type === 20) this.#handshake.changeCipher(fromOriginator);
      else if (type === 22) this.#fragments(fromOriginator, bytes, body, body + length);
      at = body + length;
    }
  }

  gap(): void {}

  end(): void {}

  #fragments(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at + 12 <= end) {
      const total = u24(bytes, at + 1);
      const offset = u24(bytes, at + 6);
      const length = u24(bytes, at + 9);
      const body = at + 12;
      if (body + length > end || offset + length > total) return;
      const type = bytes[at] as number;
      if (length === total) this.#handshake.message(type, bytes, body, body + length);
      else if (total <= MAX_MESSAGE) {
        const part = this.#part(fromOriginator, type, total, offset);
        if (part !== null) {
          part.bytes.set(bytes.subarray(body, body + length), offset);
          part.filled = offset + length;
          if (part.filled === total) this.#handshake.message(type, part.bytes, 0, total);
        }
      }
      at = body + length;
    }
  }

  /** The message that a fragment continues; null when the one before it is missing. */
  #part(fromOriginator: boolean, type: number, total: number, offset: number): Partial | null {
    const old = fromOriginator ? this.#client : this.#server;
    if (offset > 0) {
      return old !== null && old.type === type && old.total === total && old.filled === offset
        ? old
        : null;
    }
    const part = { type, bytes: new Uint8Array(total), filled: 0, total };
    if (fromOriginator) this.#client = part;
    else this.#server = part;
    return part;
  }
}
