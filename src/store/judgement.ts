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
  /** What the program tells beside the judgement, if it does. */
  readonly news?: string;
}

/** Alerts of one statement: 25 cells each stay below 32,766 parameters. */
export const CHUNK = 500;

/** A list in pieces that a statement takes. */
export function* chunks<One>(all: readonly One[]): Generator<readonly One[]> {
  for (let i = 0; i < all.length; i += CHUNK) yield all.slice(i, i + CHUNK);
}

/** Alerts as the analyst saw them, in their order. @throws WiresiftError `STORE_MISSING`, `STORE_STALE` */
export async function seen(
  work: Executor,
  targets: readonly AlertTarget[],
): Promise<AlertRecord[]> {
  const found = new Map<string, AlertRecord>();
  for (const chunk of chunks(targets.map(({ id }) => id))) {
    const rows = await work.selectFrom('alerts').selectAll().where('id', 'in', chunk).execute();
    for (const cells of rows) {
      const alert = decode(ALERTS, cells);
      found.set(alert.id, alert);
    }
  }
  return targets.map(({ id, version }) => {
    const alert = found.get(id);
    if (!alert) throw missing('alert', id);
    if (alert.version !== version) throw stale('alert', id, version, alert.version);
    return alert;
  });
}

/** An alert with the judgement that it is to get. */
export interface Wish {
  readonly alert: AlertRecord;
  readonly after: Judged;
  /** Line of the history that is taken back; absent: none. */
  readonly undoes?: number;
}

/** Wishes that one statement fulfils: of the same version, to the same end. */
function alike(wishes: readonly Wish[]): Wish[][] {
  const groups = new Map<string, Wish[]>();
  for (const wish of wishes) {
    const key = JSON.stringify([wish.alert.version, wish.after]);
    const group = groups.get(key);
    if (group) group.push(wish);
    else groups.set(key, [wish]);
  }
  return [...groups.values()];
}

/** Gives alerts their judgements, and the history of each a line. @returns them in their order */
export async function setJudgements(
  work: Executor,
  wishes: readonly Wish[],
  { action, by, now, news }: Judging,
): Promise<AlertRecord[]> {
  const changed = new Map<string, AlertRecord>();
  for (const chunk of chunks(wishes)) {
    for (const group of alike(chunk)) {
      for (const cells of await setOne(work, group, now)) {
        const alert = decode(ALERTS, cells);
        changed.set(alert.id, alert);
      }
    }
    const lines = chunk.map(({ alert, after, undoes = null }) => ({
      alert_id: alert.id,
      at: now,
      by,
      action,
      before: JSON.stringify(judgedOf(alert)),
      after: JSON.stringify(after),
      made_version: alert.version + 1,
      undoes,
      news: news ?? null,
    }));
    await work.insertInto('alert_changes').values(lines).execute();
  }
  return wishes.map(({ alert }) => {
    const after = changed.get(alert.id);
    if (!after) throw stale('alert', alert.id, alert.version, alert.version + 1);
    return after;
  });
}

async function setOne(work: Executor, group: readonly Wish[], now: number): Promise<Cells[]> {
  const [{ alert, after }] = group as readonly [Wish];
  return work
    .updateTable('alerts')
    .set({
      state: after.state,
      verdict: after.verdict,
      note: after.note,
      assignee: after.assignee,
      resolved_at: after.resolvedAt,
      resolved_by: after.resolvedBy,
      version: alert.version + 1,
      changed_at: now,
    })
    .where(
      'id',
      'in',
      group.map((wish) => wish.alert.id),
    )
    .where('version', '=', alert.version)
    .returningAll()
    .execute();
}

/** A line of an alert's history. */
export function changeOf(cells: Cells): AlertChange {
  const judged = (column: string): Judged =>
    parseJson(String(cells[column]), `alert_changes.${column}`) as Judged;
  const { id, alert_id, at, by, action, made_version, undoes, news } = cells;
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
    news: typeof news === 'string' ? news : null,
  };
}
