import { type Static, Type } from 'typebox';
import { EVIDENCE_KINDS, SEVERITIES } from '../../detect/index.ts';
import { STANDINGS, VERDICTS } from '../../store/index.ts';
import {
  Count,
  closed,
  EditedFields,
  Id,
  IdOrNull,
  ListQuery,
  Micros,
  MicrosOrNull,
  Name,
  orNull,
  Plain,
  pageOf,
  Text,
  Version,
  words,
} from './terms.ts';

/** Kinds of evidence. */
export const Kind = words(EVIDENCE_KINDS);
/** How much an alert matters. */
export const SeverityName = words(SEVERITIES);
/** What an analyst made of an alert. */
export const VerdictName = words(VERDICTS);
const State = words(['open', 'resolved']);

/** An alert in a list. */
export const AlertRow = Type.Object({
  ...EditedFields,
  kind: Kind,
  source: words(['model', 'detector']),
  host: Type.String(),
  title: Type.String(),
  severity: SeverityName,
  score: Type.Number(),
  model: Type.String(),
  technique: Type.String(),
  agreement: Type.String(),
  first: Micros,
  last: Micros,
  flows: Type.Number(),
  peerCount: Type.Number(),
  origin: Type.Union([Type.String(), Type.Null()]),
  state: State,
  verdict: VerdictName,
  note: Type.String(),
  assignee: IdOrNull,
  resolvedAt: MicrosOrNull,
  resolvedBy: IdOrNull,
  suppressedBy: IdOrNull,
  /** `provisional`: its traffic is still being analysed; `withdrawn`: the rest of it refuted it. */
  standing: words(STANDINGS),
});
/** See {@link AlertRow}. */
export type AlertRow = Static<typeof AlertRow>;

/** Alerts. Unless a filter names `suppressedBy`, suppressed ones are left out. */
export const AlertPage = pageOf(AlertRow);
/** See {@link AlertPage}. */
export type AlertPage = Static<typeof AlertPage>;

/** How many alerts there are of each sort, for the filters beside the list. */
export const AlertCounts = Type.Object({
  total: Type.Number(),
  kind: Type.Array(Count),
  severity: Type.Array(Count),
  state: Type.Array(Count),
  verdict: Type.Array(Count),
  model: Type.Array(Count),
  host: Type.Array(Count),
  assignee: Type.Array(Count),
});
/** See {@link AlertCounts}. */
export type AlertCounts = Static<typeof AlertCounts>;

const Reason = Type.Object({
  feature: Type.String(),
  value: Type.Union([Type.String(), Type.Number(), Type.Null()]),
  contribution: Type.Union([Type.Number(), Type.Null()]),
});

const Voice = Type.Object({
  model: Type.Object({
    name: Type.String(),
    role: Type.Optional(words(['raises', 'corroborates'])),
    schema: Type.Optional(Type.String()),
    hash: Type.String(),
    className: Type.String(),
    threshold: Type.Number(),
    falsePositiveRate: Type.Number(),
    falsePositiveRateUpper: Type.Number(),
  }),
  scored: Type.Number(),
  above: Type.Number(),
  best: Type.Number(),
  tailProbability: Type.Number(),
  level: Type.Number(),
  raised: Type.Boolean(),
  kind: Type.Optional(orNull(Type.Object({ name: Type.String(), probability: Type.Number() }))),
});

/** What detection said, whole; the fields are those of `Alert` in `src/detect`. */
export const AlertFacts = Type.Object({
  role: words(['source', 'victim']),
  peers: Type.Array(Type.String()),
  ports: Type.Array(Type.Number()),
  portCount: Type.Number(),
  protocols: Type.Array(Type.String()),
  uncertainFlows: Type.Number(),
  threshold: Type.Number(),
  unit: Type.String(),
  reasons: Type.Array(Reason),
  anomalies: Type.Array(Type.String()),
  communityIds: Type.Array(Type.String()),
  flowIds: Type.Array(Type.Number()),
  context: Type.Optional(Type.String()),
  technique: Type.Object({ id: Type.String(), name: Type.String(), possible: Type.Boolean() }),
  agreementText: Type.String(),
  models: Type.Array(Voice),
  coverage: Plain,
  versions: Plain,
});
/** See {@link AlertFacts}. */
export type AlertFacts = Static<typeof AlertFacts>;

