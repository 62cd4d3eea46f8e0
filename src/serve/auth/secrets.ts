import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Bytes of session and token secrets. */
const BYTES = 32;
/** Begins every token, so that scanners for leaked secrets can know it. */
const PREFIX = 'wsf_';
const TOKEN = /^wsf_([A-Za-z0-9-]{1,64})_([A-Za-z0-9_-]{43})$/;

/** A secret of 256 bits, in base64url. */
export function newSecret(): string {
  return randomBytes(BYTES).toString('base64url');
}

/** What the store keeps of a secret. Secrets are random, so a plain hash is enough. */
export function hashSecret(secret: string, purpose = 'secret'): string {
  return createHash('sha256').update(`${purpose}:${secret}`).digest('hex');
}

/** Compares in constant time. */
export function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

/** The text of a token. */
export function tokenText(id: string, secret: string): string {
  return `${PREFIX}${id}_${secret}`;
}

/** Id and secret of a token's text, or undefined. */
export function readToken(text: string): { id: string; secret: string } | undefined {
  const [, id, secret] = TOKEN.exec(text) ?? [];
  return id !== undefined && secret !== undefined ? { id, secret } : undefined;
}
