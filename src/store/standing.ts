import { type Alert, alertKey } from '../detect/index.ts';
import type { Executor } from './database.ts';
import { type Cells, decode, plainCell } from './fields.ts';
import { judgedOf, setJudgements, type Wish } from './judgement.ts';
import type { AlertRecord } from './records.ts';
import { ALERTS } from './tables.ts';

/** Who acts for the program itself. */
export const PROGRAM = 'system';

/** An alert with the row it belongs in. */
export interface Placed {
  /** Id of the row: that of an earlier look at the same traffic, else the alert's own. */
  readonly id: string;
  readonly alert: Alert;
  /** What makes it the same alert at a later look; null for alerts that no analysis looks at again. */
  readonly key: string | null;
  readonly before: AlertRecord | undefined;
}

/** Whether what an analysis tells is its last word. */
export type AnalysisState = 'running' | 'ended';

const cellKey = (alert: Alert): string => plainCell(alertKey(alert));

/**
 * Finds the rows that alerts belong in: by origin and key where an analysis tells them, so that an
 * alert stays the same while it grows; else by id. What a running analysis tells of an alert that
 * another origin holds is left out: the last word may take it over, a first look may not.
 */
export async function placed(
  work: Executor,
  alerts: readonly Alert[],
  origin: string | null,
  analysis: AnalysisState | undefined,
): Promise<Placed[]> {
  const keyed = analysis !== undefined && origin !== null;
  const rows = await work
    .selectFrom('alerts')
    .selectAll()
    .where((eb) => {
      const byId = eb(
        'id',
        'in',
        alerts.map(({ id }) => id),
      );
      if (!keyed) return byId;
      const keys = alerts.map(cellKey);
      return eb.or([byId, eb.and([eb('origin', '=', origin), eb('origin_key', 'in', keys)])]);
    })
    .execute();
  const byId = new Map(rows.map((row) => [String(row['id']), row]));
  const byKey = new Map<string, Cells>();
  for (const row of rows) {
    if (row['origin'] === origin) byKey.set(String(row['origin_key']), row);
  }
  return alerts.flatMap((alert): Placed[] => {
    const key = keyed ? cellKey(alert) : null;
    const row = (key === null ? undefined : byKey.get(key)) ?? byId.get(alert.id);
    if (analysis === 'running' && row && row['origin'] !== origin) return [];
    const before = row && decode(ALERTS, row);
    return [{ id: before?.id ?? alert.id, alert, key, before }];
  });
}

/** Whether the program resolved the alert when it withdrew it, and nobody said anything since. */
const isSetAside = ({ standing, state, resolvedBy }: AlertRecord): boolean =>
  standing === 'withdrawn' && state === 'resolved' && resolvedBy === PROGRAM;

/** What later looks changed about alerts, told in their histories. To be called before they are written. */
export async function tellGrowth(
  work: Executor,
  all: readonly Placed[],
  { now, action }: { readonly now: number; readonly action: string },
): Promise<void> {
  const judging = { action, by: PROGRAM, now };
  const again: Wish[] = [];
  for (const { before, alert, key } of all) {
    if (!before || key === null) continue;
    if (before.standing === 'withdrawn') {
      const judged = judgedOf(before);
      const open = { ...judged, state: 'open', resolvedAt: null, resolvedBy: null } as const;
      again.push({ alert: before, after: isSetAside(before) ? open : judged });
    } else if (before.standing === 'provisional' && before.severity !== alert.severity) {
      const news = `severity ${before.severity} → ${alert.severity}, as the evidence grew`;
      // Facts alone: who is about to judge it is not to be refused.
      await noteNews(work, before, { ...judging, news });
    }
  }
  const news = 'raised again: another analysis found it';
  await setJudgements(work, again, { ...judging, news });
}

async function noteNews(
  work: Executor,
  alert: AlertRecord,
  { action, by, now, news }: { action: string; by: string; now: number; news: string },
): Promise<void> {
  const judged = JSON.stringify(judgedOf(alert));
  const line = { alert_id: alert.id, at: now, by, action, before: judged, after: judged, news };
  await work
    .insertInto('alert_changes')
    .values({ ...line, made_version: alert.version, undoes: null })
    .execute();
}

/**
 * Withdraws an origin's alerts that are still provisional: their rows stay, with what people made of
 * them, and the history says why. Those that nobody resolved are resolved.
 */
export async function withdrawProvisional(
  work: Executor,
  origin: string,
  { now, action, why }: { readonly now: number; readonly action: string; readonly why: string },
): Promise<AlertRecord[]> {
  const rows = await work
    .selectFrom('alerts')
    .selectAll()
    .where('origin', '=', origin)
    .where('standing', '=', 'provisional')
    .execute();
  const wishes = rows.map((row): Wish => {
    const alert = decode(ALERTS, row);
    const judged = judgedOf(alert);
    const resolved = { state: 'resolved', resolvedAt: now, resolvedBy: PROGRAM } as const;
    return { alert, after: judged.state === 'resolved' ? judged : { ...judged, ...resolved } };
  });
  await work
    .updateTable('alerts')
    .set({ standing: 'withdrawn' })
    .where('origin', '=', origin)
    .where('standing', '=', 'provisional')
    .execute();
  return setJudgements(work, wishes, { action, by: PROGRAM, now, news: `withdrawn: ${why}` });
}
