import type { Alert, Evidence } from '../detect/index.ts';
import type { FlowStore } from './flows/flow-store.ts';
import type { Condition, Page, PageQuery } from './query.ts';
import type {
  AlertChange,
  AlertDetail,
  AlertRecord,
  AuditRecord,
  Edited,
  EvidenceRecord,
  FileRecord,
  HostRecord,
  HostTraffic,
  HuntRecord,
  JobRecord,
  Judgement,
  LabelRecord,
  ModelRecord,
  SessionRecord,
  SettingRecord,
  SuppressionRecord,
  TokenRecord,
  UserRecord,
} from './records.ts';
import type { RetentionPolicy, RetentionReport } from './retention.ts';
import type { AnalysisState } from './standing.ts';

/** Who does something: a user's id or `system`, and the address that the request came from. */
export interface Actor {
  readonly by: string;
  readonly address?: string;
}

/** Rows that can be found. */
export interface Rows<Row> {
  get(id: string): Promise<Row | undefined>;
  /**
   * One page.
   * @throws WiresiftError `STORE_QUERY` (exit code 2) for a field, comparison, value or cursor that makes no sense
   */
  page(query?: PageQuery<keyof Row & string>): Promise<Page<Row>>;
  count(where?: readonly Condition<keyof Row & string>[], search?: string): Promise<number>;
  /** How many rows hold each value of a field, the most frequent first, at most `limit` (default 100). */
  countBy(
    field: keyof Row & string,
    where?: readonly Condition<keyof Row & string>[],
    limit?: number,
  ): Promise<{ value: string | number | boolean | null; count: number }[]>;
}

/** What the caller gives of a new row; a missing id is made up. */
export type Draft<Row extends Edited> = Omit<Row, keyof Edited> & { readonly id?: string };
/** Fields to change. */
export type Patch<Row extends Edited> = Partial<Omit<Row, keyof Edited>>;

/** Rows that people add, change and remove. Every such act stands in the audit log, in one transaction. */
export interface Editable<Row extends Edited> extends Rows<Row> {
  /** @throws WiresiftError `STORE_EXISTS` when the id, or what must be unique, is taken */
  add(draft: Draft<Row>, actor: Actor): Promise<Row>;
  /**
   * @param version the version that the change was made from
   * @throws WiresiftError `STORE_STALE` when somebody changed the row meanwhile, `STORE_MISSING` when it is gone
   */
  change(id: string, version: number, patch: Patch<Row>, actor: Actor): Promise<Row>;
  /** @throws WiresiftError as {@link Editable.change} */
  remove(id: string, version: number, actor: Actor): Promise<void>;
  /**
   * Bookkeeping by the program itself (bytes received, last seen): no version is asked for or made, and
   * nothing is audited. @returns false when there is no such row
   */
  touch(id: string, patch: Patch<Row>): Promise<boolean>;
  /** Removes rows the program itself no longer needs (such as sessions run out); not audited. */
  purge(where: readonly Condition<keyof Row & string>[]): Promise<number>;
}

/** One alert of a bulk action, and the version the analyst saw. */
export interface AlertTarget {
  readonly id: string;
  readonly version: number;
}

/** A bar of the picture of alerts by time. */
export interface AlertBar {
  /** Beginning of the bar, in microseconds. */
  readonly from: number;
  readonly value: string;
  readonly count: number;
}

