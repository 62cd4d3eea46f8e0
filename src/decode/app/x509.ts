import { latin1 } from './bytes.ts';

/** Nested names and sets of one certificate that are read; real ones have fewer than 20. */
const MAX_PARTS = 64;
/** Longest subject or issuer text. */
const MAX_NAME_TEXT = 1024;

/** Short names of attribute types (RFC 4514 section 3 and OpenSSL's for the others). */
const ATTRIBUTES: Record<string, string> = {
  '550403': 'CN',
  '550404': 'SN',
  '550405': 'serialNumber',
  '550406': 'C',
  '550407': 'L',
  '550408': 'ST',
  '550409': 'street',
  '55040a': 'O',
  '55040b': 'OU',
  '55040c': 'title',
  '55040d': 'description',
  '55040f': 'businessCategory',
  '550411': 'postalCode',
  '55042a': 'GN',
  '55042b': 'initials',
  '55042e': 'dnQualifier',
  '550461': 'organizationIdentifier',
  '2a864886f70d010901': 'emailAddress',
  '2a864886f70d010902': 'unstructuredName',
  '0992268993f22c640119': 'DC',
  '0992268993f22c640101': 'UID',
  '2b0601040182373c020101': 'jurisdictionL',
  '2b0601040182373c020102': 'jurisdictionST',
  '2b0601040182373c020103': 'jurisdictionC',
};

/** One DER element: its tag, and where its content lies. */
interface Element {
  tag: number;
  start: number;
  end: number;
}

/** The element at `at`, or null when it does not fit before `end`. */
function readElement(bytes: Uint8Array, at: number, end: number): Element | null {
  if (at + 2 > end) return null;
  const tag = bytes[at] as number;
  let length = bytes[at + 1] as number;
  let start = at + 2;
  if (length >= 0x80) {
    const count = length & 0x7f;
    if (count === 0 || count > 4 || start + count > end) return null;
    length = 0;
    for (let index = 0; index < count; index++)
      length = length * 256 + (bytes[start + index] as number);
    start += count;
  }
  return start + length > end ? null : { tag, start, end: start + length };
}

/** The element at `at` when it has that tag. */
function expectElement(bytes: Uint8Array, at: number, end: number, tag: number): Element | null {
  const element = readElement(bytes, at, end);
  return element !== null && element.tag === tag ? element : null;
}

/** Subject and issuer of a certificate. */
export interface CertificateNames {
  subject: string;
  issuer: string;
}

/**
 * Subject and issuer of a DER certificate (RFC 5280 section 4.1), most specific part first as
 * RFC 4514 writes them, or null when it is malformed.
 */
export function certificateNames(
  bytes: Uint8Array,
  start: number,
  end: number,
): CertificateNames | null {
  const certificate = expectElement(bytes, start, end, 0x30);
  if (certificate === null) return null;
  const body = expectElement(bytes, certificate.start, certificate.end, 0x30);
  if (body === null) return null;
  let at = body.start;
  const version = readElement(bytes, at, body.end);
  if (version !== null && version.tag === 0xa0) at = version.end;
  const serial = expectElement(bytes, at, body.end, 0x02);
  if (serial === null) return null;
  const algorithm = expectElement(bytes, serial.end, body.end, 0x30);
  if (algorithm === null) return null;
  const issuer = expectElement(bytes, algorithm.end, body.end, 0x30);
  if (issuer === null) return null;
  const validity = expectElement(bytes, issuer.end, body.end, 0x30);
  if (validity === null) return null;
  const subject = expectElement(bytes, validity.end, body.end, 0x30);
  if (subject === null) return null;
  return { subject: nameText(bytes, subject), issuer: nameText(bytes, issuer) };
}

function nameText(bytes: Uint8Array, name: Element): string {
  const parts: string[] = [];
  let at = name.start;
  while (at < name.end && parts.length < MAX_PARTS) {
    const set = expectElement(bytes, at, name.end, 0x31);
    if (set === null) break;
    parts.push(setText(bytes, set));
    at = set.end;
  }
  return parts.reverse().join(',').slice(0, MAX_NAME_TEXT);
}

function setText(bytes: Uint8Array, set: Element): string {
  const parts: string[] = [];
  let at = set.start;
  while (at < set.end && parts.length < MAX_PARTS) {
    const pair = expectElement(bytes, at, set.end, 0x30);
    if (pair === null) break;
    const type = expectElement(bytes, pair.start, pair.end, 0x06);
    const value = type === null ? null : readElement(bytes, type.end, pair.end);
    if (type === null || value === null) break;
    parts.push(pairText(bytes, type, value, pair.end));
    at = pair.end;
  }
  return parts.join('+');
}

/** `CN=value`; an unknown type in dots, its value as `#` and the digits of its encoding. */
function pairText(bytes: Uint8Array, type: Element, value: Element, end: number): string {
  const name = ATTRIBUTES[digits(bytes, type.start, type.end)];
  if (name !== undefined) return `${name}=${valueText(bytes, value)}`;
  return `${dotted(bytes, type)}=#${digits(bytes, type.end, end).toUpperCase()}`;
}

function digits(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.subarray(start, end)).toString('hex');
}

/** An object identifier in dots (X.690 section 8.19). */
function dotted(bytes: Uint8Array, type: Element): string {
  let text = '';
  let value = 0;
  for (let at = type.start; at < type.end; at++) {
    const byte = bytes[at] as number;
    value = value * 128 + (byte & 0x7f);
    if (value > Number.MAX_SAFE_INTEGER / 256) return 'unknown';
    if ((byte & 0x80) !== 0) continue;
    if (text === '') {
      const top = Math.min(2, Math.floor(value / 40));
      text = `${top}.${value - top * 40}`;
    } else text += `.${value}`;
    value = 0;
  }
  return text === '' ? 'unknown' : text;
}

function valueText(bytes: Uint8Array, value: Element): string {
  const { tag, start, end } = value;
  const raw = bytes.subarray(start, end);
  let text: string;
  if (tag === 0x0c) text = Buffer.from(raw).toString('utf8');
  else if (tag === 0x1e) text = wide(bytes, start, end);
  else text = latin1(bytes, start, end);
  return escapeName(text);
}

/** BMPString: two bytes a character. */
function wide(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at + 1 < end; at += 2) {
    text += String.fromCharCode(((bytes[at] as number) << 8) | (bytes[at + 1] as number));
  }
  return text;
}

/**
 * Escapes as RFC 4514 section 2.4 asks. What is not printable ASCII stands as the `\\XX` of its
 * UTF-8 bytes: so OpenSSL prints names, and Zeek by it.
 */
function escapeName(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  let out = '';
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    const char = String.fromCharCode(byte);
    const first = at === 0 && (char === ' ' || char === '#');
    const last = at === bytes.length - 1 && char === ' ';
    if (byte < 0x20 || byte > 0x7e) out += `\\${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    else if (first || last || ',+"\\<>;'.includes(char)) out += `\\${char}`;
    else out += char;
  }
  return out;
}
