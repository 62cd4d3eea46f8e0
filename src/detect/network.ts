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
  readonly bytes: Uint8Array;
  readonly bits: number;
}

function parsePrefix(text: string): Prefix {
  const slash = text.indexOf('/');
  const bytes = parseAddress(slash < 0 ? text : text.slice(0, slash));
  const digits = slash < 0 ? '' : text.slice(slash + 1);
  const bits = slash < 0 ? (bytes?.length ?? 0) * 8 : /^\d{1,3}$/.test(digits) ? +digits : -1;
  if (!bytes || bits < 0 || bits > bytes.length * 8) {
    throw new WiresiftError({
      code: 'DETECT_NETWORK',
      where: 'internal networks',
      saw: JSON.stringify(text),
      expected: 'an address with a prefix length',
      todo: 'Write it as 192.0.2.0/24 or 2001:db8::/32.',
      exitCode: 2,
    });
  }
  return { bytes, bits };
}

function contains({ bytes, bits }: Prefix, address: Uint8Array): boolean {
  if (bytes.length !== address.length) return false;
  for (let i = 0; i * 8 < bits; i++) {
    const mask = bits - i * 8 >= 8 ? 255 : (255 << (8 - (bits - i * 8))) & 255;
    if (((bytes[i]! ^ address[i]!) & mask) !== 0) return false;
  }
  return true;
}

/** Whether the text of an address lies inside the site. */
export type IsInternal = (address: string) => boolean;

/**
 * Compiles networks into a test of addresses; what is no IP address counts as inside (a MAC).
 * @throws WiresiftError `DETECT_NETWORK` for text that is no network
 */
export function createInternalTest(networks: readonly string[] = INTERNAL_NETWORKS): IsInternal {
  const prefixes = networks.map(parsePrefix);
  return (address) => {
    const bytes = parseAddress(address);
    return bytes === undefined || prefixes.some((prefix) => contains(prefix, bytes));
  };
}
