import { parseAddress, WiresiftError } from '../base/index.ts';

/**
 * Networks that count as inside unless told otherwise: RFC 1918, 6598 (shared), 3927 and 4291 (link
 * local), 1122 (loopback), 4193 (unique local).
 */
export const INTERNAL_NETWORKS: readonly string[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '127.0.0.0/8',
  'fe80::/10',
  'fc00::/7',
  '::1/128',
];

interface Prefix {
  /** Bytes of the address family: 4 or 16. */
  readonly length: number;
  /** The network's bits in four words, and which of them count. */
  readonly bits: Uint32Array;
  readonly mask: Uint32Array;
}

function wordsOf(bytes: Uint8Array): Uint32Array {
  const words = new Uint32Array(4);
  for (let i = 0; i < bytes.length; i++) words[i >> 2] = (words[i >> 2]! << 8) | bytes[i]!;
  return words;
}

function parsePrefix(text: string): Prefix {
  const slash = text.indexOf('/');
  const bytes = parseAddress(slash < 0 ? text : text.slice(0, slash));
  const digits = slash < 0 ? '' : text.slice(slash + 1);
  const size = slash < 0 ? (bytes?.length ?? 0) * 8 : /^\d{1,3}$/.test(digits) ? +digits : -1;
  if (!bytes || size < 0 || size > bytes.length * 8) {
    throw new WiresiftError({
      code: 'DETECT_NETWORK',
      where: 'internal networks',
      saw: JSON.stringify(text),
      expected: 'an address with a prefix length',
      todo: 'Write it as 192.0.2.0/24 or 2001:db8::/32.',
      exitCode: 2,
    });
  }
  const mask = new Uint32Array(4);
  for (let i = 0; i < size; i++) mask[i >> 5] = mask[i >> 5]! | (1 << (31 - (i & 31)));
  return { length: bytes.length, bits: wordsOf(bytes), mask };
}

/** The networks of the site. */
export class Site {
  readonly #prefixes: readonly Prefix[];

  /** @throws WiresiftError `DETECT_NETWORK` for text that is no network */
  constructor(networks: readonly string[] = INTERNAL_NETWORKS) {
    this.#prefixes = networks.map(parsePrefix);
  }

  /** Whether the address in four words from `offset` lies inside; one of 6 bytes (a MAC) does. */
  holdsWords(words: ArrayLike<number>, offset: number, length: number): boolean {
    if (length === 6) return true;
    for (const prefix of this.#prefixes) {
      if (prefix.length !== length) continue;
      const { bits, mask } = prefix;
      let differs = 0;
      for (let i = 0; i < 4; i++) differs |= (words[offset + i]! ^ bits[i]!) & mask[i]!;
      if (differs === 0) return true;
    }
    return false;
  }

  /** The same for an address as text; what is no IP address counts as inside. */
  holds(address: string): boolean {
    const bytes = parseAddress(address);
    return bytes === undefined || this.holdsWords(wordsOf(bytes), 0, bytes.length);
  }
}