/** Where a feature usually lies in the traffic that came with the alert. */
export const UsualValue = Type.Object({
  feature: Type.String(),
  /** Flows that the figures are of. */
  rows: Type.Number(),
  /** Of numbers and times, where its view tells it. */
  unit: Type.Optional(Type.String()),
  /** Of numbers: `even` bars are of equal width, `log` ones of equal ratio with one for 0. */
  scale: Type.Optional(words(['even', 'log'])),
  bars: Type.Optional(
    Type.Array(Type.Object({ from: Type.Number(), to: Type.Number(), count: Type.Number() })),
  ),
  /** Of numbers: values below which 5, 25, 50, 75 and 95 of a hundred flows lie. */
  quantiles: Type.Optional(Type.Array(Type.Number())),
  /** Of numbers: flows with less than the alert's value, with just it, and with more. */
  place: Type.Optional(
    Type.Object({ below: Type.Number(), same: Type.Number(), above: Type.Number() }),
  ),
  /** Of words: the most frequent. */
  words: Type.Optional(Type.Array(Type.Object({ value: Type.String(), count: Type.Number() }))),
});
/** See {@link UsualValue}. */
export type UsualValue = Static<typeof UsualValue>;

/** What a person said an alert, host or flow to be. */
export const Label = Type.Object({
  ...EditedFields,
  subject: words(['alert', 'host', 'flow']),
  subjectId: Type.String(),
  label: Name,
  note: Type.String(),
  by: Id,
  reviewed: Type.Boolean(),
});
/** See {@link Label}. */
export type Label = Static<typeof Label>;

/** A new label. */
export const LabelDraft = Type.Object({ label: Name, note: Type.Optional(Text) }, closed);
/** See {@link LabelDraft}. */
export type LabelDraft = Static<typeof LabelDraft>;

/** Labels of one thing. */
export const Labels = Type.Object({ labels: Type.Array(Label) });
/** See {@link Labels}. */
export type Labels = Static<typeof Labels>;

/** Evidence in a list: also such as made no alert. */
export const EvidenceRow = Type.Object({
  id: Id,
  kind: Kind,
  host: Type.String(),
  first: Micros,
  last: Micros,
  score: Type.Number(),
  origin: Type.Union([Type.String(), Type.Null()]),
  alertId: IdOrNull,
});
/** See {@link EvidenceRow}. */
export type EvidenceRow = Static<typeof EvidenceRow>;

/** An alert with all that is known of it. */
export const AlertDetail = Type.Object({
  row: AlertRow,
  alert: AlertFacts,
  /** What happened, in one sentence. */
  sentence: Type.String(),
  /** The command that finds it again. */
  replay: Type.String(),
  /** File that it comes from, as far as it is still there. */
  file: orNull(
    Type.Object({ id: Id, name: Type.String(), state: Type.String(), kept: Type.Boolean() }),
  ),
  /** Sentences that say what cannot be had of it and why; null: nothing is missing. */
  missing: Type.Object({ packets: orNull(Type.String()), flows: orNull(Type.String()) }),
  /** Other evidence about the host. */
  evidence: Type.Array(EvidenceRow),
  labels: Type.Array(Label),
});
/** See {@link AlertDetail}. */
export type AlertDetail = Static<typeof AlertDetail>;

/** Where the features named in an alert's reasons usually lie. */
export const AlertUsual = Type.Object({ usual: Type.Array(UsualValue) });
/** See {@link AlertUsual}. */
export type AlertUsual = Static<typeof AlertUsual>;

/** Alerts of one action at most. */
const MOST_TARGETS = 10_000;

const Judgement = Type.Object(
  {
    state: Type.Optional(State),
    verdict: Type.Optional(VerdictName),
    note: Type.Optional(Text),
    assignee: Type.Optional(IdOrNull),
  },
  { ...closed, minProperties: 1 },
);

/** A judgement of alerts: all of them or none. */
export const JudgeAlerts = Type.Object(
  {
    targets: Type.Array(Type.Object({ id: Id, version: Version }, closed), {
      minItems: 1,
      maxItems: MOST_TARGETS,
    }),
    judgement: Judgement,
  },
  closed,
);
/** See {@link JudgeAlerts}. */
export type JudgeAlerts = Static<typeof JudgeAlerts>;

