/** How the engines spell what differs between them. */
export interface Spelling {
  /** Text that compares by bytes, on both. */
  readonly text: string;
  /** A key that the engine counts up. */
  readonly serial: string;
}

/** One spelling an engine. */
export const SPELLINGS: Readonly<Record<'sqlite' | 'postgres', Spelling>> = {
  sqlite: { text: 'text', serial: 'integer primary key autoincrement' },
  postgres: {
    text: 'text collate "C"',
    serial: 'bigint generated always as identity primary key',
  },
};

/** One step from a version to the next: statements, in order. A published one is never changed. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly statements: (spelling: Spelling) => readonly string[];
}

const edited = (text: string): string =>
  `id ${text} primary key, version bigint not null, created_at bigint not null, changed_at bigint not null`;

/** What searching looks in, joined and in small letters by the engine itself at each write. */
const searched = (text: string, columns: readonly string[]): string =>
  `search_text ${text} generated always as (lower(${columns.join(" || ' ' || ")})) stored`;

const alerts = ({ text, serial }: Spelling): string[] => [
  `create table alerts (${edited(text)},
    kind ${text} not null, source ${text} not null, host ${text} not null, title ${text} not null,
    severity bigint not null, score double precision not null, model ${text} not null,
    technique ${text} not null, agreement ${text} not null, first bigint not null, last bigint not null,
    flows bigint not null, peer_count bigint not null, origin ${text}, state ${text} not null,
    verdict ${text} not null, note ${text} not null, assignee ${text}, resolved_at bigint,
    resolved_by ${text}, suppressed_by ${text}, ${searched(text, ['host', 'title', 'technique', 'model', 'note'])})`,
  // Wide enough that searching and the pictures of the overview need no look into the table.
  'create index alerts_last on alerts (last, id, kind, severity, state, verdict, search_text)',
  'create index alerts_state_last on alerts (state, last, id, search_text)',
  'create index alerts_state_kind on alerts (state, kind, severity)',
  'create index alerts_severity on alerts (severity, id)',
  'create index alerts_state_severity on alerts (state, severity, id)',
  'create index alerts_score on alerts (score, id)',
  'create index alerts_host on alerts (host, last, id)',
  'create index alerts_host_state on alerts (host, state, suppressed_by, severity)',
  'create index alerts_kind on alerts (kind, last, id)',
  'create index alerts_origin on alerts (origin)',
  'create index alerts_changed on alerts (changed_at, id)',
  'create index alerts_assignee on alerts (assignee, last, id)',
  `create table alert_bodies (id ${text} primary key, body ${text} not null)`,
  `create table alert_changes (id ${serial}, alert_id ${text} not null, at bigint not null,
    by ${text} not null, action ${text} not null, before ${text} not null, after ${text} not null,
    made_version bigint not null, undoes bigint)`,
  'create index alert_changes_alert on alert_changes (alert_id, id)',
  'create index alert_changes_action on alert_changes (action)',
  `create table evidence (id ${text} primary key, kind ${text} not null, host ${text} not null,
    first bigint not null, last bigint not null, score double precision not null, origin ${text},
    alert_id ${text}, evidence ${text} not null)`,
  'create index evidence_host on evidence (host, last, id)',
  'create index evidence_last on evidence (last, id)',
  'create index evidence_origin on evidence (origin)',
];

const hosts = ({ text }: Spelling): string[] => [
  `create table hosts (${edited(text)}, first bigint not null, last bigint not null,
    flows bigint not null, bytes double precision not null, alerts bigint not null,
    open_alerts bigint not null, worst bigint, name ${text} not null, note ${text} not null)`,
  'create index hosts_open on hosts (open_alerts, id)',
  'create index hosts_last on hosts (last, id)',
  'create index hosts_flows on hosts (flows, id)',
  `create table host_traffic (origin ${text} not null, host ${text} not null, first bigint not null,
    last bigint not null, flows bigint not null, bytes double precision not null,
    primary key (host, origin))`,
  'create index host_traffic_origin on host_traffic (origin)',
];

const work = ({ text }: Spelling): string[] => [
  `create table files (${edited(text)}, name ${text} not null, hash ${text}, size bigint,
    received bigint not null, state ${text} not null, uploaded_by ${text} not null,
    problem ${text} not null, facts ${text} not null)`,
  "create unique index files_hash on files (hash) where hash is not null and state <> 'deleted'",
  'create index files_created on files (created_at, id)',
  `create table jobs (${edited(text)}, kind ${text} not null, state ${text} not null, file_id ${text},
    payload ${text} not null, result ${text}, progress double precision not null,
    stage ${text} not null, attempts bigint not null, max_attempts bigint not null,
    priority bigint not null, not_before bigint not null, owner ${text}, lease_until bigint,
    heartbeat_at bigint, cancel_requested bigint not null, started_at bigint, finished_at bigint,
    problem ${text} not null, created_by ${text} not null)`,
  'create index jobs_queue on jobs (state, priority, created_at)',
  'create index jobs_created on jobs (created_at, id)',
  `create table flow_parts (id ${text} primary key, view_name ${text} not null,
    schema_id ${text} not null, origin ${text} not null, path ${text} not null unique,
    rows bigint not null, bytes bigint not null, first bigint, last bigint, written_at bigint not null)`,
  'create index flow_parts_time on flow_parts (view_name, first, last)',
  'create index flow_parts_origin on flow_parts (origin)',
];

