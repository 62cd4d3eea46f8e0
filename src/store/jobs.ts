import { sql } from 'kysely';
import { writeAudit } from './audit.ts';
import type { Database, Executor } from './database.ts';
import { missing, stale } from './editable.ts';
import { type Cells, decode, encode } from './fields.ts';
import type { JobRecord } from './records.ts';
import { TableRows } from './rows.ts';
import type { Actor, ClaimOptions, JobDraft, JobQueue } from './store.ts';
import { JOBS } from './tables.ts';

const DEFAULT_LEASE = 30e6;
/** No lease is longer: one that ends later was given before the clock was set back. */
const LONGEST_LEASE = 3600e6;
const DEFAULT_ATTEMPTS = 3;

/** The queue over the data base. */
export class Jobs extends TableRows<JobRecord> implements JobQueue {
  constructor(database: Database) {
    super(database, JOBS);
  }

  async add(draft: JobDraft, actor: Actor): Promise<JobRecord> {
    const now = this.database.now();
    const job: JobRecord = {
      id: draft.id ?? this.database.newId(),
      version: 1,
      createdAt: now,
      changedAt: now,
      kind: draft.kind,
      state: 'queued',
      fileId: draft.fileId ?? null,
      payload: draft.payload ?? {},
      result: null,
      progress: 0,
      stage: '',
      attempts: 0,
      maxAttempts: Math.max(1, draft.maxAttempts ?? DEFAULT_ATTEMPTS),
      priority: draft.priority ?? 0,
      notBefore: draft.notBefore ?? 0,
      owner: null,
      leaseUntil: null,
      heartbeatAt: null,
      cancelRequested: false,
      startedAt: null,
      finishedAt: null,
      problem: '',
      createdBy: actor.by,
    };
    await this.database.db.transaction().execute(async (work) => {
      await work.insertInto('jobs').values(encode(JOBS, job)).execute();
      const details = { kind: job.kind, fileId: job.fileId };
      await writeAudit(work, now, [{ action: 'job.add', objectId: job.id, actor, details }]);
    });
    return job;
  }

  async claim({ owner, kinds, lease }: ClaimOptions): Promise<JobRecord | undefined> {
    const now = this.database.now();
    return this.database.db.transaction().execute(async (work) => {
      await this.#giveUp(work, now);
      const next = await this.#next(work, now, kinds);
      if (!next) return undefined;
      const row = await work
        .updateTable('jobs')
        .set({
          state: 'running',
          owner,
          lease_until: now + leaseOf(lease),
          heartbeat_at: now,
          started_at: now,
          changed_at: now,
          progress: 0,
          stage: '',
          attempts: sql<number>`attempts + 1`,
          version: sql<number>`version + 1`,
        })
        .where('id', '=', next)
        .returningAll()
        .executeTakeFirstOrThrow();
      return decode(JOBS, row);
    });
  }

  async giveUp(kinds?: readonly string[]): Promise<JobRecord[]> {
    const rows = await this.#giveUp(this.database.db, this.database.now(), kinds);
    return rows.map((row) => decode(JOBS, row));
  }

