import { createHash } from 'node:crypto';
import { latin1, u16 } from './bytes.ts';

/** Ciphers and extensions of one hello that are looked at; real ones stay below 100. */
const MAX_LIST = 512;

/** What was read of a ClientHello or a ServerHello (RFC 8446 section 4.1). */
export class Hello {
  version = 0;
  /** From supported_versions: the highest offered, or the one chosen; 0 without the extension. */
  realVersion = 0;
  /** In hexadecimal. */
  sessionId = '';
  ciphers: number[] = [];
  extensions: number[] = [];
  groups: number[] = [];
  pointFormats: number[] = [];
  signatures: number[] = [];
  serverName = '';
  /** First protocol offered, or the one chosen. */
  alpn = '';
  /** Group of the server's key share; 0 without. */
  shareGroup = 0;
  /** A session ticket was sent along. */
  ticket = false;
}

/** True for the values that RFC 8701 reserves to be ignored. */
export function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >> 8 === (value & 255);
}

/**
 * Reads the body of a hello between `start` and `end`, or null when it is malformed. `datagram`: a
 * DTLS ClientHello carries a cookie more.
 */
export function readHello(
  bytes: Uint8Array,
  where: { start: number; end: number },
  client: boolean,
  datagram: boolean,
): Hello | null {
  const { start, end } = where;
  if (start + 35 > end) return null;
  const hello = new Hello();
  hello.version = u16(bytes, start);
  let at = start + 34;
  const session = bytes[at] as number;
  at += 1;
  if (session > 32 || at + session > end) return null;
  hello.sessionId = Buffer.from(bytes.subarray(at, at + session)).toString('hex');
  at += session;
  if (client) at = readOffers(hello, bytes, { start: at, end }, datagram);
  else if (at + 3 <= end) {
    hello.ciphers.push(u16(bytes, at));
    at += 3;
  } else return null;
  if (at < 0) return null;
  if (at + 2 <= end) readExtensions(hello, bytes, { start: at + 2, end }, client);
  return hello;
}

/** Cookie, cipher suites and compression methods; where the extensions begin, or -1. */
function readOffers(
  hello: Hello,
  bytes: Uint8Array,
  where: { start: number; end: number },
  datagram: boolean,
): number {
  const { end } = where;
  let at = where.start;
  if (datagram) at += 1 + (bytes[at] ?? 0);
  if (at + 2 > end) return -1;
  const length = u16(bytes, at);
  at += 2;
  if (length % 2 !== 0 || at + length + 1 > end) return -1;
  for (let index = 0; index < length && hello.ciphers.length < MAX_LIST; index += 2) {
    hello.ciphers.push(u16(bytes, at + index));
  }
  at += length;
  at += 1 + (bytes[at] as number);
  return at > end ? -1 : at;
}

function readExtensions(
  hello: Hello,
  bytes: Uint8Array,
  where: { start: number; end: number },
  client: boolean,
): void {
  let at = where.start;
  while (at + 4 <= where.end && hello.extensions.length < MAX_LIST) {
    const type = u16(bytes, at);
    const length = u16(bytes, at + 2);
    at += 4;
    if (at + length > where.end) return;
    hello.extensions.push(type);
    readExtension(hello, type, { bytes, start: at, end: at + length }, client);
    at += length;
  }
}

interface Span {
  bytes: Uint8Array;
  start: number;
  end: number;
}

function readExtension(hello: Hello, type: number, span: Span, client: boolean): void {
  const { bytes, start, end } = span;
  const size = end - start;
  if (type === 0 && client && size >= 5) {
    const length = u16(bytes, start + 3);
    if (start + 5 + length <= end) hello.serverName = latin1(bytes, start + 5, start + 5 + length);
  } else if (type === 10 && client) hello.groups = numbers(span, 2, 2);
  else if (type === 11) hello.pointFormats = numbers(span, 1, 1);
  else if (type === 13 && client) hello.signatures = numbers(span, 2, 2);
  else if (type === 16 && size >= 3) {
    const length = bytes[start + 2] as number;
    if (start + 3 + length <= end) hello.alpn = latin1(bytes, start + 3, start + 3 + length);
  } else if (type === 35) hello.ticket = size > 0;
  else if (type === 43) {
    if (!client && size >= 2) hello.realVersion = u16(bytes, start);
    if (client) hello.realVersion = highest(numbers(span, 1, 2));
  } else if (type === 51 && !client && size >= 2) hello.shareGroup = u16(bytes, start);
}

