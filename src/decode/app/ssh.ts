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
import { LineReader } from './lines.ts';
import { lineWithWord, visible } from './match.ts';

/**
 * Lines a server may send before its version (RFC 4253 section 4.2); OpenSSH's client reads as
 * many.
 */
const MAX_EARLY_LINES = 1024;

/** SSH (RFC 4253): both sides say `SSH-`version. */
export const ssh: Protocol = {
  name: 'ssh',
  transport: 6,
  ports: [22],
  recognise(originator: Prefix, responder: Prefix): Verdict {
    const client = lineWithWord(originator, ['ssh-1.', 'ssh-2.']);
    if (client === NO) return NO;
    const server = lineWithWord(responder, ['ssh-1.', 'ssh-2.']);
    if (server === NO && client !== YES) return NO;
    // One side's word is enough to listen: a server may say much before its version.
    return client === YES || server === YES ? YES : MAYBE;
  },
  create: (host) => new Ssh(host),
};

class Ssh implements Analyser {
  readonly #host: AnalyserHost;
  readonly #originator = new LineReader();
  readonly #responder = new LineReader();
  #clientVersion = '';
  #serverVersion = '';
  #lines = 0;

  constructor(host: AnalyserHost) {
    this.#host = host;
  }

  data(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): void {
    const reader = fromOriginator ? this.#originator : this.#responder;
    for (let at = start; at < end; ) {
      if ((fromOriginator ? this.#clientVersion : this.#serverVersion) !== '') return;
      at = reader.take(bytes, at, end);
      if (reader.complete) this.#line(fromOriginator, reader.text());
    }
  }

  #line(fromOriginator: boolean, text: string): void {
    if (!text.toUpperCase().startsWith('SSH-')) {
      if (++this.#lines > MAX_EARLY_LINES) this.#host.finish();
      return;
    }
    if (fromOriginator) this.#clientVersion = this.#host.known().clientBanner = visible(text);
    else this.#serverVersion = this.#host.known().serverBanner = visible(text);
    if (this.#clientVersion === '' || this.#serverVersion === '') return;
    this.#host.confirm('ssh');
    this.#host.finish();
  }

  gap(): void {
    this.#host.finish();
  }

  end(): void {}
}
