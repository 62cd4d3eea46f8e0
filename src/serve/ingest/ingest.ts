import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import type { Alert } from '../../detect/index.ts';
import type { Actor, FileRecord, JobRecord, NewPart, Store } from '../../store/index.ts';
import { droppedOf, isIncomplete } from '../dropped.ts';
import type { EventHub } from '../event-hub.ts';
import { fileRow, jobRow } from '../file-rows.ts';
import type { ServiceLimits } from '../limits.ts';
import type { Metrics } from '../metrics.ts';
import { AlertKeeper } from './alert-keeper.ts';
import { Analysis, toldOf } from './analyser.ts';
import type { AnalysisRequest, AnalysisResult } from './analysis.ts';
import { unpackHosts } from './host-sums.ts';
import { Lag } from './lag.ts';

/** The kind of job that analyses an upload. */
export const INGEST = 'ingest';

/** Who acts when nobody asked. */
export const SYSTEM: Actor = { by: 'system' };

/** Between two looks into the queue when nothing woke it. */
const LOOK_MILLIS = 2000;
/** Between two signs of life of a job. */
const BEAT_MILLIS = 1000;
/** An analysis whose upload brings nothing for so long makes room for others. */
const STALL_MILLIS = 30_000;
/** Before a job whose thread died is tried again, microseconds. */
const RETRY_AFTER = 5e6;
/** Keeping early alerts takes at most one part in so many of the time. */
const EARLY_SHARE = 5;
/** Hosts put into the store at once. */
const HOSTS_AT_ONCE = 2000;
/** What analysing works with. */
export interface IngestParts {
  readonly store: Store;
  readonly limits: ServiceLimits;
  readonly events: EventHub;
  readonly metrics: Metrics;
  readonly log: FastifyBaseLogger;
  /** Module of the thread, see `runAnalysis`. */
  readonly analysis: URL;
  /** What to ask of an analysis, as the settings stand. */
  readonly request: (fileId: string) => Promise<AnalysisRequest>;
}

/** How the work of an {@link Ingest} stands. */
export interface IngestStanding {
  /** Age of the oldest byte that has come and was not analysed yet. */
  readonly lagSeconds: number;
  /** Flows that the meters hold. */
  readonly openFlows: number;
  /** Whether the last analysis that ended had to leave something out. */
  readonly incomplete: boolean;
}

/** A job at work. */
interface Running {
  readonly job: JobRecord;
  readonly file: FileRecord;
  readonly analysis: Analysis;
  /** Bytes that lie there, and of them analysed. */
  bytes: number;
  read: number;
  complete: boolean;
  /** Milliseconds of the monotonic clock when the upload last grew. */
  grownAt: number;
  /** Flows that its meter holds. */
  openFlows: number;
  /** Settles when the early alerts told so far are kept. */
  early: Promise<void>;
  readonly lag: Lag;
  /** Why it is being stopped. */
  stopping?: Stop;
  /** Called when the upload is complete or the work is being stopped. */
  settle: () => void;
}

/** Why work is stopped: somebody said so; the upload pauses; another took the job; the service ends. */
type Stop = 'cancel' | 'stall' | 'lost' | 'end';

/** Works off the queue: one thread a file, which follows its upload. */
export class Ingest {
  readonly #parts: IngestParts;
  readonly #alerts: AlertKeeper;
  readonly #owner = randomUUID();
  /** By file. */
  readonly #running = new Map<string, Running>();
  readonly #work = new Map<string, Promise<void>>();
  /** How far uploads have come, for jobs that begin later. */
  readonly #grown = new Map<string, number>();
  /** Files whose job could not be queued yet. */
  readonly #wished = new Map<string, Actor>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #closed = false;
  #incomplete = false;

  constructor(parts: IngestParts) {
    this.#parts = parts;
    this.#alerts = new AlertKeeper(parts);
  }

