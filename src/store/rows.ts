import { sql } from 'kysely';
import { readCursor, writeCursor } from './cursor.ts';
import type { Database, Executor } from './database.ts';
import { type Cells, columnOf, decode, fieldOf, type TableSpec } from './fields.ts';
import { badQuery, type Search, whereOf } from './filter.ts';
import { type Condition, MAX_PAGE, type Page, type PageQuery } from './query.ts';
import type { Rows } from './store.ts';

const DEFAULT_PAGE = 50;
const DEFAULT_COUNTS = 100;

/** The number of rows asked for. @throws WiresiftError `STORE_QUERY` when it is none */
export function pageSize(where: string, limit = DEFAULT_PAGE): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_PAGE) return limit;
  throw badQuery(where, `a limit of ${limit}`, `1 to ${MAX_PAGE}`);
}

/** Finds rows of one table. */
export class TableRows<Row> implements Rows<Row> {
  protected readonly database: Database;
  protected readonly spec: TableSpec<Row>;

  constructor(database: Database, spec: TableSpec<Row>) {
    this.database = database;
    this.spec = spec;
  }

  async get(id: string): Promise<Row | undefined> {
    return this.find(this.database.db, id);
  }

  /** As {@link TableRows.get}, inside a transaction if need be. */
  async find(executor: Executor, id: string): Promise<Row | undefined> {
    const cells = await executor
      .selectFrom(this.spec.table)
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirst();
    return cells && decode(this.spec, cells);
  }

  async page(query: PageQuery<keyof Row & string> = {}): Promise<Page<Row>> {
    const { spec } = this;
    const limit = pageSize(spec.table, query.limit);
    const by = query.sort?.by ?? spec.sorts[0]!;
    const descending = query.sort?.descending ?? true;
    if (!spec.sorts.includes(by)) {
      throw badQuery(spec.table, `sorting by ${JSON.stringify(by)}`, spec.sorts.join(', '));
    }
    const order = `${spec.table} ${by} ${descending ? 'down' : 'up'}`;
    const direction = descending ? 'desc' : 'asc';
    const column = columnOf(by);
    let select = this.database.db
      .selectFrom(spec.table)
      .selectAll()
      .where((eb) => whereOf(eb, spec, query.where, this.#search(query.search)))
      .orderBy(column, direction)
      .limit(limit + 1);
    if (by !== 'id') select = select.orderBy('id', direction);
    if (query.after !== undefined) {
      const place = readCursor(order, query.after);
      const after = sql.raw(descending ? '<' : '>');
      select = select.where(
        sql<boolean>`(${sql.ref(column)}, id) ${after} (${place.key}, ${place.id})`,
      );
    }
    const found = await select.execute();
    const last = found[limit - 1];
    const more = found.length > limit && last;
    return {
      rows: found.slice(0, limit).map((cells) => decode(spec, cells)),
      next: more ? writeCursor(order, { key: last[column]!, id: last['id']! }) : null,
    };
  }

  #search(text: string | undefined): Search {
    return { text, engine: this.database.engine };
  }

  async count(where?: readonly Condition<keyof Row & string>[], search?: string): Promise<number> {
    const row = await this.database.db
      .selectFrom(this.spec.table)
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where((eb) => whereOf(eb, this.spec, where, this.#search(search)))
      .executeTakeFirstOrThrow();
    return Number(row.n);
  }

  async countBy(
    field: keyof Row & string,
    where?: readonly Condition<keyof Row & string>[],
    limit: number = DEFAULT_COUNTS,
  ): Promise<{ value: string | number | boolean | null; count: number }[]> {
    const how = fieldOf(this.spec, field);
    if (how.type === 'json' || how.secret) throw badQuery(field, 'counting', 'another field');
    const column = columnOf(field);
    const rows: Cells[] = await this.database.db
      .selectFrom(this.spec.table)
      .select((eb) => [eb.ref(column).as('value'), eb.fn.countAll<number>().as('n')])
      .where((eb) => whereOf(eb, this.spec, where))
      .groupBy(column)
      .orderBy('n', 'desc')
      .orderBy(column)
      .limit(pageSize(this.spec.table, limit))
      .execute();
    return rows.map(({ value, n }) => ({
      value:
        value === null || value === undefined
          ? null
          : how.type === 'rank'
            ? how.words![Number(value)]!
            : how.type === 'flag'
              ? Number(value) === 1
              : value,
      count: Number(n),
    }));
  }
}
