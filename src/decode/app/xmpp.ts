import {
  type Analyser,
  type AnalyserHost,
  MAYBE,
  type Prefix,
  type Protocol,
  type Verdict,
  YES,
} from './analyser.ts';
import { latin1 } from './bytes.ts';
import { startsWithAny } from './match.ts';

/** Bytes kept of one tag; a stream's opening tag with its namespaces is shorter. */
const MAX_TAG = 256;

/** XMPP (RFC 6120): an XML stream of Jabber's namespace, opened by both sides. */
export const xmpp: Protocol = {
  name: 'xmpp',
  transport: 6,
  ports: [5222, 5269],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const client = startsWithAny(originator, ['<?xml', '<stream:stream']);
    if (client !== YES) return client;
    const server = startsWithAny(responder, ['<?xml', '<stream:stream']);
    if (server !== YES) return server;
    const text = latin1(originator.bytes, originator.start, originator.end);
    return text.includes('<stream:stream') && text.includes('jabber:') ? YES : MAYBE;
  },
  create: (host) => new Xmpp(host),
};

class Xmpp implements Analyser {
  readonly #host: AnalyserHost;
  #tag = '';
  #open = false;
  #next: Analyser | null = null;

  constructor(host: AnalyserHost) {
    this.#host = host;
    host.confirm('xmpp');
  }

  data(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): void {
    if (this.#next !== null) this.#next.data(fromOriginator, bytes, start, end);
    else if (!fromOriginator) this.#tags(bytes, start, end);
  }

  #tags(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte === 0x3c) {
        this.#open = true;
        this.#tag = '';
      } else if (byte === 0x3e && this.#open) {
        this.#open = false;
        if (!this.#tag.startsWith('proceed')) continue;
        this.#next = this.#host.nested('ssl');
        if (this.#next === null) this.#host.finish();
        else if (at + 1 < end) this.#next.data(false, bytes, at + 1, end);
        return;
      } else if (this.#open && this.#tag.length < MAX_TAG) this.#tag += String.fromCharCode(byte);
    }
  }

  gap(fromOriginator: boolean, length: number): void {
    this.#next?.gap(fromOriginator, length);
  }

  end(): void {
    this.#next?.end();
  }
}
