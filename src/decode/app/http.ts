import type { Analyser, AnalyserHost, Prefix, Protocol } from './analyser.ts';
import type { HttpFacts } from './facts.ts';
import { type BodyKind, HttpBody } from './http-body.ts';
import { LineReader } from './lines.ts';
import { startsWithAny, visible } from './match.ts';
import { judgePath, loginName } from './shell-words.ts';

/** Requests that wait for their reply (pipelining); more are counted but no longer told apart. */
const MAX_WAITING = 64;
/** Header lines of one message; servers refuse more than about 100. */
const MAX_HEADERS = 256;

const METHODS = [
  'get head post put delete options connect trace patch propfind proppatch mkcol copy move lock',
  'unlock search report mkactivity checkout merge m-search notify subscribe unsubscribe bind',
  'rebind unbind acl purge link unlink bmove bcopy bdelete bpropfind bproppatch poll mkcalendar',
  'versioncontrol uncheckout rpc_in_data rpc_out_data sstp_duplex_post source baseline-control',
]
  .join(' ')
  .split(' ')
  .map((method) => `${method} `);

/** HTTP/1 (RFC 9112): a request of a known method and a version, or (HTTP/0.9) a reply to it. */
export const http: Protocol = {
  name: 'http',
  transport: 6,
  ports: [80, 81, 631, 1080, 3128, 8000, 8080, 8888],
  recognise: (originator: Prefix) => startsWithAny(originator, METHODS),
  create: (host) => new Http(host),
};

const LINE = 0;
const HEADERS = 1;
const BODY = 2;
const NOTHING = 3;

/** Where one direction stands. */
class Side {
  state = LINE;
  readonly lines = new LineReader();
  readonly body = new HttpBody();
  headers = 0;
  length = -1;
  chunked = false;
}

class Http implements Analyser {
  readonly #host: AnalyserHost;
  readonly #request = new Side();
  readonly #reply = new Side();
  /** Methods of the requests that no reply has answered yet. */
  readonly #waiting: string[] = [];
  #requests = 0;
  #replies = 0;
  #status = 0;
  #answered = '';
  #authorised = false;
  #user = '';
  #next: Analyser | null = null;

  constructor(host: AnalyserHost) {
    this.#host = host;
  }

  data(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): void {
    const side = fromOriginator ? this.#request : this.#reply;
    for (let at = start; at < end; ) {
      if (this.#next !== null) {
        this.#next.data(fromOriginator, bytes, at, end);
        return;
      }
      if (side.state === NOTHING) return;
      if (side.state === BODY) {
        this.#host.confirm('http');
        at = side.body.take(bytes, at, end);
        if (side.body.over) this.#bodyOver(fromOriginator, side);
      } else {
        at = side.lines.take(bytes, at, end);
        if (side.lines.complete) this.#line(fromOriginator, side);
      }
    }
  }

  gap(fromOriginator: boolean, length: number): void {
    if (this.#next !== null) this.#next.gap(fromOriginator, length);
    else {
      const side = fromOriginator ? this.#request : this.#reply;
      if (side.state === BODY && side.body.skip(length)) {
        if (side.body.over) this.#bodyOver(fromOriginator, side);
        return;
      }
      side.state = NOTHING;
      if (fromOriginator && this.#waiting.length === 0) this.#reply.state = NOTHING;
    }
  }

  bodyLeft(fromOriginator: boolean): number {
    if (this.#next !== null) return this.#next.bodyLeft?.(fromOriginator) ?? 0;
    const side = fromOriginator ? this.#request : this.#reply;
    return side.state === BODY ? side.body.countedLeft : 0;
  }

  end(): void {
    this.#settle(true, this.#request);
    this.#settle(false, this.#reply);
    this.#next?.end();
  }

  #line(fromOriginator: boolean, side: Side): void {
    const text = side.lines.text();
    if (side.state === LINE) {
      if (text.trim() === '') return;
      if (fromOriginator) this.#requestLine(side, text);
      else this.#replyLine(side, text);
    } else if (text === '') this.#headersOver(fromOriginator, side);
    else if (++side.headers <= MAX_HEADERS) this.#header(fromOriginator, side, text);
  }

  #begin(side: Side): void {
    side.state = HEADERS;
    side.headers = 0;
    side.length = -1;
    side.chunked = false;
    side.body.encoding = '';
  }

  #requestLine(side: Side, text: string): void {
    const blank = text.indexOf(' ');
    if (blank <= 0 || !isToken(text, blank)) {
      this.#host.weird('bad_HTTP_request', '');
      side.state = NOTHING;
      return;
    }
    const version = text.lastIndexOf(' HTTP/');
    const method = text.slice(0, blank);
    const uri = text.slice(blank, version > blank ? version : text.length).trim();
    this.#requests++;
    this.#authorised = false;
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(method);
    const facts = this.#facts();
    facts.requests = this.#requests;
    if (this.#requests === 1) {
      facts.method = method;
      facts.uri = uri;
      facts.version = version > blank ? text.slice(version + 6, version + 9) : '0.9';
    }
    const dialogue = this.#host.dialogue();
    dialogue.commands++;
    judgePath(dialogue, uri);
    if (version > blank) {
      this.#host.confirm('http');
      this.#begin(side);
    } else this.#plainReply();
  }

