import type { Alert, Evidence, EvidenceKind, Severity } from '../detect/index.ts';

/** What an analyst made of an alert. */
export const VERDICTS = [
  'undecided',
  'true positive',
  'benign true positive',
  'false positive',
] as const;

/** A word of {@link VERDICTS}. */
export type Verdict = (typeof VERDICTS)[number];

/** What every row that people edit carries. Times are whole microseconds since 1970-01-01 UTC. */
export interface Edited {
  readonly id: string;
  /** From 1, one more with each change; a change must name the version it saw. */
  readonly version: number;
  readonly createdAt: number;
  readonly changedAt: number;
}

/**
 * How sure an alert is to stay. `provisional`: the traffic it comes from is still being analysed.
 * `withdrawn`: it was raised early, and the rest of the traffic refuted it.
 */
export const STANDINGS = ['final', 'provisional', 'withdrawn'] as const;

/** A word of {@link STANDINGS}. */
export type Standing = (typeof STANDINGS)[number];

/** An alert as lists show it: its facts in short, and its judgement. */
export interface AlertRecord extends Edited {
  readonly kind: EvidenceKind;
  readonly source: Evidence['source'];
  readonly host: string;
  readonly title: string;
  readonly severity: Severity;
  readonly score: number;
  /** Its first model's name; '' when none spoke. */
  readonly model: string;
  readonly technique: string;
  readonly agreement: string;
  /** First and last packet of the traffic behind it. */
  readonly first: number;
  readonly last: number;
  readonly flows: number;
  readonly peerCount: number;
  /** Id of the file or live capture that it comes from, or null. */
  readonly origin: string | null;
  readonly state: 'open' | 'resolved';
  readonly verdict: Verdict;
  readonly note: string;
  /** Id of a user, or null. */
  readonly assignee: string | null;
  readonly resolvedAt: number | null;
  readonly resolvedBy: string | null;
  /** Id of the suppression that hides it, or null. */
  readonly suppressedBy: string | null;
  readonly standing: Standing;
}

/** The part of an alert that people change. */
export type Judgement = Pick<AlertRecord, 'state' | 'verdict' | 'note' | 'assignee'>;

/** A judgement, and when and by whom it was resolved. */
export type Judged = Judgement & Pick<AlertRecord, 'resolvedAt' | 'resolvedBy'>;

/** An alert with everything that detection said of it; numbers that JSON cannot hold are null. */
export interface AlertDetail extends AlertRecord {
  readonly alert: Alert;
}

/** One change of a judgement; the list of them is what undo goes back on. */
export interface AlertChange {
  readonly id: number;
  readonly alertId: string;
  readonly at: number;
  readonly by: string;
  /** Changes of one bulk action share it. */
  readonly action: string;
  readonly before: Judged;
  readonly after: Judged;
  /** Version of the alert that this change made. */
  readonly madeVersion: number;
  /** Id of the change that this one took back, or null. */
  readonly undoes: number | null;
  /** What the program tells: why it was withdrawn, say; null for what people did. */
  readonly news: string | null;
}

/** Evidence as kept: its head for lists, and all of it. */
export interface EvidenceRecord {
  readonly id: string;
  readonly kind: EvidenceKind;
  readonly host: string;
  readonly first: number;
  readonly last: number;
  readonly score: number;
  readonly origin: string | null;
  /** The alert that policy made of it, or null. */
  readonly alertId: string | null;
  readonly evidence: Evidence;
}

/** A host of the network, summed over all traffic seen. `id` is its address as text. */
export interface HostRecord extends Edited {
  readonly first: number;
  readonly last: number;
  readonly flows: number;
  readonly bytes: number;
  readonly alerts: number;
  readonly openAlerts: number;
  /** Worst severity of its open alerts, or null. */
  readonly worst: Severity | null;
  readonly name: string;
  readonly note: string;
}

/** What one file or live capture showed of a host. */
export interface HostTraffic {
  readonly host: string;
  readonly first: number;
  readonly last: number;
  readonly flows: number;
  readonly bytes: number;
}

