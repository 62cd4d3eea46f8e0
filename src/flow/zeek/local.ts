import { parseAddress, WiresiftError } from '../../base/index.ts';

/**
 * Networks that Zeek 8 takes for local when a site names none: private, link-local, documentation and
 * other special-purpose ranges of the IANA registries (RFC 6890).
 */
export const PRIVATE_NETWORKS: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/24',
  '239.0.0.0/8',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  'fc00::/7',
  'fe80::/10',
];

interface Network {
  readonly bytes: Uint8Array;
  readonly bits: number;
}

/** A set of networks in CIDR notation. */
export class LocalNetworks {
  readonly #four: Network[] = [];
  readonly #six: Network[] = [];

  /** @throws WiresiftError `ZEEK_NETWORK` when a text is no network */
  constructor(texts: readonly string[]) {
    for (const text of texts) {
      const network = parse(text);
      (network.bytes.length === 4 ? this.#four : this.#six).push(network);
    }
  }

  /** True when no network is named. */
  get empty(): boolean {
    return this.#four.length + this.#six.length === 0;
  }

  /** True when the address of 4 or 16 bytes lies in one of the networks. */
  has(bytes: Uint8Array, offset: number, length: number): boolean {
    for (const network of length === 4 ? this.#four : this.#six) {
      if (lies(bytes, offset, network)) return true;
    }
    return false;
  }
}

function lies(bytes: Uint8Array, offset: number, network: Network): boolean {
  const whole = network.bits >> 3;
  for (let i = 0; i < whole; i++) if (bytes[offset + i] !== network.bytes[i]) return false;
  const rest = network.bits & 7;
  return rest === 0 || (bytes[offset + whole]! ^ network.bytes[whole]!) >> (8 - rest) === 0;
}

function parse(text: string): Network {
  const [address = '', length = '', ...more] = text.split('/');
  const bytes = parseAddress(address);
  const bits = /^\d{1,3}$/.test(length) ? Number(length) : -1;
  if (!bytes || more.length > 0 || bits < 0 || bits > bytes.length * 8) {
    throw new WiresiftError({
      code: 'ZEEK_NETWORK',
      where: 'local networks',
      saw: text,
      expected: 'a network such as 10.0.0.0/8 or fe80::/10',
      todo: 'Correct the list of local networks',
    });
  }
  return { bytes, bits };
}
