/** Big-endian 16-bit number; the caller checked the bounds. */
export function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

/** Big-endian 24-bit number; the caller checked the bounds. */
export function u24(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 16) | u16(bytes, at + 1);
}

/** Big-endian unsigned 32-bit number; the caller checked the bounds. */
export function u32(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) * 65536 + u16(bytes, at + 2);
}

/** Little-endian 16-bit number; the caller checked the bounds. */
export function u16le(bytes: Uint8Array, at: number): number {
  return ((bytes[at + 1] as number) << 8) | (bytes[at] as number);
}

/** Little-endian unsigned 32-bit number; the caller checked the bounds. */
export function u32le(bytes: Uint8Array, at: number): number {
  return u16le(bytes, at + 2) * 65536 + u16le(bytes, at);
}

/** The memory of which text was made last, as a Buffer: making one costs more than a short text. */
let view: Buffer = Buffer.alloc(0);

/** Latin-1 text of the bytes; one character a byte. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > 48) {
    if (view.buffer !== bytes.buffer) view = Buffer.from(bytes.buffer);
    return view.toString('latin1', bytes.byteOffset + start, bytes.byteOffset + end);
  }
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}

/**
 * Compares the bytes with an ASCII word given in lower case, letters of either case being equal: 1
 * all of it is there, 0 it differs, -1 it agrees as far as the bytes go.
 */
export function wordAt(bytes: Uint8Array, at: number, end: number, word: string): -1 | 0 | 1 {
  const have = Math.min(word.length, end - at);
  for (let index = 0; index < have; index++) {
    let byte = bytes[at + index] as number;
    if (byte >= 0x41 && byte <= 0x5a) byte |= 0x20;
    if (byte !== word.charCodeAt(index)) return 0;
  }
  return have === word.length ? 1 : -1;
}
