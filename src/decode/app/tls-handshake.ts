import type { AnalyserHost } from './analyser.ts';
import { u16, u24 } from './bytes.ts';
import type { SslFacts } from './facts.ts';
import { visible } from './match.ts';
import { ja3, ja3s, ja4, readHello } from './tls-hello.ts';
import { groupName, suiteName, versionName } from './tls-suites.ts';
import { certificateNames } from './x509.ts';

const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
const CERTIFICATE = 11;
const SERVER_KEY_EXCHANGE = 12;
const CLIENT_KEY_EXCHANGE = 16;
const TLS13 = 0x0304;
const PRE_SHARED_KEY = 41;

/** The meaning of handshake messages: fills {@link SslFacts}, whatever carried them. */
export class TlsHandshake {
  readonly #host: AnalyserHost;
  readonly #transport: 't' | 'q' | 'd';
  #sessionId = '';
  #ticket = false;
  #clientKeys = false;
  #clientSecret = false;
  #serverSecret = false;
  /** True when a ServerHello chose TLS 1.3: from there on all is encrypted. */
  modern = false;
  /** True when a ServerHello came. */
  answered = false;

  constructor(host: AnalyserHost, transport: 't' | 'q' | 'd') {
    this.#host = host;
    this.#transport = transport;
  }

  /** One whole handshake message: its type, and its body. False when it is malformed. */
  message(type: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (type === CLIENT_HELLO) return this.#clientHello(bytes, start, end);
    if (type === SERVER_HELLO) return this.#serverHello(bytes, start, end);
    if (type === CERTIFICATE) this.#certificate(bytes, start, end);
    else if (type === SERVER_KEY_EXCHANGE && start + 4 <= end && bytes[start] === 3) {
      const facts = this.facts();
      if (facts.cipher.includes('_ECDH') && facts.curve === '') {
        facts.curve = groupName(u16(bytes, start + 1));
      }
    } else if (type === CLIENT_KEY_EXCHANGE) this.#clientKeys = true;
    return true;
  }

  /** One side switched to encryption (ChangeCipherSpec). */
  changeCipher(fromClient: boolean): void {
    if (!fromClient) this.#serverSecret = true;
    else {
      this.#clientSecret = true;
      if (this.#ticket && !this.#clientKeys && !this.modern && this.answered) {
        this.facts().resumed = true;
      }
    }
  }

  /** True when that side has said that it encrypts. */
  isSecret(fromClient: boolean): boolean {
    return fromClient ? this.#clientSecret : this.#serverSecret;
  }

  /** An encrypted record: the session stands once both sides sent such. */
  secretRecord(fromClient: boolean): void {
    if (!this.answered) return;
    if (this.modern) {
      if (fromClient) this.#clientSecret = true;
      else this.#serverSecret = true;
    }
    if (this.#clientSecret && this.#serverSecret) this.facts().established = true;
  }

  /** The facts, made at the first call. */
  facts(): SslFacts {
    const known = this.#host.known();
    if (known.ssl === null) known.ssl = newFacts();
    return known.ssl;
  }

  #clientHello(bytes: Uint8Array, start: number, end: number): boolean {
    const hello = readHello(bytes, { start, end }, true, this.#transport === 'd');
    if (hello === null || !isVersion(hello.version)) return false;
    this.#host.confirm(this.#transport === 'd' ? 'dtls' : 'ssl');
    const facts = this.facts();
    this.#sessionId = hello.sessionId;
    this.#ticket = hello.ticket;
    if (facts.ja3 !== '') return true;
    facts.serverName = visible(hello.serverName);
    facts.ja3 = ja3(hello);
    facts.ja4 = ja4(hello, this.#transport);
    return true;
  }

  #serverHello(bytes: Uint8Array, start: number, end: number): boolean {
    const hello = readHello(bytes, { start, end }, false, false);
    if (hello === null || !isVersion(hello.version)) return false;
    this.#host.confirm(this.#transport === 'd' ? 'dtls' : 'ssl');
    const facts = this.facts();
    const version = hello.realVersion || hello.version;
    // Drafts told their number (0x7fNN), and Facebook's own (0xfbNN), as the version itself.
    const draft = version >> 8 === 0x7f || version >> 8 === 0xfb;
    this.modern = draft || version === TLS13 || version === 0xfefc;
    if (this.answered && facts.version !== '') facts.version = versionName(version);
    this.answered = true;
    if (facts.version === '') facts.version = versionName(version);
    facts.cipher = suiteName(hello.ciphers[0] as number);
    if (hello.shareGroup !== 0) facts.curve = groupName(hello.shareGroup);
    if (hello.alpn !== '') facts.alpn = visible(hello.alpn);
    facts.ja3s = ja3s(hello);
    const known = this.#sessionId !== '' && this.#sessionId === hello.sessionId;
    if (this.modern ? hello.extensions.includes(PRE_SHARED_KEY) : known) facts.resumed = true;
    return true;
  }

  #certificate(bytes: Uint8Array, start: number, end: number): void {
    const facts = this.facts();
    if (facts.subject !== '' || facts.issuer !== '' || start + 6 > end || this.#clientKeys) return;
    const length = u24(bytes, start + 3);
    // A chain longer than what was kept still begins with the server's own certificate.
    const names = certificateNames(bytes, start + 6, Math.min(end, start + 6 + length));
    if (names === null) return;
    facts.subject = names.subject;
    facts.issuer = names.issuer;
  }
}

function isVersion(version: number): boolean {
  return (version >= 0x0300 && version <= 0x0304) || version >> 8 === 0x7f || version >= 0xfefc;
}

function newFacts(): SslFacts {
  return {
    version: '',
    cipher: '',
    curve: '',
    serverName: '',
    resumed: false,
    established: false,
    subject: '',
    issuer: '',
    ja3: '',
    ja3s: '',
    ja4: '',
    alpn: '',
  };
}
