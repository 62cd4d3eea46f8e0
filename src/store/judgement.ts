import type { Executor } from './database.ts';
import { missing, stale } from './editable.ts';
import { type Cells, decode, parseJson } from './fields.ts';
import type { AlertChange, AlertRecord, Judged, Judgement } from './records.ts';
import type { AlertTarget } from './store.ts';
import { ALERTS } from './tables.ts';

/** The judgement that an alert carries. */
export function judgedOf(alert: AlertRecord): Judged {
  const { state, verdict, note, assignee, resolvedAt, resolvedBy } = alert;
  return { state, verdict, note, assignee, resolvedAt, resolvedBy };
}

/** The judgement after a change. */
export function judgedAfter(
  before: Judged,
  wish: Partial<Judgement>,
  by: string,
  now: number,
): Judged {
  const state = wish.state ?? before.state;
  const kept = { resolvedAt: before.resolvedAt, resolvedBy: before.resolvedBy };
  const resolved =
    state === 'open'
      ? { resolvedAt: null, resolvedBy: null }
      : before.state === 'resolved'
        ? kept
        : { resolvedAt: now, resolvedBy: by };
  return {
    state,
    verdict: wish.verdict ?? before.verdict,
    note: wish.note ?? before.note,
    assignee: wish.assignee === undefined ? before.assignee : wish.assignee,
    ...resolved,
  };
}

/** What is written into the history of each alert of one action. */
export interface Judging {
  readonly action: string;
  readonly by: string;
  readonly now: number;
}

/** An alert as the analyst saw it. @throws WiresiftError `STORE_MISSING`, `STORE_STALE` */
export async function seen(work: Executor, { id, version }: AlertTarget): Promise<AlertRecord> {
  const cells = await work.selectFrom('alerts').selectAll().where('id', '=', id).executeTakeFirst();
  if (!cells) throw missing('alert', id);
  const alert = decode(ALERTS, cells);
  if (alert.version !== version) throw stale('alert', id, version, alert.version);
  return alert;
}

/** Gives an alert a judgement, and its history a line. */
export async function setJudgement(
  work: Executor,
  alert: AlertRecord,
  after: Judged,
  { action, by, now, undoes = null }: Judging & { undoes?: number | null },
): Promise<AlertRecord> {
  const made = alert.version + 1;
  const cells = await work
    .updateTable('alerts')
    .set({
      state: after.state,
      verdict: after.verdict,
      note: after.note,
      assignee: after.assignee,
      resolved_at: after.resolvedAt,
      resolved_by: after.resolvedBy,
      version: made,
      changed_at: now,
    })
    .where('id', '=', alert.id)
    .where('version', '=', alert.version)
    .returningAll()
    .executeTakeFirst();
  if (!cells) throw stale('alert', alert.id, alert.version, made);
  const line = {
    alert_id: alert.id,
    at: now,
    by,
    action,
    before: JSON.stringify(judgedOf(alert)),
    after: JSON.stringify(after),
    made_version: made,
    undoes,
  };
  await work.insertInto('alert_changes').values(line).execute();
  return decode(ALERTS, cells);
}

/** A line of an alert's history. */
export function changeOf(cells: Cells): AlertChange {
  const judged = (column: string): Judged =>
    parseJson(String(cells[column]), `alert_changes.${column}`) as Judged;
  const { id, alert_id, at, by, action, made_version, undoes } = cells;
  return {
    id: Number(id),
    alertId: String(alert_id),
    at: Number(at),
    by: String(by),
    action: String(action),
    before: judged('before'),
    after: judged('after'),
    madeVersion: Number(made_version),
    undoes: undoes === null || undoes === undefined ? null : Number(undoes),
  };
}
