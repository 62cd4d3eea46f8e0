import type { Database, Executor } from './database.ts';
import { plainCell } from './fields.ts';
import type { Page, PageQuery } from './query.ts';
import type { AuditRecord } from './records.ts';
import { TableRows } from './rows.ts';
import type { Actor, AuditLog } from './store.ts';
import { AUDIT } from './tables.ts';

/** Characters of a line's details at most: a log is no archive. */
const LONGEST_DETAILS = 20_000;

/** One act, as the log is to tell it. */
export interface Act {
  readonly action: string;
  readonly objectId: string;
  readonly actor: Actor;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Writes acts into the log, in the transaction of what they changed. */
export async function writeAudit(
  executor: Executor,
  at: number,
  acts: readonly Act[],
): Promise<void> {
  const rows = acts.map(({ action, objectId, actor, details = {} }) => {
    const text = JSON.stringify(details);
    return {
      at,
      by: plainCell(actor.by),
      address: plainCell(actor.address ?? ''),
      action,
      object_id: plainCell(objectId),
      details: text.length <= LONGEST_DETAILS ? text : JSON.stringify({ tooLong: text.length }),
    };
  });
  // Seven cells a row; engines take some 32,000 parameters a statement.
  for (let i = 0; i < rows.length; i += 1000) {
    await executor
      .insertInto('audit')
      .values(rows.slice(i, i + 1000))
      .execute();
  }
}

/** The audit log over the data base. */
export function auditLog(database: Database): AuditLog {
  const rows = new TableRows<AuditRecord>(database, AUDIT);
  return {
    page: (query?: PageQuery<keyof AuditRecord & string>): Promise<Page<AuditRecord>> =>
      rows.page(query),
    note: (action, objectId, actor, details = {}) =>
      writeAudit(database.db, database.now(), [{ action, objectId, actor, details }]),
  };
}
