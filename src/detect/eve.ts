import { eveTime, plainText } from '../base/index.ts';
import { type Alert, speaker } from './alert.ts';
import type { ModelVoice } from './host.ts';
import { RULES, SEVERITIES } from './policy.ts';

/** A number JSON can hold, or null. */
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

const safe = (value: string | number): string | number | null =>
  typeof value === 'number' ? finite(value) : plainText(value);

/**
 * An alert as one line of Suricata's EVE JSON, without the line feed: the standard fields of an
 * `alert` event, and everything else under `wiresift`. Every field is described in `docs/eve.md`.
 * Text from input or model is made plain first, so the line is safe to print.
 */
export function eveLine(alert: Alert): string {
  return JSON.stringify(eveRecord(alert));
}

/** The object behind {@link eveLine}. */
export function eveRecord(alert: Alert): Record<string, unknown> {
  const rule = RULES[alert.kind];
  const peer = alert.peers[0];
  const source = alert.role === 'source' ? alert.host : peer;
  const destination = alert.role === 'source' ? peer : alert.host;
  return {
    timestamp: eveTime(Math.trunc(alert.last)),
    ...(alert.flowIds.length > 0 ? { flow_id: alert.flowIds[0] } : {}),
    event_type: 'alert',
    ...(source === undefined ? {} : { src_ip: source }),
    ...(destination === undefined ? {} : { dest_ip: destination }),
    // One port is a fact about all flows; the first of several would mislead.
    ...(alert.portCount === 1 && alert.ports.length === 1 ? { dest_port: alert.ports[0] } : {}),
    ...(alert.protocols.length > 0 ? { proto: alert.protocols[0] } : {}),
    ...(alert.communityIds.length > 0 ? { community_id: alert.communityIds[0] } : {}),
    alert: {
      action: 'allowed',
      gid: 1,
      signature_id: rule.signatureId,
      rev: rule.revision,
      signature: `WIRESIFT ${rule.title}`,
      category: rule.category,
      severity: SEVERITIES.indexOf(alert.severity) + 1,
      metadata: {
        mitre_technique_id: [alert.technique.id],
        mitre_technique_name: [alert.technique.name],
        agreement: [alert.agreement],
      },
    },
    wiresift: details(alert),
  };
}

function counts(voice: ModelVoice): Record<string, unknown> {
  return {
    scored: voice.scored,
    above: voice.above,
    tail_probability: finite(voice.tailProbability),
    level: finite(voice.level),
    raised: voice.raised,
  };
}

function voice(heard: ModelVoice): Record<string, unknown> {
  const { model, kind } = heard;
  return {
    name: plainText(model.name),
    hash: plainText(model.hash),
    ...(model.schema === undefined ? {} : { schema: plainText(model.schema) }),
    role: model.role ?? 'raises',
    class: plainText(model.className),
    score: finite(heard.best),
    threshold: finite(model.threshold),
    ...counts(heard),
    ...(kind === undefined
      ? {}
      : { kind: kind && { name: plainText(kind.name), probability: finite(kind.probability) } }),
  };
}

function details(alert: Alert): Record<string, unknown> {
  const { versions, models, coverage } = alert;
  const first = speaker(models);
  return {
    id: alert.id,
    source: alert.source,
    kind: alert.kind,
    host: alert.host,
    role: alert.role,
    severity: alert.severity,
    first: eveTime(Math.trunc(alert.first)),
    last: eveTime(Math.trunc(alert.last)),
    flows: alert.flows,
    uncertain_flows: alert.uncertainFlows,
    score: finite(alert.score),
    threshold: finite(alert.threshold),
    unit: plainText(alert.unit),
    reasons: alert.reasons.map(({ feature, value, contribution }) => ({
      feature: plainText(feature),
      value: safe(value),
      contribution: finite(contribution),
    })),
    anomalies: alert.anomalies.map(plainText),
    peers: alert.peers,
    peer_count: alert.peerCount,
    ports: alert.ports,
    port_count: alert.portCount,
    protocols: alert.protocols,
    community_ids: alert.communityIds,
    flow_ids: alert.flowIds,
    ...(alert.context ? { context: alert.context } : {}),
    technique: alert.technique,
    agreement: alert.agreement,
    agreement_text: alert.agreementText,
    ...(first ? { model: counts(first) } : {}),
    ...(models.length > 0 ? { models: models.map(voice) } : {}),
    coverage: {
      complete: coverage.complete,
      evicted_flows: coverage.evictedFlows,
      evicted_one_way: coverage.evictedOneWay,
      evicted_connections: coverage.evictedConnections,
      unread_connections: coverage.unreadConnections,
      displaced_rows: coverage.displacedRows,
      unread_records: coverage.unreadRecords,
      counters_evicted: coverage.countersEvicted,
      late_flows: coverage.lateFlows,
      evidence_dropped: coverage.evidenceDropped,
    },
    versions: {
      program: plainText(versions.program),
      ...(versions.modelHash === undefined ? {} : { model_hash: plainText(versions.modelHash) }),
      ...(versions.modelClass === undefined ? {} : { model_class: plainText(versions.modelClass) }),
      ...(versions.schema === undefined ? {} : { schema: plainText(versions.schema) }),
    },
  };
}
