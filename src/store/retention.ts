import { rmSync, statSync } from 'node:fs';
import { sql } from 'kysely';
import { writeAudit } from './audit.ts';
import type { Database, Executor } from './database.ts';
import type { FlowPart } from './flows/flow-store.ts';
import type { Flows } from './flows/flows.ts';
import type { Parts } from './flows/parts.ts';
import { countAlerts, forgetOrigin } from './hosts.ts';
import type { Actor } from './store.ts';

/**
 * What may go. All ages are microseconds since something arrived or ended, by the store's clock and not
 * by the traffic's: a capture of 2011 is young on the day of its upload. What is absent is kept.
 */
export interface RetentionPolicy {
  /** Flows written longer ago go. */
  readonly flowAge?: number;
  /** Of flows in excess of so many bytes, the first written go. */
  readonly flowBytes?: number;
  /** Flows of this selection go, whatever their age; a part goes when it lies within as a whole. */
  readonly flows?: {
    readonly view?: string;
    readonly origin?: string;
    readonly from?: number;
    readonly to?: number;
  };
  /** Alerts of this origin go, open or not, and what it showed of hosts. */
  readonly alertsOf?: string;
  /** Alerts resolved longer ago go, with evidence and history. Open ones stay. */
  readonly alertAge?: number;
  /** Bytes of uploads that were analysed or have failed longer ago go; the record stays. */
  readonly uploadAge?: number;
  /** Jobs that ended, and lines of the audit log that are older, go. */
  readonly jobAge?: number;
  readonly auditAge?: number;
}

/** How much of something. */
export interface Amount {
  readonly parts: number;
  readonly rows: number;
  readonly bytes: number;
}

/** What retention did, or would do. */
export interface RetentionReport {
  readonly dryRun: boolean;
  readonly flows: Amount;
  /** What the policy named and alerts hold. */
  readonly pinned: Amount;
  readonly pins: readonly { readonly part: string; readonly alerts: readonly string[] }[];
  readonly alerts: number;
  readonly uploads: { readonly files: number; readonly bytes: number };
  readonly jobs: number;
  readonly audit: number;
  /** Sessions that have run out always go. */
  readonly sessions: number;
}

/** Alerts named of one pin, and pins of one report. */
const NAMED_ALERTS = 10;
const NAMED_PINS = 1000;
/** Hosts looked for in a part; with more, it is taken to hold one. */
const MAX_HOSTS = 1000;

/** An alert as far as it may hold flows. */
interface Pin {
  readonly id: string;
  readonly host: string;
  readonly first: number;
  readonly last: number;
}

/** What retention works on. */
export interface RetentionParts {
  readonly database: Database;
  readonly parts: Parts;
  readonly flows: Flows;
  readonly uploadPath: (id: string) => string;
}

const amount = (parts: readonly FlowPart[]): Amount => ({
  parts: parts.length,
  rows: parts.reduce((sum, { rows }) => sum + rows, 0),
  bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
});

/** Parts that the policy names, the first written first. */
function candidates(all: readonly FlowPart[], policy: RetentionPolicy, now: number): FlowPart[] {
  const sorted = [...all].sort((a, b) => a.writtenAt - b.writtenAt || (a.id < b.id ? -1 : 1));
  let left = sorted.reduce((sum, { bytes }) => sum + bytes, 0);
  const selected = policy.flows;
  return sorted.filter((part) => {
    const old = policy.flowAge !== undefined && part.writtenAt < now - policy.flowAge;
    const tooMuch = policy.flowBytes !== undefined && left > policy.flowBytes;
    const goes = old || tooMuch || (selected !== undefined && within(part, selected));
    if (goes) left -= part.bytes;
    return goes;
  });
}

function within(part: FlowPart, selected: NonNullable<RetentionPolicy['flows']>): boolean {
  const { view, origin, from, to } = selected;
  if (view !== undefined && part.view !== view) return false;
  if (origin !== undefined && part.origin !== origin) return false;
  if (from !== undefined && (part.first === null || part.first < from)) return false;
  return to === undefined || (part.last !== null && part.last < to);
}

