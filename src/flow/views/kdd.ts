import { type Column, NumberBuilder, type Table } from '../../table/index.ts';
import { KDD_FLAGS } from '../kdd/flag.ts';
import { KDD_NUMBERS, KDD_PROTOCOLS, type KddRows } from '../kdd/rows.ts';
import { KDD_SERVICES } from '../kdd/services.ts';
import { kddSchema } from './kdd-schema.ts';

/** The rows as the kdd view: the 41 columns of {@link kddSchema}. Copies; the rows may be reused. */
export function kddTable(rows: KddRows): Table {
  const length = rows.length;
  const numbers = Array.from({ length: KDD_NUMBERS }, () => new NumberBuilder(length));
  for (let row = 0; row < length; row++) {
    const at = row * KDD_NUMBERS;
    for (let i = 0; i < KDD_NUMBERS; i++) numbers[i]!.push(rows.numbers[at + i]!);
  }
  const columns = numbers.map((builder): Column => builder.finish());
  columns.splice(
    1,
    0,
    words(rows.protocol, KDD_PROTOCOLS, length),
    words(rows.service, KDD_SERVICES, length),
    words(rows.flag, KDD_FLAGS, length),
  );
  return { schema: kddSchema, rows: length, columns };
}

function words(codes: Uint8Array, dictionary: readonly string[], length: number): Column {
  return { kind: 'text', codes: Int32Array.from(codes.subarray(0, length)), dictionary };
}
