import { argusSchema, argusTable, type FlowBatch, kddSchema, zeekSchema } from '../flow/index.ts';
import type { Schema, Table } from '../table/index.ts';
import { argusFileSchema, argusTextFormat, argusWords } from './ctu13/format.ts';
import { viewOf } from './dataset-files.ts';
import { DelimitedParser, type LineFormat } from './delimited.ts';
import { eveCells } from './eve/flow.ts';
import type { FlowFormatName } from './flow-format.ts';
import { jsonObject, member } from './json-line.ts';
import { kddFileSchema, kddFormat } from './kdd99/format.ts';
import { LineSplitter, MAX_EVENT_BYTES } from './line-splitter.ts';
import { NetflowDecoder } from './netflow/decoder.ts';
import { NfdumpReader } from './netflow/nfdump.ts';
import type { Problems } from './problems.ts';
import { RecordRows } from './record-rows.ts';
import { TableRows } from './table-rows.ts';
import { emptyFilledCells, tonIotFileSchema, tonIotFormat } from './toniot/format.ts';
import { unescapeWords, ZeekFormat } from './zeek-log/format.ts';
import { BadCell, jsonCells, jsonPath } from './zeek-log/json.ts';
import { fieldOf } from './zeek-log/side-logs.ts';

/** Parses one file given in pieces; the rows gathered so far can be taken at any time. */
export interface FlowParser {
  feed(piece: Uint8Array): void;
  finish(): void;
  /**
   * Rows since the last call, as tables; none while there are fewer than `least`, so that tables are
   * not made for every small piece.
   */
  take(least: number): Table[];
  /** Rows that tell of the sensor, or of something else than flows; skipped. */
  readonly skipped: number;
}

/** What every parser is opened with. */
export interface FlowParserOptions {
  /** Name of the file in messages. */
  readonly path: string;
  readonly problems: Problems;
  /** Zeek: which log the file is (`conn`, `dns` …) and the schema that its rows fill. */
  readonly log: string;
  readonly schema: Schema;
}

/** Opens a parser for a format. */
export function openParser(name: FlowFormatName, options: FlowParserOptions): FlowParser {
  const { path, schema, log } = options;
  switch (name) {
    case 'argus-text':
      return delimited(options, argusFileSchema, argusTextFormat(path), (table) =>
        viewOf(argusWords(table), argusSchema),
      );
    case 'ton-iot':
      return delimited(options, tonIotFileSchema, tonIotFormat(path), (table) => {
        emptyFilledCells(table);
        return viewOf(table, zeekSchema);
      });
    case 'kdd':
      return delimited(options, kddFileSchema, kddFormat(path), (table) =>
        viewOf(table, kddSchema),
      );
    case 'zeek-tsv': {
      const columnOf = (field: string): number =>
        schema.columns.findIndex((column) => fieldOf(log, column.name) === field);
      return delimited(options, schema, new ZeekFormat(path, schema, columnOf), unescapeWords);
    }
    case 'zeek-json':
      return new JsonParser(options, zeekLine(options));
    case 'eve':
      return new JsonParser({ ...options, schema: zeekSchema }, eveLine);
    case 'netflow':
      return new NetflowParser(options);
    case 'nfdump':
      return nfdump(options);
  }
}

function delimited(
  { path, problems }: FlowParserOptions,
  schema: Schema,
  format: LineFormat,
  finish: (table: Table) => Table,
): FlowParser {
  const rows = new TableRows(schema, 8192);
  const parser = new DelimitedParser({ path, rows, problems, format });
  return {
    feed: (piece) => parser.feed(piece),
    finish: () => parser.finish(),
    take: (least) => (isFew(rows, least) ? [] : [finish(rows.take())]),
    get skipped() {
      return parser.management;
    },
  };
}

const isFew = ({ length }: { length: number }, least: number): boolean =>
  length === 0 || length < least;

/** Cells of a line, why it is bad, or `skip` for a line that is not about a flow. */
type LineCells = ReturnType<typeof jsonCells> | 'skip';

const eveLine = (text: string): LineCells => {
  const event = jsonObject(text);
  if (!event) return new BadCell('line', text.slice(0, 40));
  if (member(event, 'event_type') !== 'flow') return 'skip';
  return eveCells(event, text) ?? new BadCell('flow', 'no addresses or times');
};

function zeekLine({ log, schema }: FlowParserOptions): (text: string) => LineCells {
  const fields = schema.columns.map(({ name }) => fieldOf(log, name));
  return (text) => {
    const object = jsonObject(text);
    if (!object) return new BadCell('line', text.slice(0, 40));
    const path = jsonPath(object);
    if (path !== log && path !== '') return 'skip';
    return jsonCells(object, schema, fields);
  };
}

class JsonParser implements FlowParser {
  skipped = 0;
  readonly #lines: LineSplitter;
  readonly #rows: RecordRows;

  constructor({ path, problems, schema }: FlowParserOptions, read: (text: string) => LineCells) {
    this.#rows = new RecordRows(schema);
    this.#lines = new LineSplitter((text) => {
      const where = `${path}, line ${this.#lines.line}`;
      if (text === undefined) {
        problems.add(where, `over ${MAX_EVENT_BYTES} bytes in one line`, 'a JSON object');
        return;
      }
      const cells = read(text);
      if (cells === 'skip') this.skipped++;
      else if (cells instanceof BadCell) problems.add(where, cells.saw, 'a readable cell');
      else this.#rows.push(cells);
    });
  }

  feed(piece: Uint8Array): void {
    this.#lines.feed(piece);
  }

  finish(): void {
    this.#lines.finish();
  }

  take(least: number): Table[] {
    return isFew(this.#rows, least) ? [] : [this.#rows.take()];
  }
}

/** Longest message of IPFIX, and more than any datagram. */
const MAX_MESSAGE_BYTES = 1 << 16;

/** Messages one after the other. A message is decoded once a whole one must be there. */
class NetflowParser implements FlowParser {
  readonly skipped = 0;
  readonly #tables: Table[] = [];
  readonly #decoder: NetflowDecoder;
  #kept = new Uint8Array(0);
  #read = 0;

  constructor({ path, problems }: FlowParserOptions) {
    this.#decoder = new NetflowDecoder({
      onBatch: (batch) => this.#tables.push(argusTable(batch)),
      onProblem: (saw, expected) => problems.add(`${path}, byte ${this.#read}`, saw, expected),
    });
  }

  feed(piece: Uint8Array): void {
    this.#kept = Buffer.concat([this.#kept, piece]);
    this.#decode(MAX_MESSAGE_BYTES);
  }

  finish(): void {
    this.#decode(0);
    this.#decoder.flush();
  }

  #decode(spare: number): void {
    const bytes = this.#kept;
    let at = 0;
    while (bytes.length - at > spare) {
      const next = this.#decoder.message(bytes, at, bytes.length, 0);
      this.#read += next - at;
      at = next;
    }
    this.#kept = bytes.slice(at);
  }

  take(): Table[] {
    return this.#tables.splice(0);
  }
}

function nfdump({ path, problems }: FlowParserOptions): FlowParser {
  const tables: Table[] = [];
  const reader = new NfdumpReader({
    path,
    onBatch: (batch: FlowBatch) => tables.push(argusTable(batch)),
    onProblem: (where, saw, expected) => problems.add(where, saw, expected),
  });
  return {
    feed: (piece) => reader.feed(piece),
    finish: () => reader.finish(),
    take: () => tables.splice(0),
    skipped: 0,
  };
}
