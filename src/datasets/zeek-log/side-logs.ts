import { zeekSchema } from '../../flow/index.ts';
import {
  type Column,
  type ColumnSpec,
  type Schema,
  type Table,
  type TextColumn,
  texts,
} from '../../table/index.ts';

/** Logs whose first entry of a connection is joined to it, by `uid`. */
export const SIDE_LOGS: readonly string[] = ['dns', 'ssl', 'http', 'weird'];

const UID = zeekSchema.columns.find(({ name }) => name === 'uid')!;

/** `uid` and the columns of the zeek view that one side log fills. */
export function sideSchema(path: string): Schema {
  const own = (column: ColumnSpec): boolean => column.name.startsWith(`${path}_`);
  return { name: path, version: 1, columns: [UID, ...zeekSchema.columns.filter(own)] };
}

/** The field of a log that fills a column of the zeek view: `query` of dns.log fills `dns_query`. */
export function fieldOf(path: string, column: string): string {
  return SIDE_LOGS.includes(path) && column !== 'uid' ? column.slice(path.length + 1) : column;
}

interface SideLog {
  readonly table: Table;
  /** The first row of each connection. */
  readonly rowOf: ReadonlyMap<string, number>;
}

/** The side logs of one set of files, held whole, to be joined to rows of `conn.log`. */
export class SideLogs {
  readonly #logs: SideLog[] = [];

  /** @param table rows of {@link sideSchema} */
  add(table: Table): void {
    const { codes, dictionary } = texts(table, 'uid');
    const rowOf = new Map<string, number>();
    for (let row = 0; row < table.rows; row++) {
      const uid = dictionary[codes[row]!];
      if (uid !== undefined && !rowOf.has(uid)) rowOf.set(uid, row);
    }
    this.#logs.push({ table, rowOf });
  }

  /** The table with the side logs' columns filled; connections without an entry stay empty there. */
  join(table: Table): Table {
    let joined = table;
    for (const log of this.#logs) joined = joinOne(joined, log);
    return joined;
  }
}

function joinOne(table: Table, { table: side, rowOf }: SideLog): Table {
  const { codes, dictionary } = texts(table, 'uid');
  const rowOfCode = Int32Array.from(dictionary, (uid) => rowOf.get(uid) ?? -1);
  const columns = table.columns.map((column, i): Column => {
    const { name } = table.schema.columns[i]!;
    const from = name === 'uid' ? -1 : side.schema.columns.findIndex((spec) => spec.name === name);
    if (from < 0) return column;
    const source = side.columns[from]!;
    if (source.kind === 'number') {
      return { kind: 'number', values: joinNumbers(source.values, column, { codes, rowOfCode }) };
    }
    return joinTexts(source, column, { codes, rowOfCode });
  });
  return { ...table, columns };
}

interface JoinRows {
  readonly codes: Int32Array;
  readonly rowOfCode: Int32Array;
}

function joinNumbers(
  source: Float64Array,
  column: Column,
  { codes, rowOfCode }: JoinRows,
): Float64Array {
  const values = column.kind === 'number' ? column.values.slice() : new Float64Array(codes.length);
  for (let row = 0; row < codes.length; row++) {
    const from = codes[row]! < 0 ? -1 : rowOfCode[codes[row]!]!;
    if (from >= 0) values[row] = source[from]!;
  }
  return values;
}

/** Rows without an entry here keep what an earlier file of the same log gave them. */
function joinTexts(source: TextColumn, column: Column, { codes, rowOfCode }: JoinRows): TextColumn {
  const before = column.kind === 'text' ? column : undefined;
  const offset = before?.dictionary.length ?? 0;
  const joined = codes.map((code, row) => {
    const from = code < 0 ? -1 : rowOfCode[code]!;
    if (from < 0) return before?.codes[row] ?? -1;
    const word = source.codes[from]!;
    return word < 0 ? -1 : word + offset;
  });
  const dictionary =
    offset === 0 ? source.dictionary : [...before!.dictionary, ...source.dictionary];
  return { kind: 'text', codes: joined, dictionary };
}