/** Alerts that stay and whose traffic a part could hold. */
async function overlapping(executor: Executor, part: FlowPart, gone: Gone): Promise<Pin[]> {
  let query = executor
    .selectFrom('alerts')
    .select(['id', 'host', 'first', 'last'])
    .where((eb) => eb.or([eb('origin', '=', part.origin), eb('origin', 'is', null)]));
  if (part.last !== null) query = query.where('first', '<=', part.last);
  if (part.first !== null) query = query.where('last', '>=', part.first);
  if (gone.of !== undefined) {
    query = query.where((eb) => eb.or([eb('origin', '<>', gone.of!), eb('origin', 'is', null)]));
  }
  if (gone.before !== undefined) {
    query = query.where((eb) =>
      eb.or([eb('state', '=', 'open'), eb('resolved_at', '>=', gone.before!)]),
    );
  }
  const rows = await query.orderBy('id').execute();
  return rows.map(({ id, host, first, last }) => ({
    id: String(id),
    host: String(host),
    first: Number(first),
    last: Number(last),
  }));
}

/** Alerts that the policy deletes. */
interface Gone {
  readonly of: string | undefined;
  /** Resolved before. */
  readonly before: number | undefined;
}

/** Deletes what a policy says, or tells what it would delete. */
export async function retain(
  on: RetentionParts,
  policy: RetentionPolicy,
  actor: Actor,
  dryRun: boolean,
): Promise<RetentionReport> {
  const { database, parts, flows } = on;
  const now = database.now();
  const gone = {
    of: policy.alertsOf,
    before: policy.alertAge === undefined ? undefined : now - policy.alertAge,
  };
  const going: FlowPart[] = [];
  const kept: { part: FlowPart; alerts: string[] }[] = [];
  const seen = new Map<string, Set<string>>();
  for (const part of candidates(await parts.list(), policy, now)) {
    const pins = await overlapping(database.db, part, gone);
    seen.set(part.id, new Set(pins.map(({ id }) => id)));
    if (await isPinned(flows, part, pins)) kept.push({ part, alerts: pins.map(({ id }) => id) });
    else going.push(part);
  }
  const rest = await database.db.transaction().execute(async (work) => {
    // A new alert waits until the flows it would hold are settled.
    if (database.engine === 'postgres') await sql`lock table alerts in share mode`.execute(work);
    const counts = await deleteRows(work, policy, { now, gone, dryRun });
    if (dryRun) return counts;
    for (const part of [...going]) {
      const pins = await overlapping(work, part, gone);
      const known = seen.get(part.id)!;
      if (pins.every(({ id }) => known.has(id))) continue;
      going.splice(going.indexOf(part), 1);
      kept.push({ part, alerts: pins.map(({ id }) => id) });
    }
    await parts.unregister(work, going);
    const details = { policy, flows: amount(going), alerts: counts.alerts };
    await writeAudit(work, now, [{ action: 'retention', objectId: '', actor, details }]);
    return counts;
  });
  if (!dryRun) await parts.erase(going);
  return {
    dryRun,
    flows: amount(going),
    pinned: amount(kept.map(({ part }) => part)),
    pins: kept
      .slice(0, NAMED_PINS)
      .map(({ part, alerts }) => ({ part: part.id, alerts: alerts.slice(0, NAMED_ALERTS) })),
    ...rest,
    uploads: await eraseUploads(on, rest.uploads, dryRun),
  };
}

async function isPinned(flows: Flows, part: FlowPart, pins: readonly Pin[]): Promise<boolean> {
  if (pins.length === 0) return false;
  const hosts = [...new Set(pins.map(({ host }) => host))];
  if (hosts.length > MAX_HOSTS) return true;
  const from = Math.min(...pins.map(({ first }) => first));
  const to = Math.max(...pins.map(({ last }) => last)) + 1;
  return flows.holds(part, hosts, from, to);
}

