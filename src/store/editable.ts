import { WiresiftError } from '../base/index.ts';
import { writeAudit } from './audit.ts';
import type { Database, Executor } from './database.ts';
import { decode, encode, type TableSpec, TEXT, toCell } from './fields.ts';
import { whereOf } from './filter.ts';
import type { Condition } from './query.ts';
import type { Edited } from './records.ts';
import { TableRows } from './rows.ts';
import type { Actor, Draft, Editable, Patch } from './store.ts';

/** A row that is not there. */
export function missing(table: string, id: string): WiresiftError {
  return new WiresiftError({
    code: 'STORE_MISSING',
    where: `${table} ${id.slice(0, 80)}`,
    saw: 'no such row',
    expected: 'one that is there',
    todo: 'It may have been removed meanwhile; load the list again',
  });
}

/** A row that somebody else has changed. */
export function stale(table: string, id: string, saw: number, now: number): WiresiftError {
  return new WiresiftError({
    code: 'STORE_STALE',
    where: `${table} ${id.slice(0, 80)}`,
    saw: `a change made from version ${saw}`,
    expected: `version ${now}`,
    todo: 'Somebody changed it meanwhile: look at it again, then change it',
  });
}

/** What the log may tell of a change: secrets only by name. */
function shown<Row>(spec: TableSpec<Row>, patch: object): Record<string, unknown> {
  const details: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(patch)) {
    details[field] = spec.fields[field as keyof Row & string]?.secret ? '(not shown)' : value;
  }
  return details;
}

/** Rows that people edit, over one table. */
export class EditableRows<Row extends Edited> extends TableRows<Row> implements Editable<Row> {
  readonly #noun: string;

  /** @param noun how the audit log calls a row: `user` */
  constructor(database: Database, spec: TableSpec<Row>, noun: string) {
    super(database, spec);
    this.#noun = noun;
  }

  async add(draft: Draft<Row>, actor: Actor): Promise<Row> {
    const now = this.database.now();
    const id = String(toCell(TEXT, draft.id ?? this.database.newId()));
    const edited = { id, version: 1, createdAt: now, changedAt: now };
    const cells = encode(this.spec, { ...draft, ...edited } as Partial<Row>);
    return this.database.db.transaction().execute(async (work) => {
      await work.insertInto(this.spec.table).values(cells).execute();
      await this.audit(work, 'add', id, actor, shown(this.spec, draft));
      return decode(this.spec, cells);
    });
  }

  async change(id: string, version: number, patch: Patch<Row>, actor: Actor): Promise<Row> {
    return this.database.db.transaction().execute(async (work) => {
      const row = await this.changeWithin(work, id, version, patch);
      await this.audit(work, 'change', id, actor, shown(this.spec, patch));
      return row;
    });
  }

  async remove(id: string, version: number, actor: Actor): Promise<void> {
    await this.database.db.transaction().execute(async (work) => {
      const { numDeletedRows } = await work
        .deleteFrom(this.spec.table)
        .where('id', '=', id)
        .where('version', '=', version)
        .executeTakeFirst();
      if (numDeletedRows === 0n) throw await this.refusal(work, id, version);
      await this.audit(work, 'remove', id, actor, {});
    });
  }

  async touch(id: string, patch: Patch<Row>): Promise<boolean> {
    const { numUpdatedRows } = await this.database.db
      .updateTable(this.spec.table)
      .set(this.#cells(patch))
      .where('id', '=', id)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async purge(where: readonly Condition<keyof Row & string>[]): Promise<number> {
    const { numDeletedRows } = await this.database.db
      .deleteFrom(this.spec.table)
      .where((eb) => whereOf(eb, this.spec, where))
      .executeTakeFirst();
    return Number(numDeletedRows);
  }

  /** The change alone, in a transaction of the caller's. */
  protected async changeWithin(
    work: Executor,
    id: string,
    version: number,
    patch: Patch<Row>,
  ): Promise<Row> {
    const cells = { ...this.#cells(patch), version: version + 1, changed_at: this.database.now() };
    const row = await work
      .updateTable(this.spec.table)
      .set(cells)
      .where('id', '=', id)
      .where('version', '=', version)
      .returningAll()
      .executeTakeFirst();
    if (!row) throw await this.refusal(work, id, version);
    return decode(this.spec, row);
  }

  protected async refusal(work: Executor, id: string, version: number): Promise<WiresiftError> {
    const now = await this.find(work, id);
    return now ? stale(this.#noun, id, version, now.version) : missing(this.#noun, id);
  }

  protected audit(
    work: Executor,
    verb: string,
    objectId: string,
    actor: Actor,
    details: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const action = `${this.#noun}.${verb}`;
    return writeAudit(work, this.database.now(), [{ action, objectId, actor, details }]);
  }

  #cells(patch: Patch<Row>): ReturnType<typeof encode> {
    const cells = encode(this.spec, patch as Partial<Row>);
    // Whoever patches cannot forge these, whatever the request's body said.
    for (const column of ['id', 'version', 'created_at', 'changed_at']) delete cells[column];
    return cells;
  }
}
