import { SEVERITIES } from '../detect/index.ts';
import {
  type FieldSpec,
  FLAG,
  JSON_FIELD,
  NUMBER,
  rank,
  SECRET,
  type TableSpec,
  TEXT,
} from './fields.ts';
import type {
  AlertRecord,
  AuditRecord,
  Edited,
  EvidenceRecord,
  FileRecord,
  HostRecord,
  HuntRecord,
  JobRecord,
  LabelRecord,
  ModelRecord,
  SessionRecord,
  SettingRecord,
  SuppressionRecord,
  TokenRecord,
  UserRecord,
} from './records.ts';
import { ROLES } from './records.ts';

const EDITED: { readonly [Field in keyof Edited]: FieldSpec } = {
  id: TEXT,
  version: NUMBER,
  createdAt: NUMBER,
  changedAt: NUMBER,
};

/** From the least to the worst, so that sorting downwards shows the worst first. */
const SEVERITY = rank([...SEVERITIES].reverse());

/** Heads of alerts; their bodies lie in `alert_bodies` and `evidence`. */
export const ALERTS: TableSpec<AlertRecord> = {
  table: 'alerts',
  key: 'id',
  sorts: ['last', 'first', 'severity', 'score', 'host', 'kind', 'flows', 'changedAt', 'createdAt'],
  search: ['host', 'title', 'technique', 'model', 'note'],
  searchColumn: 'search_text',
  fields: {
    ...EDITED,
    kind: TEXT,
    source: TEXT,
    host: TEXT,
    title: TEXT,
    severity: SEVERITY,
    score: NUMBER,
    model: TEXT,
    technique: TEXT,
    agreement: TEXT,
    first: NUMBER,
    last: NUMBER,
    flows: NUMBER,
    peerCount: NUMBER,
    origin: TEXT,
    state: TEXT,
    verdict: TEXT,
    note: TEXT,
    assignee: TEXT,
    resolvedAt: NUMBER,
    resolvedBy: TEXT,
    suppressedBy: TEXT,
    standing: TEXT,
  },
};

/** Evidence, of alerts and without. */
export const EVIDENCE: TableSpec<EvidenceRecord> = {
  table: 'evidence',
  key: 'id',
  sorts: ['last', 'first', 'score', 'host', 'kind'],
  search: ['host'],
  fields: {
    id: TEXT,
    kind: TEXT,
    host: TEXT,
    first: NUMBER,
    last: NUMBER,
    score: NUMBER,
    origin: TEXT,
    alertId: TEXT,
    evidence: JSON_FIELD,
  },
};

/** Hosts with their sums. */
export const HOSTS: TableSpec<HostRecord> = {
  table: 'hosts',
  key: 'id',
  sorts: ['openAlerts', 'alerts', 'last', 'first', 'flows', 'bytes', 'id'],
  search: ['id', 'name', 'note'],
  fields: {
    ...EDITED,
    first: NUMBER,
    last: NUMBER,
    flows: NUMBER,
    bytes: NUMBER,
    alerts: NUMBER,
    openAlerts: NUMBER,
    worst: SEVERITY,
    name: TEXT,
    note: TEXT,
  },
};

/** Uploads. */
export const FILES: TableSpec<FileRecord> = {
  table: 'files',
  key: 'id',
  sorts: ['createdAt', 'changedAt', 'name', 'received'],
  search: ['name', 'hash'],
  fields: {
    ...EDITED,
    name: TEXT,
    hash: TEXT,
    size: NUMBER,
    received: NUMBER,
    state: TEXT,
    uploadedBy: TEXT,
    problem: TEXT,
    facts: JSON_FIELD,
  },
};

/** The queue. */
export const JOBS: TableSpec<JobRecord> = {
  table: 'jobs',
  key: 'id',
  sorts: ['createdAt', 'changedAt', 'priority', 'progress'],
  search: ['kind', 'stage', 'problem'],
  fields: {
    ...EDITED,
    kind: TEXT,
    state: TEXT,
    fileId: TEXT,
    payload: JSON_FIELD,
    result: JSON_FIELD,
    progress: NUMBER,
    stage: TEXT,
    attempts: NUMBER,
    maxAttempts: NUMBER,
    priority: NUMBER,
    notBefore: NUMBER,
    owner: TEXT,
    leaseUntil: NUMBER,
    heartbeatAt: NUMBER,
    cancelRequested: FLAG,
    startedAt: NUMBER,
    finishedAt: NUMBER,
    problem: TEXT,
    createdBy: TEXT,
  },
};

