export {
  type Agreement,
  type Alert,
  type AlertContext,
  agreementOf,
  alertKey,
  buildAlerts,
  type Versions,
} from './alert.ts';
export { type AlertRow, alertRows } from './alert-table.ts';
export { type CommunityTuple, communityId } from './community-id.ts';
export type { Coverage, Losses } from './coverage.ts';
export {
  createDetection,
  type Detection,
  type DetectionOptions,
  type DetectionSummary,
} from './detection.ts';
export type { Detector, DetectorContext } from './detector.ts';
export { DETECTORS } from './detectors/index.ts';
export { eveLine, eveRecord } from './eve.ts';
export {
  EVIDENCE_KINDS,
  type Evidence,
  type EvidenceKind,
  type PeerContext,
  type Reason,
  SAMPLE_LIMIT,
} from './evidence.ts';
export {
  EXPLAINED_FLOWS,
  type Explain,
  type ModelCounts,
  type ModelFacts,
  type ModelRole,
  type ModelScores,
  type ModelVoice,
} from './host.ts';
export { type HostFlows, type HostRule, type HostVerdict, judgeHost } from './host-rule.ts';
export { INTERNAL_NETWORKS, Site } from './network.ts';
export { RULES, SEVERITIES, type Severity, type Technique } from './policy.ts';
export { type BatchScores, FlowScorer } from './scorer.ts';
export { type ScoredRows, ScorerSet } from './scorer-set.ts';
export {
  type Limits,
  resolveThresholds,
  TABLE_SIZES,
  type TableSizes,
  THRESHOLDS,
  type Threshold,
  type ThresholdName,
} from './thresholds.ts';
export { trafficAnomalies } from './traffic-anomalies.ts';
export { ViewFlows } from './view-flows.ts';