  async #giveUp(work: Executor, now: number, kinds?: readonly string[]): Promise<Cells[]> {
    const query = work
      .updateTable('jobs')
      .set({
        state: sql<string>`case when cancel_requested = 1 then 'cancelled' else 'failed' end`,
        problem: 'the worker vanished at every attempt',
        finished_at: now,
        changed_at: now,
        owner: null,
        lease_until: null,
        version: sql<number>`version + 1`,
      })
      .where('state', '=', 'running')
      .where((eb) =>
        eb.or([eb('lease_until', '<=', now), eb('lease_until', '>', now + LONGEST_LEASE)]),
      )
      .where((eb) =>
        eb.or([eb('attempts', '>=', eb.ref('max_attempts')), eb('cancel_requested', '=', 1)]),
      );
    return (kinds ? query.where('kind', 'in', [...kinds]) : query).returningAll().execute();
  }

  async #next(
    work: Executor,
    now: number,
    kinds: readonly string[] | undefined,
  ): Promise<string | undefined> {
    let query = work
      .selectFrom('jobs')
      .select('id')
      .where((eb) =>
        eb.or([
          eb.and([
            eb('state', '=', 'queued'),
            // Changed later than now: the clock was set back, and its time to wait says nothing.
            eb.or([eb('not_before', '<=', now), eb('changed_at', '>', now)]),
          ]),
          eb.and([
            eb('state', '=', 'running'),
            eb.or([eb('lease_until', '<=', now), eb('lease_until', '>', now + LONGEST_LEASE)]),
          ]),
        ]),
      )
      .orderBy('priority', 'desc')
      .orderBy('created_at')
      .orderBy('id')
      .limit(1);
    if (kinds) query = query.where('kind', 'in', [...kinds]);
    // Two workers must not take the same job; SQLite has one writer anyway.
    if (this.database.engine === 'postgres') query = query.forUpdate().skipLocked();
    const row = await query.executeTakeFirst();
    return row && String(row['id']);
  }

  async heartbeat(
    id: string,
    owner: string,
    news: { progress?: number; stage?: string; lease?: number } = {},
  ): Promise<'go on' | 'cancel' | 'lost'> {
    const now = this.database.now();
    const cells: Cells = { heartbeat_at: now, lease_until: now + leaseOf(news.lease) };
    if (news.progress !== undefined) cells['progress'] = Math.min(1, Math.max(0, news.progress));
    if (news.stage !== undefined) cells['stage'] = news.stage;
    const row = await this.#owned(this.database.db, id, owner, cells);
    if (!row) return 'lost';
    return row.cancelRequested ? 'cancel' : 'go on';
  }

  async finish(
    id: string,
    owner: string,
    result: Readonly<Record<string, unknown>> = {},
  ): Promise<boolean> {
    return this.#end(id, owner, {
      state: 'done',
      progress: 1,
      problem: '',
      result: JSON.stringify(result),
    });
  }

  async stopped(id: string, owner: string): Promise<boolean> {
    return this.#end(id, owner, { state: 'cancelled' });
  }

  async fail(id: string, owner: string, problem: string, retryAfter?: number): Promise<boolean> {
    const now = this.database.now();
    return this.database.db.transaction().execute(async (work) => {
      const job = await this.find(work, id);
      if (job?.state !== 'running' || job.owner !== owner) return false;
      const again =
        retryAfter !== undefined && job.attempts < job.maxAttempts && !job.cancelRequested;
      const cells: Cells = again
        ? { state: 'queued', not_before: now + retryAfter, owner: null, lease_until: null, problem }
        : { state: 'failed', finished_at: now, owner: null, lease_until: null, problem };
      return (await this.#owned(work, id, owner, cells)) !== undefined;
    });
  }

  async cancel(id: string, actor: Actor): Promise<JobRecord> {
    return this.#people(id, actor, 'job.cancel', (job, now) => {
      if (job.state === 'queued') return { state: 'cancelled', finished_at: now };
      return job.state === 'running' ? { cancel_requested: 1 } : undefined;
    });
  }

  async retry(id: string, actor: Actor): Promise<JobRecord> {
    return this.#people(id, actor, 'job.retry', (job) => {
      if (job.state !== 'failed' && job.state !== 'cancelled') return undefined;
      return {
        state: 'queued',
        attempts: 0,
        progress: 0,
        stage: '',
        problem: '',
        not_before: 0,
        cancel_requested: 0,
        finished_at: null,
      };
    });
  }

  async release(owner?: string): Promise<number> {
    // Who hands a job back has not failed at it; whoever is simply gone may have died of it.
    const attempts = sql<number>`attempts - ${owner === undefined ? 0 : 1}`;
    let query = this.database.db
      .updateTable('jobs')
      .set({ lease_until: 0, attempts, version: sql<number>`version + 1` })
      .where('state', '=', 'running');
    if (owner !== undefined) query = query.where('owner', '=', owner).where('lease_until', '>', 0);
    const { numUpdatedRows } = await query.executeTakeFirst();
    return Number(numUpdatedRows);
  }

  async #end(id: string, owner: string, cells: Cells): Promise<boolean> {
    const now = this.database.now();
    const ended = { ...cells, finished_at: now, owner: null, lease_until: null };
    return (await this.#owned(this.database.db, id, owner, ended)) !== undefined;
  }

  /** Changes a job that runs and is the owner's. */
  async #owned(
    executor: Executor,
    id: string,
    owner: string,
    cells: Cells,
  ): Promise<JobRecord | undefined> {
    const row = await executor
      .updateTable('jobs')
      .set({ ...cells, changed_at: this.database.now(), version: sql<number>`version + 1` })
      .where('id', '=', id)
      .where('state', '=', 'running')
      .where('owner', '=', owner)
      .returningAll()
      .executeTakeFirst();
    return row && decode(JOBS, row);
  }

  async #people(
    id: string,
    actor: Actor,
    action: string,
    change: (job: JobRecord, now: number) => Cells | undefined,
  ): Promise<JobRecord> {
    const now = this.database.now();
    return this.database.db.transaction().execute(async (work) => {
      const job = await this.find(work, id);
      if (!job) throw missing('job', id);
      const cells = change(job, now);
      if (!cells) return job;
      const row = await work
        .updateTable('jobs')
        .set({ ...cells, changed_at: now, version: job.version + 1 })
        .where('id', '=', id)
        .where('version', '=', job.version)
        .returningAll()
        .executeTakeFirst();
      if (!row) throw stale('job', id, job.version, job.version + 1);
      await writeAudit(work, now, [{ action, objectId: id, actor }]);
      return decode(JOBS, row);
    });
  }
}

function leaseOf(lease = DEFAULT_LEASE): number {
  return Math.min(LONGEST_LEASE, Math.max(1, lease));
}
