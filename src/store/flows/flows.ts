import { basename, join } from 'node:path';
import type { DuckDBValue } from '@duckdb/node-api';
import { WiresiftError } from '../../base/index.ts';
import { type ColumnSpec, schemaId } from '../../table/index.ts';
import { Answers } from '../answers.ts';
import { readCursor, writeCursor } from '../cursor.ts';
import { badQuery } from '../filter.ts';
import { pageSize } from '../rows.ts';
import { compactParts } from './compact.ts';
import type { Duck, FlowSql } from './duck.ts';
import { boundCell, cellSql, columnOf, quoted, Values, whereSql } from './flow-sql.ts';
import type {
  FlowCell,
  FlowFilter,
  FlowPage,
  FlowPart,
  FlowQuery,
  FlowRow,
  FlowStore,
  FlowWriter,
  FlowWriterOptions,
  Histogram,
  HostScores,
  HostScoresQuery,
  Spread,
} from './flow-store.ts';
import { PartWriter } from './flow-writer.ts';
import { countValues, histogramOf } from './histogram.ts';
import { hostScoresOf, NO_SCORES } from './host-scores.ts';
import type { Parts } from './parts.ts';
import type { NewPart } from './places.ts';
import { cellOf, type Reading } from './reading.ts';
import { noSpread, spreadOf } from './spread.ts';
import type { FlowView } from './view.ts';

/** Rows a download may have. */
const MAX_STREAM = 10_000_000;
/** Milliseconds that sums over the same files are kept. */
const ANSWERS_MILLIS = 600_000;

/** Flows as Parquet files over a registry. */
export class Flows implements FlowStore {
  readonly views: readonly FlowView[];
  readonly #parts: Parts;
  readonly #duck: Duck;
  readonly #writes: boolean;
  readonly #answers = new Answers(ANSWERS_MILLIS);

  /** @param writes whether this process owns the folder */
  constructor(parts: Parts, duck: Duck, views: readonly FlowView[], writes: boolean) {
    this.#parts = parts;
    this.#duck = duck;
    this.views = views;
    this.#writes = writes;
  }

