import { latin1 } from './bytes.ts';

/** Bytes of a body that are looked at. */
export const MIME_BYTES = 512;

/** Fixed beginnings; the first that fits wins. Bytes as Latin-1 text. */
const MAGIC: readonly (readonly [string, string])[] = [
  ['\x89PNG\r\n\x1a\n', 'image/png'],
  ['GIF87a', 'image/gif'],
  ['GIF89a', 'image/gif'],
  ['\xff\xd8\xff', 'image/jpeg'],
  ['II*\0', 'image/tiff'],
  ['MM\0*', 'image/tiff'],
  ['\0\0\x01\0', 'image/x-icon'],
  ['8BPS', 'image/vnd.adobe.photoshop'],
  ['%PDF-', 'application/pdf'],
  ['%!PS', 'application/postscript'],
  ['\x7fELF', 'application/x-executable'],
  ['\xca\xfe\xba\xbe', 'application/x-java-applet'],
  ['\xce\xfa\xed\xfe', 'application/x-mach-o-executable'],
  ['\xcf\xfa\xed\xfe', 'application/x-mach-o-executable'],
  ['dex\n', 'application/x-dex'],
  ['\x1f\x8b', 'application/x-gzip'],
  ['BZh', 'application/x-bzip2'],
  ['\xfd7zXZ\0', 'application/x-xz'],
  ["7z\xbc\xaf'\x1c", 'application/x-7z-compressed'],
  ['Rar!\x1a\x07', 'application/x-rar'],
  ['MSCF\0\0\0\0', 'application/vnd.ms-cab-compressed'],
  ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'application/msword'],
  ['{\\rtf', 'text/rtf'],
  ['FWS', 'application/x-shockwave-flash'],
  ['CWS', 'application/x-shockwave-flash'],
  ['ZWS', 'application/x-shockwave-flash'],
  ['FLV\x01', 'video/x-flv'],
  ['OggS', 'application/ogg'],
  ['ID3', 'audio/mpeg'],
  ['fLaC', 'audio/x-flac'],
  ['\0\0\x01\xba', 'video/mpeg'],
  ['\0\0\x01\xb3', 'video/mpeg'],
  ['\x1aE\xdf\xa3', 'video/webm'],
  ['0&\xb2u\x8ef\xcf\x11', 'video/x-ms-asf'],
  ['wOFF', 'application/font-woff'],
  ['wOF2', 'application/font-woff2'],
  ['\0\x01\0\0\0', 'application/x-font-ttf'],
  ['OTTO', 'application/x-font-otf'],
  ['SQLite format 3\0', 'application/x-sqlite3'],
  ['Cr24', 'application/x-chrome-extension'],
  ['-----BEGIN CERT', 'application/x-x509-cert'],
  ['-----BEGIN PGP ', 'application/pgp'],
  ['MZ', 'application/x-dosexec'],
];

/** What markup begins with, in lower case. */
const MARKUP: readonly (readonly [string, string])[] = [
  ['<!doctype html', 'text/html'],
  ['<html', 'text/html'],
  ['<head', 'text/html'],
  ['<title', 'text/html'],
  ['<body', 'text/html'],
  ['<script', 'text/html'],
  ['<table', 'text/html'],
  ['<meta', 'text/html'],
  ['<h1', 'text/html'],
  ['<?php', 'text/x-php'],
  ['<?xml', 'application/xml'],
  ['<rss', 'text/rss'],
  ['<svg', 'image/svg+xml'],
  ['<cross-domain-policy', 'text/x-cross-domain-policy'],
  ['<soap', 'application/soap+xml'],
];

/**
 * The mime type that the first bytes of a body show, by the names that Zeek's file analysis gives,
 * or '' when nothing fits. Only `MIME_BYTES` bytes are looked at.
 */
export function mimeOf(bytes: Uint8Array, start: number, end: number): string {
  const last = Math.min(end, start + MIME_BYTES);
  if (last <= start) return '';
  const text = latin1(bytes, start, last);
  for (const [magic, type] of MAGIC) if (text.startsWith(magic)) return type;
  return container(text) || words(text);
}

/** Formats whose name stands behind a length or inside a ZIP file. */
function container(text: string): string {
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06')) return zipType(text);
  if (text.startsWith('RIFF')) {
    const kind = text.slice(8, 12);
    if (kind === 'WEBP') return 'image/webp';
    if (kind === 'WAVE') return 'audio/x-wav';
    return kind === 'AVI ' ? 'video/x-msvideo' : '';
  }
  if (text.slice(4, 8) === 'ftyp')
    return text.slice(8, 10) === 'qt' ? 'video/quicktime' : 'video/mp4';
  if (text.slice(257, 262) === 'ustar') return 'application/x-tar';
  if (text.startsWith('BM') && text.slice(6, 10) === '\0\0\0\0') return 'image/x-ms-bmp';
  const sync = text.charCodeAt(1);
  return text.startsWith('\xff') && (sync & 0xe6) === 0xe2 ? 'audio/mpeg' : '';
}

function zipType(text: string): string {
  const name = text.slice(30, 60);
  if (name.startsWith('META-INF/')) return 'application/java-archive';
  if (name.startsWith('[Content_Types].xml') || name.startsWith('_rels/')) {
    return 'application/vnd.openxmlformats-officedocument';
  }
  return 'application/zip';
}

function words(text: string): string {
  const plain = text.startsWith('\xef\xbb\xbf') ? text.slice(3) : text;
  const start = plain.trimStart();
  const lower = start.slice(0, 64).toLowerCase();
  for (const [mark, type] of MARKUP) if (lower.startsWith(mark)) return type;
  if (lower.startsWith('<!--')) return 'text/html';
  if (!isText(plain)) return '';
  if (start.startsWith('#!')) return scriptType(start);
  return isJson(start) ? 'text/json' : 'text/plain';
}

function scriptType(text: string): string {
  const line = text.slice(0, Math.max(0, text.indexOf('\n')));
  for (const name of ['python', 'perl', 'ruby', 'php', 'lua', 'tcl']) {
    if (line.includes(name)) return `text/x-${name}`;
  }
  return 'text/x-shellscript';
}

/** `{` and a quoted name, or `[` and what may follow it: as far as the first bytes can tell. */
function isJson(text: string): boolean {
  const inner = text.slice(1).trimStart();
  if (text.startsWith('{')) return inner.startsWith('"') || inner.startsWith('}');
  return text.startsWith('[') && (inner === '' || '{["-0123456789]'.includes(inner[0] as string));
}

function isText(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 && code !== 9 && code !== 10 && code !== 12 && code !== 13 && code !== 27) {
      return false;
    }
    if (code === 0x7f) return false;
  }
  return true;
}