/** An uploaded capture or flow file. */
export interface FileRecord extends Edited {
  /** As the user called it; never used as a path. */
  readonly name: string;
  /** SHA-256 in hexadecimal, or null until all of it is there. */
  readonly hash: string | null;
  /** Bytes announced, or null when not known. */
  readonly size: number | null;
  /** Bytes that lie on the disk for certain. */
  readonly received: number;
  readonly state: 'uploading' | 'received' | 'analysing' | 'analysed' | 'failed' | 'deleted';
  readonly uploadedBy: string;
  /** Why it failed, or ''. */
  readonly problem: string;
  /** What the analysis found: packets, flows, first and last time and the like. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Work for later. */
export interface JobRecord extends Edited {
  readonly kind: string;
  readonly state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  /** File it is about, or null. */
  readonly fileId: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly result: Readonly<Record<string, unknown>> | null;
  /** 0 to 1. */
  readonly progress: number;
  /** What it does at the moment, or ''. */
  readonly stage: string;
  readonly attempts: number;
  readonly maxAttempts: number;
  /** Higher goes first. */
  readonly priority: number;
  /** Not before this time. */
  readonly notBefore: number;
  /** Who works on it, and until when this holds without a heartbeat; null unless running. */
  readonly owner: string | null;
  readonly leaseUntil: number | null;
  readonly heartbeatAt: number | null;
  readonly cancelRequested: boolean;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** Why the last attempt failed, or ''. */
  readonly problem: string;
  readonly createdBy: string;
}

/** The truth about a piece of traffic, as a person said it. */
export interface LabelRecord extends Edited {
  readonly subject: 'alert' | 'host' | 'flow';
  /** Id of the alert, address of the host, or reference of the flow. */
  readonly subjectId: string;
  readonly label: string;
  readonly note: string;
  readonly by: string;
  /** True once a second person agreed: only such labels are to be learned from. */
  readonly reviewed: boolean;
}

/** A model file known to the service. `id` is the hash of the file. */
export interface ModelRecord extends Edited {
  readonly name: string;
  readonly kind: string;
  readonly schema: string;
  readonly role: 'raises' | 'corroborates';
  readonly threshold: number;
  readonly active: boolean;
  /** Its place in the order of models; the first names the alerts. */
  readonly place: number;
  readonly path: string;
  readonly card: Readonly<Record<string, unknown>>;
}

/** Roles, from the one that may least. */
export const ROLES = ['viewer', 'analyst', 'administrator'] as const;

/** A word of {@link ROLES}. */
export type Role = (typeof ROLES)[number];

/** Who may sign in. */
export interface UserRecord extends Edited {
  /** Unique; the caller decides on case. */
  readonly name: string;
  readonly role: Role;
  /** Hash of the password with its parameters; never the password. */
  readonly passwordHash: string;
  readonly mustChangePassword: boolean;
  readonly disabled: boolean;
  readonly failedSignIns: number;
  readonly lockedUntil: number | null;
  readonly lastSignInAt: number | null;
}

/** A signed-in browser. `id` is the hash of the cookie's secret. */
export interface SessionRecord extends Edited {
  readonly userId: string;
  readonly expiresAt: number;
  readonly seenAt: number;
  readonly address: string;
  readonly agent: string;
}

/** A token for programs. */
export interface TokenRecord extends Edited {
  readonly userId: string;
  readonly name: string;
  /** Hash of the token; unique. */
  readonly hash: string;
  readonly scope: readonly string[];
  readonly expiresAt: number | null;
  readonly usedAt: number | null;
  readonly revokedAt: number | null;
}

/** A rule that hides alerts, or (`allow`) names what no part may act against. */
export interface SuppressionRecord extends Edited {
  readonly effect: 'hide' | 'allow';
  /** Address or network in CIDR notation; null: any. */
  readonly host: string | null;
  readonly kind: EvidenceKind | null;
  readonly model: string | null;
  /** Null: until removed. */
  readonly until: number | null;
  readonly reason: string;
  readonly by: string;
}

/** A question to the flows that somebody keeps. */
export interface HuntRecord extends Edited {
  readonly name: string;
  readonly view: string;
  readonly query: Readonly<Record<string, unknown>>;
  readonly by: string;
  readonly shared: boolean;
}

/** A setting of the whole service; `id` is its name. */
export interface SettingRecord extends Edited {
  readonly value: unknown;
}

/** What was done, by whom. Never changed. */
export interface AuditRecord {
  readonly id: number;
  readonly at: number;
  readonly by: string;
  /** Address that the request came from, or ''. */
  readonly address: string;
  /** `alert.resolve`, `user.add` … */
  readonly action: string;
  readonly objectId: string;
  readonly details: Readonly<Record<string, unknown>>;
}
