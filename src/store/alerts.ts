import { sql } from 'kysely';
import { WiresiftError } from '../base/index.ts';
import type { Alert } from '../detect/index.ts';
import { alertRows, FACTS, modelOf } from './alert-cells.ts';
import { alertGroups } from './alert-groups.ts';
import { Answers } from './answers.ts';
import { writeAudit } from './audit.ts';
import type { Database, Executor } from './database.ts';
import { missing } from './editable.ts';
import { type Cells, columnOf, decode, fieldOf, parseJson } from './fields.ts';
import { badQuery, whereOf } from './filter.ts';
import { countAlerts, meetHosts } from './hosts.ts';
import { changeOf, chunks, judgedAfter, judgedOf, seen, setJudgements } from './judgement.ts';
import type { Condition } from './query.ts';
import {
  type AlertChange,
  type AlertDetail,
  type AlertRecord,
  type Judgement,
  VERDICTS,
} from './records.ts';
import { TableRows } from './rows.ts';
import { type AnalysisState, placed, tellGrowth, withdrawProvisional } from './standing.ts';
import type {
  Actor,
  AlertBar,
  AlertBarsOptions,
  AlertGroup,
  AlertGroupsQuery,
  AlertStore,
  AlertsMatching,
  AlertTarget,
  Rows,
} from './store.ts';
import { SuppressionRules } from './suppression.ts';
import { ALERTS, SUPPRESSIONS } from './tables.ts';

/** Alerts of one action: what a hand resolves, not a script. */
const MAX_TARGETS = 10_000;
const MAX_BARS = 2000;
/** Others may write the same data base: counts are at most so old. */
const COUNTS_MILLIS = 5000;

/** Alerts over the data base. */
export class Alerts extends TableRows<AlertRecord> implements AlertStore {
  readonly #answers = new Answers(COUNTS_MILLIS);

  constructor(database: Database) {
    super(database, ALERTS);
  }

  /** Alerts were changed or deleted: counts are to be found anew. */
  changed(): void {
    this.#answers.clear();
  }