/** A list behind its length: `head` bytes of length, items of `item` bytes. */
function numbers(span: Span, head: 1 | 2, item: 1 | 2): number[] {
  const { bytes, start } = span;
  const list: number[] = [];
  if (start + head > span.end) return list;
  const length = head === 1 ? (bytes[start] as number) : u16(bytes, start);
  const end = Math.min(span.end, start + head + length);
  for (let at = start + head; at + item <= end && list.length < MAX_LIST; at += item) {
    list.push(item === 1 ? (bytes[at] as number) : u16(bytes, at));
  }
  return list;
}

/** The newest version of a list; versions of DTLS count downwards. */
function highest(versions: readonly number[]): number {
  let best = 0;
  for (const version of versions) {
    if (isGrease(version)) continue;
    const newer = version >= 0xfe00 ? version < best || best === 0 : version > best;
    if (newer) best = version;
  }
  return best;
}

const notGrease = (value: number): boolean => !isGrease(value);

function dashed(values: readonly number[]): string {
  return values.filter(notGrease).join('-');
}

/**
 * JA3 of a ClientHello: MD5 over version, ciphers, extensions, groups, formats (Salesforce, 2017).
 */
export function ja3(hello: Hello): string {
  const lists = [hello.ciphers, hello.extensions, hello.groups, hello.pointFormats].map(dashed);
  return md5(`${hello.version},${lists.join(',')}`);
}

/** JA3S of a ServerHello: MD5 over version, cipher and extensions. */
export function ja3s(hello: Hello): string {
  return md5(`${hello.version},${hello.ciphers[0]},${dashed(hello.extensions)}`);
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

const JA4_VERSIONS: Record<number, string> = {
  2: 's2',
  768: 's3',
  769: '10',
  770: '11',
  771: '12',
  772: '13',
  65279: 'd1',
  65277: 'd2',
  65276: 'd3',
};

/** JA4 of a ClientHello (FoxIO's definition, 2023). `transport`: 't' TCP, 'q' QUIC, 'd' DTLS. */
export function ja4(hello: Hello, transport: 't' | 'q' | 'd'): string {
  const ciphers = hello.ciphers.filter(notGrease);
  const extensions = hello.extensions.filter(notGrease);
  const version = JA4_VERSIONS[hello.realVersion || hello.version] ?? '00';
  const name = extensions.includes(0) ? 'd' : 'i';
  const a = `${transport}${version}${name}${two(ciphers.length)}${two(extensions.length)}`;
  const listed = extensions.filter((value) => value !== 0 && value !== 16).map(hex4);
  const signatures = hello.signatures.filter(notGrease).map(hex4);
  let c = listed.sort().join(',');
  if (signatures.length > 0) c += `_${signatures.join(',')}`;
  const b = ciphers.map(hex4).sort().join(',');
  const last = extensions.length === 0 ? NO_HASH : sha(c);
  return `${a}${ends(hello.alpn)}_${b === '' ? NO_HASH : sha(b)}_${last}`;
}

const NO_HASH = '000000000000';

function sha(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function two(count: number): string {
  return String(Math.min(99, count)).padStart(2, '0');
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, '0');
}

/** First and last character of the first ALPN value; their hexadecimal digits when not letters. */
function ends(alpn: string): string {
  if (alpn === '') return '00';
  const first = alpn.charCodeAt(0);
  const last = alpn.charCodeAt(alpn.length - 1);
  if (isAlphanumeric(first) && isAlphanumeric(last)) {
    return String.fromCharCode(first, last);
  }
  return `${(first >> 4).toString(16)}${(last & 15).toString(16)}`;
}

function isAlphanumeric(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}
