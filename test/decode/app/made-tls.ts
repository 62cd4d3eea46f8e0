import { bytesOf } from './dialogue.ts';

function u16(value: number): number[] {
  return [value >> 8, value & 255];
}

function withLength(size: 1 | 2 | 3, body: readonly number[]): number[] {
  const length = [body.length >> 16, (body.length >> 8) & 255, body.length & 255];
  return [...length.slice(3 - size), ...body];
}

/** An extension of a hello. */
export function extension(type: number, body: readonly number[]): number[] {
  return [...u16(type), ...withLength(2, body)];
}

/** The server_name extension. */
export function serverName(name: string): number[] {
  const host = [...bytesOf(name)];
  return extension(0, withLength(2, [0, ...withLength(2, host)]));
}

/** The ALPN extension with one protocol. */
export function alpn(name: string): number[] {
  return extension(16, withLength(2, withLength(1, [...bytesOf(name)])));
}

/** A list of 16-bit numbers behind its length of 16 bits. */
export function list16(values: readonly number[]): number[] {
  return withLength(2, values.flatMap(u16));
}

/** Body of a ClientHello with a session id of 32 equal bytes, or none for 0. */
export function clientHello(
  version: number,
  session: number,
  ciphers: readonly number[],
  extensions: readonly (readonly number[])[],
): number[] {
  const id = session === 0 ? [] : new Array<number>(32).fill(session);
  return [
    ...u16(version),
    ...new Array<number>(32).fill(7),
    ...withLength(1, id),
    ...list16(ciphers),
    1,
    0,
    ...withLength(2, extensions.flat()),
  ];
}

/** Body of a ServerHello. */
export function serverHello(
  version: number,
  session: number,
  cipher: number,
  extensions: readonly (readonly number[])[],
): number[] {
  const id = session === 0 ? [] : new Array<number>(32).fill(session);
  const random = new Array<number>(32).fill(9);
  const tail = withLength(2, extensions.flat());
  return [...u16(version), ...random, ...withLength(1, id), ...u16(cipher), 0, ...tail];
}

/** A handshake message: its type, its length, its body. */
export function handshake(type: number, body: readonly number[]): number[] {
  return [type, ...withLength(3, body)];
}

/** A TLS record. */
export function record(type: number, body: readonly number[]): Uint8Array {
  return new Uint8Array([type, 3, 3, ...withLength(2, body)]);
}

/** A DER element. */
export function der(tag: number, body: readonly number[]): number[] {
  if (body.length < 128) return [tag, body.length, ...body];
  return [tag, 0x82, ...u16(body.length), ...body];
}

/** A name of one attribute a set: `[last byte of 2.5.4.x, text]` each. */
export function derName(parts: readonly (readonly [number, string])[]): number[] {
  const sets = parts.map(([type, text]) =>
    der(0x31, der(0x30, [...der(6, [0x55, 4, type]), ...der(0x0c, [...Buffer.from(text)])])),
  );
  return der(0x30, sets.flat());
}

/** A certificate that holds names and otherwise only what the form asks for. */
export function certificate(subject: readonly number[], issuer: readonly number[]): number[] {
  const body = [
    ...der(0xa0, der(2, [2])),
    ...der(2, [1, 2, 3]),
    ...der(0x30, der(6, [0x2a, 3])),
    ...issuer,
    ...der(0x30, [
      ...der(0x17, [...bytesOf('250101000000Z')]),
      ...der(0x17, [...bytesOf('260101000000Z')]),
    ]),
    ...subject,
    ...der(0x30, []),
  ];
  return der(0x30, [...der(0x30, body), ...der(0x30, []), ...der(3, [0])]);
}

/** Body of a Certificate message with one certificate. */
export function certificateMessage(one: readonly number[]): number[] {
  return withLength(3, withLength(3, one));
}