  /** A transaction that changes alerts. */
  #change<T>(work: (work: Executor) => Promise<T>): Promise<T> {
    // Also after a failure: a server may have committed before its answer was lost.
    return this.database.db
      .transaction()
      .execute(work)
      .finally(() => this.changed());
  }

  override count(
    where?: readonly Condition<keyof AlertRecord & string>[],
    search?: string,
  ): Promise<number> {
    return this.#answers.ask(['count', where, search], () => super.count(where, search));
  }

  override async countBy(
    ...asked: Parameters<Rows<AlertRecord>['countBy']>
  ): ReturnType<Rows<AlertRecord>['countBy']> {
    const rows = await this.#answers.ask(['by', ...asked], () => super.countBy(...asked));
    return [...rows];
  }

  async put(
    alerts: readonly Alert[],
    origin: string | null = null,
    analysis?: AnalysisState,
  ): Promise<{ added: string[]; updated: string[] }> {
    const at = this.database.now();
    const telling = { now: at, action: this.database.newId() };
    const standing = analysis === 'running' ? 'provisional' : 'final';
    // Within a statement, an id may stand once; the last word counts.
    const unique = [...new Map(alerts.map((alert) => [alert.id, alert])).values()];
    return this.#change(async (work) => {
      const rules = await readRules(work, at);
      const added: string[] = [];
      const updated: string[] = [];
      for (const piece of chunks(unique)) {
        const chunk = await placed(work, piece, origin, analysis);
        if (chunk.length === 0) continue;
        for (const { id, before } of chunk) (before ? updated : added).push(id);
        await tellGrowth(work, chunk, telling);
        await insert(
          work,
          chunk.map(({ id, key, alert }) => {
            const { host, kind } = alert;
            const suppressedBy = rules.hiddenBy({ host, kind, model: modelOf(alert) });
            return alertRows(alert, { origin, now: at, suppressedBy, id, key, standing });
          }),
        );
      }
      await meetHosts(work, at, unique);
      await countAlerts(
        work,
        unique.map(({ host }) => host),
      );
      return { added, updated };
    });
  }

  async withdraw(origin: string, why: string): Promise<string[]> {
    const telling = { now: this.database.now(), action: this.database.newId(), why };
    return this.#change(async (work) => {
      const withdrawn = await withdrawProvisional(work, origin, telling);
      await countAlerts(
        work,
        withdrawn.map(({ host }) => host),
      );
      return withdrawn.map(({ id }) => id);
    });
  }

  async detail(id: string): Promise<AlertDetail | undefined> {
    const { db } = this.database;
    const cells = await db
      .selectFrom('alerts')
      .innerJoin('alert_bodies', 'alert_bodies.id', 'alerts.id')
      .innerJoin('evidence', 'evidence.id', 'alerts.id')
      .selectAll('alerts')
      .select(['alert_bodies.body as body', 'evidence.evidence as evidence'])
      .where('alerts.id', '=', id)
      .executeTakeFirst();
    if (!cells) return undefined;
    const part = (column: string): object =>
      parseJson(String((cells as Cells)[column]), `alerts ${id}`) as object;
    const alert = { ...part('evidence'), ...part('body') } as Alert;
    return { ...decode(ALERTS, cells as Cells), alert };
  }

  async judge(
    targets: readonly AlertTarget[],
    judgement: Partial<Judgement>,
    actor: Actor,
  ): Promise<{ action: string; alerts: AlertRecord[] }> {
    checkTargets(targets);
    checkJudgement(judgement);
    return this.#change(async (work) =>
      this.#judge(work, await seen(work, targets), judgement, actor),
    );
  }

  async judgeMatching(
    { where, search, count }: AlertsMatching,
    judgement: Partial<Judgement>,
    actor: Actor,
  ): Promise<{ action: string; alerts: AlertRecord[] }> {
    checkJudgement(judgement);
    const { engine } = this.database;
    return this.#change(async (work) => {
      const rows = await work
        .selectFrom('alerts')
        .selectAll()
        .where((eb) => whereOf(eb, ALERTS, where, { text: search, engine }))
        .orderBy('id')
        .limit(MAX_TARGETS + 1)
        .execute();
      const alerts = rows.map((cells) => decode(ALERTS, cells));
      checkTargets(alerts);
      if (alerts.length !== count) throw otherCount(count, alerts.length);
      return this.#judge(work, alerts, judgement, actor);
    });
  }

  async #judge(
    work: Executor,
    before: readonly AlertRecord[],
    judgement: Partial<Judgement>,
    actor: Actor,
  ): Promise<{ action: string; alerts: AlertRecord[] }> {
    const now = this.database.now();
    const { by } = actor;
    const judging = { action: this.database.newId(), by, now };
    const wishes = before.map((alert) => ({
      alert,
      after: judgedAfter(judgedOf(alert), judgement, by, now),
    }));
    const alerts = await setJudgements(work, wishes, judging);
    const { action } = judging;
    await this.#settle(work, 'alert.judge', alerts, actor, { action, judgement });
    return { action, alerts };
  }

  groups(query: AlertGroupsQuery): Promise<AlertGroup[]> {
    return this.#answers
      .ask(['groups', query], () => alertGroups(this.database, query))
      .then((groups) => [...groups]);
  }

  async undo(action: string, actor: Actor): Promise<{ action: string; alerts: AlertRecord[] }> {
    const now = this.database.now();
    const judging = { action: this.database.newId(), by: actor.by, now };
    return this.#change(async (work) => {
      const rows = await work
        .selectFrom('alert_changes')
        .selectAll()
        .where('action', '=', action)
        .orderBy('id')
        .execute();
      if (rows.length === 0) throw missing('action', action);
      const changes = rows.map(changeOf);
      const before = await seen(
        work,
        changes.map(({ alertId, madeVersion }) => ({ id: alertId, version: madeVersion })),
      );
      const wishes = changes.map((change, at) => ({
        alert: before[at]!,
        after: change.before,
        undoes: change.id,
      }));
      const alerts = await setJudgements(work, wishes, judging);
      await this.#settle(work, 'alert.undo', alerts, actor, {
        action: judging.action,
        undoes: action,
      });
      return { action: judging.action, alerts };
    });
  }

  async history(id: string): Promise<AlertChange[]> {
    const rows = await this.database.db
      .selectFrom('alert_changes')
      .selectAll()
      .where('alert_id', '=', id)
      .orderBy('id')
      .execute();
    return rows.map(changeOf);
  }

  async byTime(
    options: AlertBarsOptions,
    where?: readonly Condition<keyof AlertRecord & string>[],
  ): Promise<AlertBar[]> {
    const { width, from, to } = options;
    if (!(width >= 1) || !(to > from) || (to - from) / width > MAX_BARS) {
      throw badQuery('alerts by time', `bars of ${width} us`, `${MAX_BARS} bars at most`);
    }
    const bars = await this.#answers.ask(['bars', options, where], () =>
      this.#bars(options, where),
    );
    return [...bars];
  }

  async #bars(
    { by, width, from, to }: AlertBarsOptions,
    where?: readonly Condition<keyof AlertRecord & string>[],
  ): Promise<AlertBar[]> {
    const how = fieldOf(ALERTS, by);
    const bar = sql<number>`cast((last - ${from}) / ${width} as bigint)`;
    const rows = await this.database.db
      .selectFrom('alerts')
      .select((eb) => [bar.as('bar'), eb.ref(columnOf(by)).as('value'), eb.fn.countAll().as('n')])
      .where('last', '>=', from)
      .where('last', '<', to)
      .where((eb) => whereOf(eb, ALERTS, where))
      .groupBy(['bar', columnOf(by)])
      .orderBy('bar')
      .orderBy('value')
      .execute();
    return rows.map(({ bar: index, value, n }) => ({
      from: from + Number(index) * width,
      value: how.words ? how.words[Number(value)]! : String(value),
      count: Number(n),
    }));
  }

  async suppress(actor: Actor): Promise<number> {
    const now = this.database.now();
    return this.#change(async (work) => {
      const rules = await readRules(work, now);
      const open = await work
        .selectFrom('alerts')
        .select(['id', 'host', 'kind', 'model', 'suppressed_by'])
        .where('state', '=', 'open')
        .execute();
      const changed = new Map<string | null, Cells[]>();
      for (const cells of open) {
        const { host, kind, model } = cells;
        const hidden = rules.hiddenBy({
          host: String(host),
          kind: String(kind) as AlertRecord['kind'],
          model: String(model),
        });
        if (hidden === cells['suppressed_by']) continue;
        const rows = changed.get(hidden) ?? [];
        rows.push(cells);
        changed.set(hidden, rows);
      }
      const all = [...changed.values()].flat();
      for (const [hidden, rows] of changed) await hide(work, now, hidden, rows);
      await countAlerts(
        work,
        all.map(({ host }) => String(host)),
      );
      const details = { changed: all.length };
      await writeAudit(work, now, [{ action: 'alert.suppress', objectId: '', actor, details }]);
      return all.length;
    });
  }

  async #settle(
    work: Executor,
    action: string,
    alerts: readonly AlertRecord[],
    actor: Actor,
    details: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await countAlerts(
      work,
      alerts.map(({ host }) => host),
    );
    const acts = alerts.map(({ id }) => ({ action, objectId: id, actor, details }));
    await writeAudit(work, this.database.now(), acts);
  }
}