/** Alerts as an action left them; `action` is what undo takes back. */
export const Judged = Type.Object({ action: Id, alerts: Type.Array(AlertRow) });
/** See {@link Judged}. */
export type Judged = Static<typeof Judged>;

/**
 * A judgement of all alerts that a list would show, however many pages it has: all of them or none.
 * Nothing is judged when they are no longer as many as `count` says.
 */
export const JudgeMatching = Type.Object(
  {
    q: ListQuery.properties.q,
    filter: ListQuery.properties.filter,
    count: Type.Integer({ minimum: 1, maximum: MOST_TARGETS }),
    judgement: Judgement,
  },
  closed,
);
/** See {@link JudgeMatching}. */
export type JudgeMatching = Static<typeof JudgeMatching>;

/** How many alerts an action changed; `action` is what undo takes back. */
export const JudgedMatching = Type.Object({ action: Id, count: Type.Number() });
/** See {@link JudgedMatching}. */
export type JudgedMatching = Static<typeof JudgedMatching>;

/** Which groups of alerts. */
export const AlertGroupsQuery = Type.Object(
  {
    by: words(['host', 'kind']),
    q: ListQuery.properties.q,
    filter: ListQuery.properties.filter,
  },
  closed,
);
/** See {@link AlertGroupsQuery}. */
export type AlertGroupsQuery = Static<typeof AlertGroupsQuery>;

/** Alerts summed by host or kind, the gravest group first; 1,000 groups at most. */
export const AlertGroups = Type.Object({
  groups: Type.Array(
    Type.Object({
      value: Type.String(),
      count: Type.Number(),
      worst: SeverityName,
      last: Micros,
    }),
  ),
});
/** See {@link AlertGroups}. */
export type AlertGroups = Static<typeof AlertGroups>;

/** Takes an action back. */
export const UndoAction = Type.Object({ action: Id }, closed);
/** See {@link UndoAction}. */
export type UndoAction = Static<typeof UndoAction>;

const JudgedFields = Type.Object({
  state: State,
  verdict: VerdictName,
  note: Type.String(),
  assignee: IdOrNull,
  resolvedAt: MicrosOrNull,
  resolvedBy: IdOrNull,
});

/** Changes of an alert, the oldest first. */
export const AlertHistory = Type.Object({
  changes: Type.Array(
    Type.Object({
      id: Type.Number(),
      at: Micros,
      by: Type.String(),
      byName: Type.String(),
      action: Id,
      before: JudgedFields,
      after: JudgedFields,
      undoes: Type.Union([Type.Number(), Type.Null()]),
      /** What the program tells; null for what people did. */
      news: Type.Union([Type.String(), Type.Null()]),
    }),
  ),
});
/** See {@link AlertHistory}. */
export type AlertHistory = Static<typeof AlertHistory>;

const SuppressionFields = {
  effect: words(['hide', 'allow']),
  /** Address or network in CIDR notation; null: any. */
  host: orNull(Type.String({ minLength: 1, maxLength: 100 })),
  kind: orNull(Kind),
  model: orNull(Name),
  until: MicrosOrNull,
  reason: Text,
};

/** A rule that hides alerts, or (`allow`) names hosts that no part may act against. */
export const Suppression = Type.Object({ ...EditedFields, ...SuppressionFields, by: Id });
/** See {@link Suppression}. */
export type Suppression = Static<typeof Suppression>;

/** Suppressions. */
export const SuppressionPage = pageOf(Suppression);
/** See {@link SuppressionPage}. */
export type SuppressionPage = Static<typeof SuppressionPage>;

/** A new suppression. */
export const SuppressionDraft = Type.Object(SuppressionFields, closed);
/** See {@link SuppressionDraft}. */
export type SuppressionDraft = Static<typeof SuppressionDraft>;

/** A change of a suppression. */
export const SuppressionPatch = Type.Object(
  {
    version: Version,
    until: Type.Optional(MicrosOrNull),
    reason: Type.Optional(Text),
  },
  closed,
);
/** See {@link SuppressionPatch}. */
export type SuppressionPatch = Static<typeof SuppressionPatch>;

/** A suppression, and how many alerts are hidden or shown since. */
export const SuppressionChanged = Type.Object({ suppression: Suppression, alerts: Type.Number() });
/** See {@link SuppressionChanged}. */
export type SuppressionChanged = Static<typeof SuppressionChanged>;