  /** Files whose job vanished get a new one; then the queue is worked off. */
  async start(): Promise<void> {
    const { store } = this.#parts;
    await this.#giveUp();
    const { rows } = await store.files.page({
      where: [{ field: 'state', is: 'one of', value: ['received', 'analysing'] }],
      limit: 1000,
    });
    for (const { id } of rows) await this.ensureJob(id, SYSTEM);
    this.#timer = setInterval(() => {
      for (const [fileId, actor] of this.#wished) this.wish(fileId, actor);
      this.look();
    }, LOOK_MILLIS);
    this.look();
  }

  /** How the work stands: how far it is behind, and what it holds. */
  get standing(): IngestStanding {
    const all = [...this.#running.values()];
    const now = performance.now();
    return {
      lagSeconds: Math.max(0, ...all.map(({ lag }) => lag.millis(now))) / 1000,
      openFlows: all.reduce((sum, { openFlows }) => sum + openFlows, 0),
      incomplete: this.#incomplete,
    };
  }

  /** Jobs at work. */
  get busy(): number {
    return this.#running.size;
  }

  /** Sees to it that a file is being analysed, or will be. */
  async ensureJob(fileId: string, actor: Actor): Promise<void> {
    const { store } = this.#parts;
    const waiting = await store.jobs.count([
      { field: 'fileId', is: 'equal', value: fileId },
      { field: 'kind', is: 'equal', value: INGEST },
      { field: 'state', is: 'one of', value: ['queued', 'running'] },
    ]);
    if (waiting === 0) await this.#tell(await store.jobs.add({ kind: INGEST, fileId }, actor));
    this.#wished.delete(fileId);
    this.look();
  }

  /** As {@link ensureJob}, for later if it cannot be now: on a full disk, say. */
  wish(fileId: string, actor: Actor): void {
    this.#wished.set(fileId, actor);
    this.ensureJob(fileId, actor).catch((error: unknown) => {
      this.#parts.log.warn({ err: error, file: fileId }, 'a job could not be queued yet');
    });
  }

  /** An upload has come so far. */
  grown(fileId: string, bytes: number, complete: boolean): void {
    if (complete) this.#grown.delete(fileId);
    else this.#grown.set(fileId, bytes);
    const running = this.#running.get(fileId);
    if (!running) return;
    running.bytes = bytes;
    running.complete ||= complete;
    running.grownAt = performance.now();
    running.lag.grown(bytes, running.grownAt);
    running.analysis.grown(bytes, complete);
    if (!complete) return;
    running.settle();
    const { store, log } = this.#parts;
    store.files.touch(fileId, { state: 'analysing' }).catch((error: unknown) => {
      log.warn({ err: error, file: fileId }, 'a state could not be noted');
    });
  }

  /** Stops the work on a file and waits for its end. */
  async stopFile(fileId: string): Promise<void> {
    const { store } = this.#parts;
    this.#grown.delete(fileId);
    const { rows } = await store.jobs.page({
      where: [
        { field: 'fileId', is: 'equal', value: fileId },
        { field: 'state', is: 'one of', value: ['queued', 'running'] },
      ],
    });
    for (const { id } of rows) await store.jobs.cancel(id, SYSTEM);
    this.#stop(fileId, 'cancel');
    for (const { id } of rows) await this.#work.get(id);
  }

  /** Looks into the queue now. */
  look(): void {
    this.#looking ??= this.#claim().finally(() => {
      this.#looking = undefined;
    });
  }

  /** Hands back what is at work; another process, or the next, begins it anew. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#looking;
    for (const fileId of this.#running.keys()) this.#stop(fileId, 'end');
    await Promise.all(this.#work.values());
    const { store, log } = this.#parts;
    // A store that takes no writes must not hold up the end; claims run out by themselves.
    await store.jobs.release(this.#owner).catch((error: unknown) => {
      log.warn({ err: error }, 'jobs could not be handed back');
    });
  }

  async #claim(): Promise<void> {
    const { store, limits, log } = this.#parts;
    try {
      await this.#giveUp();
      while (!this.#closed && this.#work.size < limits.analyses) {
        const job = await store.jobs.claim({ owner: this.#owner, kinds: [INGEST] });
        if (!job) return;
        const work = this.#run(job).catch((error: unknown) => {
          log.error({ err: error, job: job.id }, 'a job could not be ended');
        });
        this.#work.set(job.id, work);
        void work.finally(() => {
          this.#work.delete(job.id);
          if (!this.#closed) this.look();
        });
      }
    } catch (error) {
      log.error({ err: error }, 'the queue cannot be read');
    }
  }

  /** What killed its worker at every attempt is told as failed, and leaves nothing. */
  async #giveUp(): Promise<void> {
    const { store, log } = this.#parts;
    for (const { id, fileId, problem, state } of await store.jobs.giveUp([INGEST])) {
      log.warn({ job: id, file: fileId, problem }, 'analysis given up');
      if (fileId === null) continue;
      await store.flows.dropOrigin(fileId);
      if (state === 'failed') await this.#tellFailure(fileId, problem);
      await this.#tellBoth(id, fileId);
    }
  }

  async #run(job: JobRecord): Promise<void> {
    const { store } = this.#parts;
    const file = job.fileId === null ? undefined : await store.files.get(job.fileId);
    if (!file || file.state === 'deleted') {
      await store.jobs.fail(job.id, this.#owner, 'the file is gone');
      return;
    }
    let running: Running | undefined;
    try {
      // What an attempt before left is not to be there twice.
      await store.flows.dropOrigin(file.id);
      running = await this.#begin(job, file);
      await this.#follow(running);
    } catch (error) {
      await this.#failed(job, file, toldOf(error));
    } finally {
      this.#running.delete(file.id);
      await this.#tellBoth(job.id, file.id);
    }
  }

  async #begin(job: JobRecord, file: FileRecord): Promise<Running> {
    const { store, analysis, request } = this.#parts;
    const asked = await request(file.id);
    const running: Running = {
      job,
      file,
      analysis: new Analysis(analysis, asked, {
        onParts: (parts) => this.#keep(parts),
        onProgress: (bytes, openFlows) => {
          running.read = bytes;
          running.openFlows = openFlows;
          running.lag.read(bytes);
        },
        onEarly: (alerts) => this.#early(running, alerts),
      }),
      bytes: 0,
      read: 0,
      complete: false,
      grownAt: performance.now(),
      openFlows: 0,
      early: Promise.resolve(),
      lag: new Lag(),
      settle: () => {},
    };
    this.#running.set(file.id, running);
    // Asked for now: the upload may have ended while the job began.
    const now = await store.files.get(file.id);
    const complete = now?.state !== 'uploading';
    const bytes = Math.max(now?.received ?? 0, this.#grown.get(file.id) ?? 0, running.bytes);
    this.grown(file.id, bytes, complete || running.complete);
    await this.#tellBoth(job.id, file.id);
    return running;
  }

  async #keep(parts: readonly NewPart[]): Promise<void> {
    const { store, metrics } = this.#parts;
    await store.flows.adopt(parts);
    for (const { view, rows } of parts) metrics.flows.inc({ view }, rows);
  }

  /** Keeps alerts of an analysis that goes on. What fails here is told at the end all the same. */
  async #early(running: Running, alerts: readonly Alert[]): Promise<void> {
    const { log } = this.#parts;
    const begun = performance.now();
    running.early = running.early
      .then(() =>
        running.stopping ? undefined : this.#alerts.put(running.file.id, alerts, 'running'),
      )
      .catch((error: unknown) => {
        log.warn({ err: error, file: running.file.id }, 'early alerts could not be kept');
      });
    await running.early;
    await sleep((EARLY_SHARE - 1) * (performance.now() - begun), undefined, { ref: false });
  }

  async #follow(running: Running): Promise<void> {
    const { job, file, analysis } = running;
    const beat = setInterval(() => void this.#beat(running), BEAT_MILLIS);
    try {
      const outcome = await analysis.outcome;
      await analysis.idle;
      await running.early;
      if (running.stopping) return await this.#stopped(running, running.stopping);
      if (outcome.end === 'failed') return await this.#failed(job, file, outcome);
      if (outcome.end === 'stopped') return await this.#stopped(running, 'cancel');
      // A capture may be damaged at its begin and still be arriving: its end is waited for.
      if (!running.complete) {
        await new Promise<void>((resolve) => {
          running.settle = resolve;
        });
      }
      if (running.stopping) return await this.#stopped(running, running.stopping);
      await this.#done(running, outcome.result);
    } finally {
      clearInterval(beat);
    }
  }

  async #beat(running: Running): Promise<void> {
    const { store, log } = this.#parts;
    const { job, file, bytes, read, complete } = running;
    const size = file.size ?? (complete ? bytes : 0);
    try {
      const said = await store.jobs.heartbeat(job.id, this.#owner, {
        progress: size > 0 ? Math.min(0.99, read / size) : 0,
        stage: complete ? 'analysing' : 'following the upload',
      });
      if (said === 'cancel') this.#stop(file.id, 'cancel');
      if (said === 'lost') this.#stop(file.id, 'lost');
      const stalled = performance.now() - running.grownAt > STALL_MILLIS;
      if (!complete && stalled && read >= bytes - 1) this.#stop(file.id, 'stall');
      const now = await store.jobs.get(job.id);
      if (now) await this.#tell(now);
    } catch (error) {
      log.warn({ err: error, job: job.id }, 'a sign of life could not be given');
    }
  }

  #stop(fileId: string, why: Stop): void {
    const running = this.#running.get(fileId);
    if (!running || running.stopping) return;
    running.stopping = why;
    running.analysis.stop();
    running.settle();
  }

  /** All is kept before it is said so; each step may be done again by an attempt after a crash. */
  async #done(running: Running, { alerts, hosts, facts }: AnalysisResult): Promise<void> {
    const { store, metrics, events } = this.#parts;
    const { job, file } = running;
    for (const piece of unpackHosts(hosts, HOSTS_AT_ONCE)) {
      await store.hosts.note(file.id, piece);
    }
    await this.#alerts.put(file.id, alerts, 'ended');
    await this.#alerts.withdraw(file.id, 'the rest of the traffic refutes it');
    if (typeof facts['packets'] === 'number')
      metrics.packets.inc({ if: 'upload' }, facts['packets']);
    for (const { reason, count } of droppedOf(facts)) metrics.dropped.inc({ reason }, count);
    this.#incomplete = isIncomplete(facts);
    await store.files.touch(file.id, { state: 'analysed', facts, problem: '' });
    const { alerts: found, flows, packets, badRows } = facts;
    await store.jobs.finish(job.id, this.#owner, { alerts: found, flows, packets, badRows });
    events.publish('overview', { at: file.changedAt });
  }

  async #stopped({ job, file }: Running, why: Stop): Promise<void> {
    const { store } = this.#parts;
    // Another attempt has taken over: what is there is its own.
    if (why === 'lost') return;
    await store.flows.dropOrigin(file.id);
    // The job stays this process's; closing hands it back.
    if (why === 'end') return;
    const now = await store.files.get(file.id);
    if (now?.state === 'analysing') await store.files.touch(file.id, { state: 'received' });
    if (why === 'cancel') await this.#alerts.withdraw(file.id, 'the analysis was cancelled');
    await store.jobs.stopped(job.id, this.#owner);
    if (why !== 'stall') return;
    // The upload may have ended while its job was being stopped.
    if (now && now.state !== 'uploading') await this.ensureJob(file.id, SYSTEM);
  }

  async #failed(
    job: JobRecord,
    file: FileRecord,
    { code, message }: { readonly code: string; readonly message: string },
  ): Promise<void> {
    const { store, log } = this.#parts;
    log.warn({ job: job.id, file: file.id, code, problem: message }, 'analysis failed');
    await store.flows.dropOrigin(file.id);
    // What is wrong with the file stays wrong; what is wrong with us may pass.
    const passing = code === 'SERVE_FAULT' || code.startsWith('STORE_');
    const problem = code === 'SERVE_FAULT' ? message.split('\n')[0]! : message;
    await store.jobs.fail(job.id, this.#owner, problem, passing ? RETRY_AFTER : undefined);
    const after = await store.jobs.get(job.id);
    if (after?.state === 'failed') await this.#tellFailure(file.id, problem);
  }

  async #tellFailure(fileId: string, problem: string): Promise<void> {
    const { store } = this.#parts;
    await this.#alerts.withdraw(fileId, `the analysis failed: ${problem}`);
    const now = await store.files.get(fileId);
    if (!now || now.state === 'deleted') return;
    // An upload goes on; whether its end can be read shows when it has come.
    const state = now.state === 'uploading' ? 'uploading' : 'failed';
    await store.files.touch(fileId, { state, problem });
  }

  async #tell(job: JobRecord): Promise<void> {
    const { store, events } = this.#parts;
    if (events.listeners > 0) events.publish('job', await jobRow(store, job));
  }

  async #tellBoth(jobId: string, fileId: string): Promise<void> {
    const { store, events } = this.#parts;
    const job = await store.jobs.get(jobId);
    if (job) await this.#tell(job);
    const file = await store.files.get(fileId);
    if (file) events.publish('file', fileRow(file));
  }
}