/** Alerts and what people made of them. */
export interface AlertStore extends Rows<AlertRecord> {
  /**
   * Keeps alerts with their evidence. An alert already there gets the new facts and keeps its
   * judgement. Active suppressions hide what they match.
   * @param analysis given by an analysis of the origin that may tell an alert several times: then it is
   *   known by its `alertKey` within the origin, and provisional until the analysis has ended
   * @returns how many were new, and the ids of those
   */
  put(
    alerts: readonly Alert[],
    origin?: string | null,
    analysis?: AnalysisState,
  ): Promise<{ added: string[]; updated: string[] }>;
  /**
   * Withdraws the alerts of an origin that are still provisional, and says why in their histories.
   * @returns their ids
   */
  withdraw(origin: string, why: string): Promise<string[]>;
  detail(id: string): Promise<AlertDetail | undefined>;
  /**
   * Resolves, reopens, assigns or notes: one alert or many, all or none.
   * @throws WiresiftError `STORE_STALE`, `STORE_MISSING`
   */
  judge(
    targets: readonly AlertTarget[],
    judgement: Partial<Judgement>,
    actor: Actor,
  ): Promise<{ action: string; alerts: AlertRecord[] }>;
  /**
   * As {@link AlertStore.judge}, for all alerts that match, as long as they are as many as were
   * counted: what came or was changed meanwhile is not judged unseen.
   * @throws WiresiftError `STORE_STALE` when they are not, `STORE_QUERY` for more than 10,000
   */
  judgeMatching(
    matching: AlertsMatching,
    judgement: Partial<Judgement>,
    actor: Actor,
  ): Promise<{ action: string; alerts: AlertRecord[] }>;
  /** Sums by host or kind, the gravest group first, of equal ones that with most alerts. */
  groups(query: AlertGroupsQuery): Promise<AlertGroup[]>;
  /**
   * Takes back one action, on all its alerts.
   * @throws WiresiftError `STORE_STALE` when any was changed since, `STORE_MISSING`
   */
  undo(action: string, actor: Actor): Promise<{ action: string; alerts: AlertRecord[] }>;
  /** Changes of an alert, the oldest first. */
  history(id: string): Promise<AlertChange[]>;
  /** Alerts by time of their last packet, in bars, by kind, severity, state or verdict. */
  byTime(
    options: AlertBarsOptions,
    where?: readonly Condition<keyof AlertRecord & string>[],
  ): Promise<AlertBar[]>;
  /** Applies the suppressions that stand now to all open alerts. @returns how many changed */
  suppress(actor: Actor): Promise<number>;
}

/** Alerts that conditions name, and how many a person was told they are. */
export interface AlertsMatching {
  readonly where: readonly Condition<keyof AlertRecord & string>[];
  readonly search?: string | undefined;
  readonly count: number;
}

/** What {@link AlertStore.groups} is asked. */
export interface AlertGroupsQuery {
  readonly by: 'host' | 'kind';
  readonly where?: readonly Condition<keyof AlertRecord & string>[] | undefined;
  readonly search?: string | undefined;
  readonly limit: number;
}

/** Alerts of one host or kind. */
export interface AlertGroup {
  readonly value: string;
  readonly count: number;
  readonly worst: AlertRecord['severity'];
  /** Of their last packet, microseconds. */
  readonly last: number;
}

/** How {@link AlertStore.byTime} cuts. */
export interface AlertBarsOptions {
  readonly by: 'kind' | 'severity' | 'state' | 'verdict';
  /** Width of a bar in microseconds; at most 2,000 bars between `from` and `to`. */
  readonly width: number;
  readonly from: number;
  readonly to: number;
}

/** Evidence that made no alert is put here too; that of alerts comes with them. */
export interface EvidenceStore extends Rows<EvidenceRecord> {
  put(items: readonly { id: string; evidence: Evidence; origin: string | null }[]): Promise<void>;
}

/** Hosts, whose sums follow from what each file showed of them. */
export interface HostStore extends Rows<HostRecord> {
  /** What one origin showed; a second call for the same origin and host replaces the first. */
  note(origin: string, traffic: readonly HostTraffic[]): Promise<void>;
  /** What each origin showed of a host. */
  traffic(host: string): Promise<(HostTraffic & { readonly origin: string })[]>;
  /** Changes name or note. @throws WiresiftError as {@link Editable.change} */
  change(
    id: string,
    version: number,
    patch: Partial<Pick<HostRecord, 'name' | 'note'>>,
    actor: Actor,
  ): Promise<HostRecord>;
}

/** What {@link JobQueue.add} takes. */
export interface JobDraft {
  readonly id?: string;
  readonly kind: string;
  readonly fileId?: string | null;
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly priority?: number;
  /** Default 3. */
  readonly maxAttempts?: number;
  readonly notBefore?: number;
}