  /** HTTP/0.9: the reply has no header, and nothing follows it. */
  #plainReply(): void {
    this.#replies++;
    this.#facts().replies = this.#replies;
    this.#reply.body.start('close', 0, this.#replies === 1);
    this.#reply.state = BODY;
    this.#waiting.length = 0;
  }

  #replyLine(side: Side, text: string): void {
    const status = text.startsWith('HTTP/') ? Number.parseInt(text.slice(8).trimStart(), 10) : 0;
    if (!(status >= 100 && status <= 999)) {
      side.state = NOTHING;
      return;
    }
    this.#status = status;
    this.#answered = this.#waiting[0] ?? '';
    if (this.#waiting.length > 0) this.#host.confirm('http');
    else this.#host.weird('unmatched_HTTP_reply', '');
    const facts = this.#facts();
    if (status >= 200 || status === 101) {
      this.#waiting.shift();
      this.#replies++;
      facts.replies = this.#replies;
      this.#judge(status);
    }
    if (facts.statusCode === 0 || (this.#replies === 1 && facts.statusCode < 200)) {
      facts.statusCode = status;
      facts.version = text.slice(5, 8);
    }
    this.#begin(side);
  }

  #judge(status: number): void {
    if (!this.#authorised) return;
    const dialogue = this.#host.dialogue();
    if (status === 401) dialogue.failedLogins++;
    else if (status < 400) {
      dialogue.loggedIn = true;
      loginName(dialogue, this.#user);
    }
  }

  #header(fromOriginator: boolean, side: Side, text: string): void {
    const colon = text.indexOf(':');
    if (colon <= 0) return;
    const name = text.slice(0, colon).trim().toLowerCase();
    const value = text.slice(colon + 1).trim();
    if (name === 'content-length') {
      const length = Number.parseInt(value, 10);
      if (length >= 0 && length <= Number.MAX_SAFE_INTEGER) side.length = length;
    } else if (name === 'transfer-encoding') side.chunked = value.toLowerCase().includes('chunked');
    else if (name === 'content-encoding') side.body.encoding = value.toLowerCase();
    else if (fromOriginator) this.#requestHeader(name, value);
    else if (name === 'server' && this.#host.known().serverBanner === '') {
      this.#host.known().serverBanner = visible(value);
    }
  }

  #requestHeader(name: string, value: string): void {
    if (name === 'authorization') {
      this.#authorised = true;
      const code = value.toLowerCase().startsWith('basic ') ? value.slice(6).trim() : '';
      const pair = Buffer.from(code, 'base64').toString('latin1');
      this.#user = pair.slice(0, Math.max(0, pair.indexOf(':'))).toLowerCase();
    }
    if (this.#requests !== 1) return;
    const facts = this.#facts();
    if (name === 'host') facts.host = withoutPort(value);
    else if (name === 'user-agent') facts.userAgent = value;
  }

  #headersOver(fromOriginator: boolean, side: Side): void {
    if (!fromOriginator && this.#tunnelled(side)) return;
    const kind = fromOriginator ? requestKind(side) : this.#replyKind(side);
    const first = fromOriginator ? this.#requests === 1 : this.#replies === 1;
    side.body.start(kind, side.length, first);
    side.state = BODY;
    if (side.body.over) this.#bodyOver(fromOriginator, side);
  }

  /** CONNECT that was granted: what follows is another protocol. An upgrade: it is unknown. */
  #tunnelled(side: Side): boolean {
    if (this.#answered === 'CONNECT' && this.#status >= 200 && this.#status < 300) {
      this.#next = this.#host.detect();
    } else if (this.#status !== 101) return false;
    if (this.#next === null) this.#host.finish();
    side.state = NOTHING;
    this.#request.state = NOTHING;
    return true;
  }

  #replyKind(side: Side): BodyKind {
    const status = this.#status;
    if (this.#answered === 'HEAD' || status < 200 || status === 204 || status === 304)
      return 'none';
    if (side.chunked) return 'chunked';
    return side.length >= 0 ? 'length' : 'close';
  }

  #bodyOver(fromOriginator: boolean, side: Side): void {
    this.#settle(fromOriginator, side);
    // Once requests were lost it is not known which later replies have a body.
    const lost = this.#request.state === NOTHING && this.#waiting.length === 0;
    side.state = !fromOriginator && lost ? NOTHING : LINE;
  }

  /** Writes what is known of the body in hand, when it is the first. */
  #settle(fromOriginator: boolean, side: Side): void {
    if (side.state !== BODY) return;
    const facts = this.#facts();
    if (fromOriginator && this.#requests === 1) {
      facts.requestBodyLength = side.body.length;
      facts.origMimeTypes = side.body.mime();
    } else if (!fromOriginator && this.#replies === 1) {
      facts.responseBodyLength = side.body.length;
      facts.respMimeTypes = side.body.mime();
    }
  }

  #facts(): HttpFacts {
    const known = this.#host.known();
    if (known.http === null) known.http = newFacts();
    return known.http;
  }
}

function requestKind(side: Side): BodyKind {
  if (side.chunked) return 'chunked';
  return side.length > 0 ? 'length' : 'none';
}

function newFacts(): HttpFacts {
  return {
    transDepth: 1,
    method: '',
    host: '',
    uri: '',
    version: '',
    userAgent: '',
    requestBodyLength: 0,
    responseBodyLength: 0,
    statusCode: 0,
    origMimeTypes: '',
    respMimeTypes: '',
    requests: 0,
    replies: 0,
  };
}

/** True when the first `length` characters are a token of RFC 9110 section 5.6.2. */
function isToken(text: string, length: number): boolean {
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at);
    if (code <= 0x20 || code >= 0x7f || '()<>@,;:\\"/[]?={}'.includes(text[at] as string))
      return false;
  }
  return true;
}

/** The host of a Host header; brackets of an IPv6 address stay. */
function withoutPort(value: string): string {
  const colon = value.lastIndexOf(':');
  return colon > 0 && colon > value.lastIndexOf(']') ? value.slice(0, colon) : value;
}
