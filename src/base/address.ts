const hex = (value: number): string => value.toString(16).padStart(2, '0');

/** Dotted text of the four bytes at `offset`. */
export function ipv4Text(bytes: Uint8Array, offset: number): string {
  return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`;
}

/** Text of the sixteen bytes at `offset` as RFC 5952 recommends: lower case, longest run of zeros as `::`. */
export function ipv6Text(bytes: Uint8Array, offset: number): string {
  const words: number[] = [];
  for (let i = 0; i < 16; i += 2) words.push((bytes[offset + i]! << 8) | bytes[offset + i + 1]!);
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; ) {
    let j = i;
    while (j < 8 && words[j] === 0) j++;
    if (j - i > bestLength) {
      best = i;
      bestLength = j - i;
    }
    i = j + 1;
  }
  const text = (from: number, to: number): string =>
    words
      .slice(from, to)
      .map((word) => word.toString(16))
      .join(':');
  return best < 0 ? text(0, 8) : `${text(0, best)}::${text(best + bestLength, 8)}`;
}

/** Colon-separated text of the six bytes at `offset`. */
export function macText(bytes: Uint8Array, offset: number): string {
  let text = hex(bytes[offset]!);
  for (let i = 1; i < 6; i++) text += `:${hex(bytes[offset + i]!)}`;
  return text;
}

/**
 * Reads an IPv4 or IPv6 address. @returns its 4 or 16 bytes, or undefined when the text is neither
 */
export function parseAddress(text: string): Uint8Array | undefined {
  if (text.includes(':')) return parseIpv6(text);
  const fields = text.split('.');
  if (fields.length !== 4) return undefined;
  const bytes = new Uint8Array(4);
  for (let i = 0; i < 4; i++) {
    if (!/^\d{1,3}$/.test(fields[i]!) || Number(fields[i]) > 255) return undefined;
    bytes[i] = Number(fields[i]);
  }
  return bytes;
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2 || text.length > 45) return undefined;
  const lastField = text.slice(text.lastIndexOf(':') + 1);
  const words = (half: string): number[] | undefined => {
    if (half === '') return [];
    const list: number[] = [];
    const fields = half.split(':');
    for (const [i, field] of fields.entries()) {
      if (field.includes('.')) {
        // Dotted text stands only at the very end (RFC 4291, 2.2).
        if (half !== halves.at(-1) || i < fields.length - 1 || field !== lastField)
          return undefined;
        const four = parseAddress(field);
        if (four?.length !== 4) return undefined;
        list.push((four[0]! << 8) | four[1]!, (four[2]! << 8) | four[3]!);
      } else if (/^[0-9a-fA-F]{1,4}$/.test(field)) list.push(Number.parseInt(field, 16));
      else return undefined;
    }
    return list;
  };
  const head = words(halves[0]!);
  const tail = halves.length === 2 ? words(halves[1]!) : [];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...new Array<number>(missing).fill(0), ...tail];
  const bytes = new Uint8Array(16);
  for (let i = 0; i < 8; i++) {
    bytes[2 * i] = all[i]! >>> 8;
    bytes[2 * i + 1] = all[i]! & 255;
  }
  return bytes;
}