/** Which job to take, for how long. */
export interface ClaimOptions {
  readonly owner: string;
  /** Only these kinds; default all. */
  readonly kinds?: readonly string[];
  /** Microseconds that a claim holds without a heartbeat; default 30 s. */
  readonly lease?: number;
}

/**
 * The queue. A worker claims a job for a time and prolongs it by heartbeats; a job whose time ran out
 * (its worker was killed) is claimed again, until its attempts are used up: then it has failed.
 */
export interface JobQueue extends Rows<JobRecord> {
  add(draft: JobDraft, actor: Actor): Promise<JobRecord>;
  /** The next job, now running for `owner`, or undefined. */
  claim(options: ClaimOptions): Promise<JobRecord | undefined>;
  /** Says that work goes on. @returns `lost` when the job is no longer the owner's, `cancel` when it should stop */
  heartbeat(
    id: string,
    owner: string,
    news?: { progress?: number; stage?: string; lease?: number },
  ): Promise<'go on' | 'cancel' | 'lost'>;
  /** @returns false when the job is no longer the owner's; then nothing changed. The same below. */
  finish(id: string, owner: string, result?: Readonly<Record<string, unknown>>): Promise<boolean>;
  /**
   * Ends jobs whose worker vanished and whose attempts are used up: they have failed (or, where that
   * was asked, are cancelled). Each claim does so too. @returns them
   */
  giveUp(kinds?: readonly string[]): Promise<JobRecord[]>;
  /** Queues it again after `retryAfter` microseconds while attempts are left; without, it has failed. */
  fail(id: string, owner: string, problem: string, retryAfter?: number): Promise<boolean>;
  /** The worker has stopped on request. */
  stopped(id: string, owner: string): Promise<boolean>;
  /** Cancels a queued job at once, and asks the worker of a running one to stop. */
  cancel(id: string, actor: Actor): Promise<JobRecord>;
  /** Queues a failed or cancelled job again, with all its attempts. */
  retry(id: string, actor: Actor): Promise<JobRecord>;
  /** Gives back all jobs of an owner, with the attempt; without an owner, all running ones, whose workers have vanished. */
  release(owner?: string): Promise<number>;
}

/** The audit log. */
export interface AuditLog {
  page(query?: PageQuery<keyof AuditRecord & string>): Promise<Page<AuditRecord>>;
  /** For acts that change nothing in the store: signing in, downloading. */
  note(
    action: string,
    objectId: string,
    actor: Actor,
    details?: Readonly<Record<string, unknown>>,
  ): Promise<void>;
}

/**
 * All that Wiresift keeps. What a call has resolved is on the disk: it survives the end of the process
 * and of the power. Made by `openStore`.
 */
export interface Store {
  readonly engine: 'sqlite' | 'postgres';
  /** Folder of flows, uploads and (embedded) the data base. */
  readonly folder: string;
  readonly alerts: AlertStore;
  readonly evidence: EvidenceStore;
  readonly hosts: HostStore;
  readonly files: Editable<FileRecord>;
  readonly jobs: JobQueue;
  readonly labels: Editable<LabelRecord>;
  readonly models: Editable<ModelRecord>;
  readonly users: Editable<UserRecord>;
  readonly sessions: Editable<SessionRecord>;
  readonly tokens: Editable<TokenRecord>;
  readonly suppressions: Editable<SuppressionRecord>;
  readonly hunts: Editable<HuntRecord>;
  readonly settings: Editable<SettingRecord>;
  readonly audit: AuditLog;
  readonly flows: FlowStore;
  /** Deletes what a policy says, or (`dryRun`) tells what it would delete. */
  retain(
    policy: RetentionPolicy,
    actor: Actor,
    options?: { dryRun?: boolean },
  ): Promise<RetentionReport>;
  /** Resolves when the store answers and can write. @throws WiresiftError otherwise */
  check(): Promise<void>;
  /** Path of an upload's bytes; the name comes from the id alone. */
  uploadPath(fileId: string): string;
  close(): Promise<void>;
}