interface Deletion {
  readonly now: number;
  readonly gone: Gone;
  readonly dryRun: boolean;
}

type Counts = Pick<RetentionReport, 'alerts' | 'jobs' | 'audit' | 'sessions'> & {
  readonly uploads: readonly string[];
};

/** Everything that is rows; in a dry run it is counted alone. */
async function deleteRows(
  work: Executor,
  policy: RetentionPolicy,
  { now, gone, dryRun }: Deletion,
): Promise<Counts> {
  const { jobAge, auditAge, uploadAge, alertsOf } = policy;
  const ids = (table: string, column: string, before: number | undefined) =>
    before === undefined
      ? Promise.resolve([])
      : work.selectFrom(table).select('id').where(column, '<', before).execute();
  const jobs = await ids('jobs', 'finished_at', jobAge === undefined ? undefined : now - jobAge);
  const audit = await ids('audit', 'at', auditAge === undefined ? undefined : now - auditAge);
  const sessions = await ids('sessions', 'expires_at', now);
  const uploads =
    uploadAge === undefined
      ? []
      : await work
          .selectFrom('files')
          .select('id')
          .where('state', 'in', ['analysed', 'failed'])
          .where('changed_at', '<', now - uploadAge)
          .execute();
  const alerts = await goneAlerts(work, gone);
  if (!dryRun) {
    await deleteIds(work, 'jobs', jobs);
    await deleteIds(work, 'audit', audit);
    await deleteIds(work, 'sessions', sessions);
    await deleteAlerts(work, alerts);
    if (alertsOf !== undefined) await forgetOrigin(work, now, alertsOf);
    for (const { id } of uploads) {
      await work
        .updateTable('files')
        .set({ state: 'deleted', changed_at: now, version: sql<number>`version + 1` })
        .where('id', '=', id)
        .execute();
    }
  }
  return {
    alerts: alerts.length,
    jobs: jobs.length,
    audit: audit.length,
    sessions: sessions.length,
    uploads: uploads.map(({ id }) => String(id)),
  };
}

async function goneAlerts(work: Executor, { of, before }: Gone) {
  if (of === undefined && before === undefined) return [];
  return work
    .selectFrom('alerts')
    .select(['id', 'host'])
    .where((eb) =>
      eb.or([
        ...(of === undefined ? [] : [eb('origin', '=', of)]),
        ...(before === undefined
          ? []
          : [eb.and([eb('state', '=', 'resolved'), eb('resolved_at', '<', before)])]),
      ]),
    )
    .execute();
}

async function deleteAlerts(
  work: Executor,
  alerts: readonly Record<string, string | number | null>[],
): Promise<void> {
  await deleteIds(work, 'alerts', alerts);
  await deleteIds(work, 'alert_bodies', alerts);
  await deleteIds(work, 'alert_changes', alerts, 'alert_id');
  await deleteIds(work, 'evidence', alerts, 'alert_id');
  await countAlerts(
    work,
    alerts.map(({ host }) => String(host)),
  );
}

async function deleteIds(
  work: Executor,
  table: string,
  rows: readonly Record<string, string | number | null>[],
  column = 'id',
): Promise<void> {
  for (let i = 0; i < rows.length; i += 1000) {
    const ids = rows.slice(i, i + 1000).map(({ id }) => id!);
    await work.deleteFrom(table).where(column, 'in', ids).execute();
  }
}

/** Bytes go after the transaction: a crash between leaves a file whose record says `deleted`. */
async function eraseUploads(
  { uploadPath }: RetentionParts,
  ids: readonly string[],
  dryRun: boolean,
): Promise<{ files: number; bytes: number }> {
  let bytes = 0;
  for (const id of ids) {
    const path = uploadPath(id);
    bytes += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (!dryRun) rmSync(path, { force: true });
  }
  return { files: ids.length, bytes };
}