/** What people said that traffic was. */
export const LABELS: TableSpec<LabelRecord> = {
  table: 'labels',
  key: 'id',
  sorts: ['createdAt', 'changedAt', 'label', 'subject'],
  search: ['subjectId', 'label', 'note'],
  fields: {
    ...EDITED,
    subject: TEXT,
    subjectId: TEXT,
    label: TEXT,
    note: TEXT,
    by: TEXT,
    reviewed: FLAG,
  },
};

/** Model files. */
export const MODELS: TableSpec<ModelRecord> = {
  table: 'models',
  key: 'id',
  sorts: ['place', 'name', 'createdAt'],
  search: ['name', 'kind'],
  fields: {
    ...EDITED,
    name: TEXT,
    kind: TEXT,
    schema: TEXT,
    role: TEXT,
    threshold: NUMBER,
    active: FLAG,
    place: NUMBER,
    path: TEXT,
    card: JSON_FIELD,
  },
};

/** Who may sign in. */
export const USERS: TableSpec<UserRecord> = {
  table: 'users',
  key: 'id',
  sorts: ['name', 'role', 'createdAt'],
  search: ['name'],
  fields: {
    ...EDITED,
    name: TEXT,
    role: rank(ROLES),
    passwordHash: SECRET,
    mustChangePassword: FLAG,
    disabled: FLAG,
    failedSignIns: NUMBER,
    lockedUntil: NUMBER,
    lastSignInAt: NUMBER,
  },
};

/** Signed-in browsers. */
export const SESSIONS: TableSpec<SessionRecord> = {
  table: 'sessions',
  key: 'id',
  sorts: ['seenAt', 'createdAt', 'expiresAt'],
  search: ['address', 'agent'],
  fields: {
    ...EDITED,
    id: SECRET,
    userId: TEXT,
    expiresAt: NUMBER,
    seenAt: NUMBER,
    address: TEXT,
    agent: TEXT,
  },
};

/** Tokens of programs. */
export const TOKENS: TableSpec<TokenRecord> = {
  table: 'tokens',
  key: 'id',
  sorts: ['createdAt', 'name'],
  search: ['name'],
  fields: {
    ...EDITED,
    userId: TEXT,
    name: TEXT,
    hash: SECRET,
    scope: JSON_FIELD,
    expiresAt: NUMBER,
    usedAt: NUMBER,
    revokedAt: NUMBER,
  },
};

/** Rules that hide alerts or protect hosts. */
export const SUPPRESSIONS: TableSpec<SuppressionRecord> = {
  table: 'suppressions',
  key: 'id',
  sorts: ['createdAt', 'changedAt'],
  search: ['host', 'kind', 'model', 'reason'],
  fields: {
    ...EDITED,
    effect: TEXT,
    host: TEXT,
    kind: TEXT,
    model: TEXT,
    until: NUMBER,
    reason: TEXT,
    by: TEXT,
  },
};

/** Kept questions to flows. */
export const HUNTS: TableSpec<HuntRecord> = {
  table: 'hunts',
  key: 'id',
  sorts: ['name', 'createdAt', 'changedAt'],
  search: ['name'],
  fields: { ...EDITED, name: TEXT, view: TEXT, query: JSON_FIELD, by: TEXT, shared: FLAG },
};

/** Settings of the whole service. */
export const SETTINGS: TableSpec<SettingRecord> = {
  table: 'settings',
  key: 'id',
  sorts: ['id'],
  search: ['id'],
  fields: { ...EDITED, value: { type: 'json', secret: true } },
};

/** The audit log. */
export const AUDIT: TableSpec<AuditRecord> = {
  table: 'audit',
  key: 'id',
  sorts: ['id', 'at'],
  search: ['action', 'objectId', 'by'],
  fields: {
    id: NUMBER,
    at: NUMBER,
    by: TEXT,
    address: TEXT,
    action: TEXT,
    objectId: TEXT,
    details: JSON_FIELD,
  },
};
