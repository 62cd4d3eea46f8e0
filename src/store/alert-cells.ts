import type { Alert, Evidence } from '../detect/index.ts';
import { type Cells, encode, plainCell } from './fields.ts';
import type { AlertRecord, EvidenceRecord } from './records.ts';
import { ALERTS, EVIDENCE } from './tables.ts';

/** A number that a cell can hold. */
const finite = (value: number): number => (Number.isFinite(value) ? value : 0);

/** The fields of an alert that are its evidence; the rest is what policy made of it. */
const EVIDENCE_FIELDS = [
  'source',
  'kind',
  'host',
  'role',
  'peers',
  'peerCount',
  'ports',
  'portCount',
  'protocols',
  'first',
  'last',
  'flows',
  'uncertainFlows',
  'score',
  'threshold',
  'unit',
  'reasons',
  'anomalies',
  'communityIds',
  'flowIds',
  'context',
] as const satisfies readonly (keyof Evidence)[];

/** Splits an alert into its evidence and the rest, so that nothing is kept twice. */
function split(alert: Alert): { evidence: Evidence; rest: Record<string, unknown> } {
  const rest: Record<string, unknown> = { ...alert };
  const evidence: Record<string, unknown> = {};
  for (const field of EVIDENCE_FIELDS) {
    if (rest[field] !== undefined) evidence[field] = rest[field];
    delete rest[field];
  }
  return { evidence: evidence as unknown as Evidence, rest };
}

/** What a piece of evidence is as a row. */
export function evidenceCells(
  id: string,
  evidence: Evidence,
  origin: string | null,
  alertId: string | null,
): Cells {
  const { kind, host, first, last, score } = evidence;
  const record: EvidenceRecord = {
    id,
    kind,
    host,
    first: Math.floor(finite(first)),
    last: Math.floor(finite(last)),
    score: finite(score),
    origin,
    alertId,
    evidence,
  };
  return encode(EVIDENCE, record);
}

/** An alert as the rows it is kept in. */
export interface AlertRows {
  readonly alert: Cells;
  readonly body: Cells;
  readonly evidence: Cells;
}

/** Where an alert goes, and what is not in it. */
export interface AlertPlace {
  readonly origin: string | null;
  readonly now: number;
  readonly suppressedBy: string | null;
  /** Id of its row; its own unless given. */
  readonly id?: string;
  readonly key?: string | null;
  readonly standing?: AlertRecord['standing'];
}

/** A new alert as rows; one already there takes only the {@link FACTS} of them. */
export function alertRows(
  alert: Alert,
  { origin, now, suppressedBy, id = alert.id, key = null, standing = 'final' }: AlertPlace,
): AlertRows {
  const { evidence, rest } = split(alert);
  const record: AlertRecord = {
    id,
    version: 1,
    createdAt: now,
    changedAt: now,
    kind: alert.kind,
    source: alert.source,
    host: alert.host,
    title: alert.title,
    severity: alert.severity,
    score: finite(alert.score),
    model: modelOf(alert),
    technique: alert.technique.id,
    agreement: alert.agreement,
    first: Math.floor(finite(alert.first)),
    last: Math.floor(finite(alert.last)),
    flows: finite(alert.flows),
    peerCount: finite(alert.peerCount),
    origin,
    state: 'open',
    verdict: 'undecided',
    note: '',
    assignee: null,
    resolvedAt: null,
    resolvedBy: null,
    suppressedBy,
    standing,
  };
  return {
    alert: { ...encode(ALERTS, record), origin_key: key },
    body: { id: plainCell(id), body: JSON.stringify(rest) },
    evidence: evidenceCells(id, evidence, origin, id),
  };
}

/**
 * The model that suppressions and lists know an alert by: of those that raise its host the one that finds
 * it least likely. '' when none does: the alert is the detectors' alone, whatever models say beside it.
 */
export function modelOf({ models }: Pick<Alert, 'models'>): string {
  const [first] = models
    .filter(({ raised, model }) => raised && model.role !== 'corroborates')
    .sort((a, b) => a.tailProbability - b.tailProbability);
  return first?.model.name ?? '';
}

/** Columns that a later look at the same traffic may change; judgement and id stay. */
export const FACTS: readonly string[] = [
  'title',
  'severity',
  'score',
  'model',
  'technique',
  'agreement',
  'first',
  'last',
  'flows',
  'peer_count',
  'origin',
  'origin_key',
  'standing',
  'changed_at',
];