const people = ({ text, serial }: Spelling): string[] => [
  `create table users (${edited(text)}, name ${text} not null unique, role bigint not null,
    password_hash ${text} not null, must_change_password bigint not null, disabled bigint not null,
    failed_sign_ins bigint not null, locked_until bigint, last_sign_in_at bigint)`,
  `create table sessions (${edited(text)}, user_id ${text} not null, expires_at bigint not null,
    seen_at bigint not null, address ${text} not null, agent ${text} not null)`,
  'create index sessions_user on sessions (user_id)',
  `create table tokens (${edited(text)}, user_id ${text} not null, name ${text} not null,
    hash ${text} not null unique, scope ${text} not null, expires_at bigint, used_at bigint,
    revoked_at bigint)`,
  `create table audit (id ${serial}, at bigint not null, by ${text} not null,
    address ${text} not null, action ${text} not null, object_id ${text} not null,
    details ${text} not null)`,
  'create index audit_at on audit (at, id)',
  'create index audit_object on audit (object_id, id)',
];

const knowledge = ({ text }: Spelling): string[] => [
  `create table labels (${edited(text)}, subject ${text} not null, subject_id ${text} not null,
    label ${text} not null, note ${text} not null, by ${text} not null, reviewed bigint not null)`,
  'create index labels_subject on labels (subject, subject_id)',
  `create table models (${edited(text)}, name ${text} not null, kind ${text} not null,
    schema ${text} not null, role ${text} not null, threshold double precision not null,
    active bigint not null, place bigint not null, path ${text} not null, card ${text} not null)`,
  `create table suppressions (${edited(text)}, effect ${text} not null, host ${text}, kind ${text},
    model ${text}, until bigint, reason ${text} not null, by ${text} not null)`,
  `create table hunts (${edited(text)}, name ${text} not null, view ${text} not null,
    query ${text} not null, by ${text} not null, shared bigint not null)`,
  `create table settings (${edited(text)}, value ${text} not null)`,
];

/** What lists of alerts are ordered by, beside the time of the last flow. */
const ORDERS = ['score', 'severity', 'changed_at', 'first', 'flows', 'created_at', 'kind', 'host'];

/** Its index: by an older name where there is one, and beside the others of kind and host. */
const orderIndex = (column: string): string =>
  ['kind', 'host'].includes(column)
    ? `alerts_by_${column}`
    : `alerts_${column.replace(/_at$/, '')}`;

/** All steps from an empty data base to the tables of this program, in order. */
export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: 'alerts, hosts, files, jobs, flows, people, knowledge',
    statements: (spelling) => [
      ...alerts(spelling),
      ...hosts(spelling),
      ...work(spelling),
      ...people(spelling),
      ...knowledge(spelling),
    ],
  },
  {
    version: 2,
    name: 'counts and scores of alerts',
    statements: () => [
      'create index alerts_kind_score on alerts (kind, score, id)',
      // Counts beside the list and on the overview are found without a look into the table.
      `create index alerts_counts on alerts
        (state, last, kind, severity, verdict, model, host, assignee, suppressed_by)`,
    ],
  },
  {
    version: 3,
    name: 'alerts before the end of an analysis',
    statements: ({ text }) => [
      `alter table alerts add column standing ${text} not null default 'final'`,
      `alter table alerts add column origin_key ${text}`,
      `alter table alert_changes add column news ${text}`,
      'create index alerts_origin_key on alerts (origin, origin_key)',
      'create index alerts_standing on alerts (standing, origin)',
    ],
  },
  {
    version: 4,
    name: 'every order of alerts',
    statements: () => [
      // State and verdict stand in each, so that a filter by them skips rows without a look at the table.
      ...['score', 'severity', 'changed_at'].map((column) => `drop index ${orderIndex(column)}`),
      ...ORDERS.map(
        (column) => `create index ${orderIndex(column)} on alerts (${column}, id, state, verdict)`,
      ),
      // Most alerts are nobody's: whoever asks for those is better served by the index of the order.
      'drop index alerts_assignee',
      'create index alerts_assignee on alerts (assignee, last, id) where assignee is not null',
    ],
  },
];