function checkTargets(targets: readonly AlertTarget[]): void {
  const ids = new Set(targets.map(({ id }) => id));
  if (targets.length === 0 || targets.length > MAX_TARGETS || ids.size < targets.length) {
    throw badQuery('alerts', `${targets.length} targets`, `1 to ${MAX_TARGETS}, each once`);
  }
}

/** Others match than were counted. */
function otherCount(saw: number, now: number): WiresiftError {
  return new WiresiftError({
    code: 'STORE_STALE',
    where: 'the alerts that match',
    saw: `a change of ${saw}`,
    expected: `${now}, as many as match now`,
    todo: 'Alerts were changed meanwhile: look at the list again, then change them',
  });
}

function checkJudgement(wish: Partial<Judgement>): void {
  if (wish.state !== undefined && wish.state !== 'open' && wish.state !== 'resolved') {
    throw badQuery('state', String(wish.state), 'open or resolved');
  }
  if (wish.verdict !== undefined && !VERDICTS.includes(wish.verdict)) {
    throw badQuery('verdict', String(wish.verdict), VERDICTS.join(', '));
  }
}

async function readRules(work: Executor, now: number): Promise<SuppressionRules> {
  const rows = await work.selectFrom('suppressions').selectAll().orderBy('id').execute();
  return new SuppressionRules(
    rows.map((cells) => decode(SUPPRESSIONS, cells)),
    now,
  );
}

/** Writes a chunk of alerts with bodies and evidence; of those already there, the facts alone. */
async function insert(
  work: Executor,
  rows: readonly ReturnType<typeof alertRows>[],
): Promise<void> {
  const write = async (
    table: string,
    values: readonly Cells[],
    columns: readonly string[],
  ): Promise<void> => {
    await work
      .insertInto(table)
      .values(values)
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet((eb) =>
            Object.fromEntries(columns.map((column) => [column, eb.ref(`excluded.${column}`)])),
          ),
      )
      .execute();
  };
  await write(
    'alerts',
    rows.map(({ alert }) => alert),
    FACTS,
  );
  await write(
    'alert_bodies',
    rows.map(({ body }) => body),
    ['body'],
  );
  const evidence = rows.map((one) => one.evidence);
  await write('evidence', evidence, ['first', 'last', 'score', 'origin', 'alert_id', 'evidence']);
}

async function hide(
  work: Executor,
  now: number,
  suppressedBy: string | null,
  rows: readonly Cells[],
): Promise<void> {
  for (const chunk of chunks(rows.map(({ id }) => String(id)))) {
    await work
      .updateTable('alerts')
      .set({ suppressed_by: suppressedBy, changed_at: now })
      .where('id', 'in', chunk)
      .execute();
  }
}