  writer(options: FlowWriterOptions): FlowWriter {
    this.checkOwner();
    return new PartWriter(this.#parts, this.#view(options.view), options);
  }

  async adopt(parts: readonly NewPart[]): Promise<void> {
    this.checkOwner();
    await this.#parts.adopt(parts);
  }

  async page(query: FlowQuery): Promise<FlowPage> {
    const limit = pageSize('flows', query.limit);
    const view = this.#view(query.view);
    const columns = columnsOf(view, query);
    return this.#parts.reading(async () => {
      const reading = await this.#reading(query);
      const found = await this.#found(reading, columns, { ...query, limit: limit + 1 });
      const rows = found.slice(0, limit).map((row) => rowOf(row, reading.parts));
      const last = found.length > limit ? found[limit - 1] : undefined;
      const next =
        last && writeCursor(orderOf(view, query), { key: cellOf(last[2]), id: refOf(last) });
      const names = columns.map(({ name }) => name);
      return { columns: names, rows, next: next ?? null, unread: reading.unread };
    });
  }

  /**
   * Rows of a page. In the order of time most pages lie in the few parts at one end: those are read
   * first, and the rest only when a row of it could belong on the page.
   */
  async #found(
    reading: Reading,
    columns: readonly ColumnSpec[],
    query: FlowQuery & { readonly limit: number },
  ): Promise<DuckDBValue[][]> {
    const { view, parts } = reading;
    if (parts.length === 0) return [];
    const { column, down } = sortOf(view, query);
    const seen =
      query.after === undefined ? null : readCursor(orderOf(view, query), query.after).key;
    const [near, far] =
      column.name === view.time
        ? nearParts(parts, { down, seen, rows: this.#duck.nearRows })
        : [parts, []];
    if (near.length > 0 && far.length > 0) {
      const few = this.#over({ ...reading, parts: near }, query);
      const found = await this.#duck.rows(pageSql(few, columns, query));
      const edge = found.length === query.limit ? cellOf(found.at(-1)![2]) : null;
      const beyond = down
        ? Math.max(...far.map(({ last }) => last!))
        : Math.min(...far.map(({ first }) => first!));
      // Rows of one time are told apart by their files, so at the edge all must be looked at.
      if (edge !== null && (down ? Number(edge) > beyond : Number(edge) < beyond)) return found;
    }
    return this.#duck.rows(pageSql(reading, columns, query));
  }

  async *stream(query: FlowQuery): AsyncGenerator<Pick<FlowPage, 'columns' | 'rows'>> {
    const limit = Math.min(MAX_STREAM, Math.max(1, Math.trunc(query.limit ?? MAX_STREAM)));
    const columns = columnsOf(this.#view(query.view), query);
    const names = columns.map(({ name }) => name);
    let end = (): void => {};
    // Holds off the deletion of files until the last row is taken.
    const held = this.#parts.reading(() => new Promise<void>((resolve) => (end = resolve)));
    try {
      const reading = await this.#reading(query);
      if (reading.parts.length === 0) return;
      for await (const piece of this.#duck.stream(pageSql(reading, columns, { ...query, limit }))) {
        yield { columns: names, rows: piece.map((row) => rowOf(row, reading.parts)) };
      }
    } finally {
      end();
      await held;
    }
  }

  async count(filter: FlowFilter): Promise<number> {
    return this.#ask(['count'], filter, 0, async (reading) => {
      const text = `SELECT count(*)::DOUBLE ${reading.from}`;
      const [row] = await this.#duck.rows({ text, values: reading.values.list });
      return Number(row?.[0] ?? 0);
    });
  }

  async histogram(filter: FlowFilter, column: string, bars = 50): Promise<Histogram> {
    const spec = columnOf(this.#view(filter.view), column);
    const empty: Histogram = {
      column,
      rows: 0,
      empty: 0,
      ...(spec.type === 'text' ? { words: [] } : { bars: [] }),
    };
    pageSize('histogram', bars);
    return this.#ask(['histogram', column, bars], filter, empty, (reading) =>
      histogramOf(this.#duck, reading, spec, bars),
    );
  }

  async distinct(
    filter: FlowFilter,
    column: string,
    { prefix, limit }: { prefix?: string; limit?: number } = {},
  ): Promise<{ value: FlowCell; count: number }[]> {
    const spec = columnOf(this.#view(filter.view), column);
    const most = pageSize('distinct values', limit);
    const where = [...(filter.where ?? [])];
    if (prefix !== undefined && prefix !== '')
      where.push({ field: column, is: 'starts', value: prefix });
    return this.#ask(['distinct', column, most], { ...filter, where }, [], (reading) =>
      countValues(this.#duck, reading, spec, most),
    );
  }

  async spread(
    filter: FlowFilter,
    column: string,
    { value, bars = 30 }: { readonly value: number | null; readonly bars?: number },
  ): Promise<Spread> {
    const spec = columnOf(this.#view(filter.view), column);
    if (spec.type === 'text') throw badQuery(column, 'a column of words', 'one of numbers');
    const most = pageSize('spread', bars);
    return this.#ask(['spread', column, value, most], filter, noSpread(column), (reading) =>
      spreadOf(this.#duck, reading, spec, { value, bars: most }),
    );
  }

  async hostScores(query: HostScoresQuery): Promise<HostScores> {
    const { view, least, thresholds } = query;
    return this.#ask(['host scores', least, thresholds ?? []], { view }, NO_SCORES, (reading) =>
      hostScoresOf(this.#duck, reading, query),
    );
  }

  parts(filter?: Partial<FlowFilter>): Promise<FlowPart[]> {
    return this.#parts.list(filter);
  }

  async dropOrigin(origin: string): Promise<number> {
    this.checkOwner();
    const parts = await this.#parts.list({ origin });
    await this.#parts.register([], parts);
    await this.#parts.erase(parts);
    return parts.reduce((sum, { rows }) => sum + rows, 0);
  }

  async compact({ belowRows }: { belowRows?: number } = {}): Promise<number> {
    this.checkOwner();
    return compactParts(this.#parts, this.#duck, belowRows);
  }

  /** Whether any row of a part has one of the hosts on either side, beginning within the times. */
  async holds(
    part: FlowPart,
    hosts: readonly string[],
    from: number,
    to: number,
  ): Promise<boolean> {
    const view = this.views.find(
      ({ name, schema }) => name === part.view && schemaId(schema) === part.schemaId,
    );
    // What cannot be looked into is kept.
    if (!view || view.hosts.length === 0) return true;
    return this.#parts.reading(async () => {
      const values = new Values();
      const list = hosts.map((host) => values.bind(host)).join(', ');
      const sides = view.hosts.map((name) => `${quoted(name)} IN (${list})`).join(' OR ');
      const within = whereSql(view, { view: view.name, from, to }, values);
      const file = values.bind(join(this.#parts.folder, part.path));
      const text = `SELECT 1 FROM read_parquet(${file}, hive_partitioning = false) WHERE (${sides}) AND ${within} LIMIT 1`;
      return (await this.#duck.rows({ text, values: values.list })).length > 0;
    });
  }

  /**
   * A process that does not own the folder could delete what another reads, and lose what it writes.
   * @throws WiresiftError `STORE_READ_ONLY`
   */
  checkOwner(): void {
    if (this.#writes) return;
    throw new WiresiftError({
      code: 'STORE_READ_ONLY',
      where: 'flows',
      saw: 'a store opened beside its owner',
      expected: 'the process that owns the folder',
      todo: 'Let the service write flows',
    });
  }

  #view(name: string): FlowView {
    const view = this.views.find((one) => one.name === name);
    if (view) return view;
    const names = this.views.map((one) => one.name).join(', ');
    throw badQuery('flows', `the view ${JSON.stringify(String(name).slice(0, 80))}`, names);
  }

  async #ask<T>(
    question: readonly unknown[],
    filter: FlowFilter,
    nothing: T,
    work: (reading: Reading) => Promise<T>,
  ): Promise<T> {
    return this.#parts.reading(async () => {
      const reading = await this.#reading(filter);
      const { parts } = reading;
      if (parts.length === 0) return nothing;
      // Files never change: as long as the same ones are asked, so is the answer.
      const files = parts.map(({ id }) => id);
      return this.#answers.ask([question, filter, files], () => work(reading));
    });
  }

  async #reading(filter: FlowFilter): Promise<Reading> {
    const view = this.#view(filter.view);
    const found = await this.#parts.list(filter);
    const parts = found.filter((part) => part.schemaId === schemaId(view.schema));
    return this.#over({ view, parts, unread: found.length - parts.length }, filter);
  }

  /** The text that reads parts, and its values. */
  #over(what: Pick<Reading, 'view' | 'parts' | 'unread'>, filter: FlowFilter): Reading {
    const values = new Values();
    const files = what.parts.map(({ path }) => values.bind(join(this.#parts.folder, path)));
    const options = 'filename = true, file_row_number = true, hive_partitioning = false';
    const source = `read_parquet([${files.join(', ')}], ${options})`;
    const from = `FROM ${source} WHERE ${whereSql(what.view, filter, values)}`;
    return { ...what, values, from };
  }
}

function columnsOf(view: FlowView, { columns }: FlowQuery): ColumnSpec[] {
  if (!columns) return [...view.schema.columns];
  if (columns.length === 0 || columns.length > view.schema.columns.length) {
    throw badQuery('flows', `${columns.length} columns`, `1 to ${view.schema.columns.length}`);
  }
  return columns.map((name) => columnOf(view, name));
}

/**
 * Parts in which a page by time begins, and those that lie beyond them. Parts that the cursor has left
 * behind are in neither.
 */
function nearParts(
  parts: readonly FlowPart[],
  { down, seen, rows: enough }: { down: boolean; seen: FlowCell; rows: number },
): [FlowPart[], FlowPart[]] {
  if (parts.some(({ first, last }) => first === null || last === null)) return [[...parts], []];
  const ahead = parts
    .filter(({ first, last }) => seen === null || (down ? first! <= +seen : last! >= +seen))
    .sort((a, b) => (down ? b.last! - a.last! : a.first! - b.first!));
  let rows = 0;
  let count = 0;
  while (count < ahead.length && rows < enough) rows += ahead[count++]!.rows;
  return [ahead.slice(0, count), ahead.slice(count)];
}

/** The column a page is sorted by, and which way. */
function sortOf(view: FlowView, { sort }: FlowQuery): { column: ColumnSpec; down: boolean } {
  const name = sort?.by ?? view.time ?? view.schema.columns[0]!.name;
  return { column: columnOf(view, name), down: sort?.descending ?? true };
}

function orderOf(view: FlowView, query: FlowQuery): string {
  const { column, down } = sortOf(view, query);
  return `flows ${view.name} ${column.name} ${down ? 'down' : 'up'}`;
}

/** The first three cells of a row are its file, its number there, and its sort key. */
function pageSql(
  { view, values, from }: Reading,
  columns: readonly ColumnSpec[],
  query: FlowQuery & { readonly limit: number },
): FlowSql {
  const { column, down } = sortOf(view, query);
  const key = quoted(column.name);
  const place = `parse_filename(filename)`;
  let after = '';
  if (query.after !== undefined) {
    const { key: seen, id } = readCursor(orderOf(view, query), query.after);
    const [file = '', row = ''] = String(id).split(':');
    const number = Number(row);
    if (!Number.isSafeInteger(number))
      throw badQuery('cursor', 'other text', 'what the page before gave');
    const later = `(${place}, file_row_number) > (${values.bind(`${file}.parquet`)}::VARCHAR, ${values.bind(BigInt(number))}::BIGINT)`;
    // Empty cells come last, whichever way the order goes.
    if (seen === null) after = ` AND ${key} IS NULL AND ${later}`;
    else {
      const bound = boundCell(values, column, seen);
      after = ` AND (${key} ${down ? '<' : '>'} ${bound} OR ${key} IS NULL OR (${key} = ${bound} AND ${later}))`;
    }
  }
  const cells = columns.map((one) => cellSql(one));
  const text =
    `SELECT ${[place, 'file_row_number::DOUBLE', cellSql(column), ...cells].join(', ')} ${from}${after} ` +
    `ORDER BY ${key} ${down ? 'DESC' : 'ASC'} NULLS LAST, ${place}, file_row_number LIMIT ${query.limit}`;
  return { text, values: values.list };
}

function refOf(row: readonly (DuckDBValue | undefined)[]): string {
  return `${basename(String(row[0]), '.parquet')}:${Number(row[1])}`;
}

function rowOf(row: readonly DuckDBValue[], parts: readonly FlowPart[]): FlowRow {
  const ref = refOf(row);
  const id = ref.slice(0, ref.lastIndexOf(':'));
  const origin = parts.find((part) => part.id === id)?.origin ?? '';
  return { ref, origin, cells: row.slice(3).map(cellOf) };
}
