export { engineError } from './engine-error.ts';
export type { FlowLimits } from './flows/duck.ts';
export { FlowFiles, type FlowFilesOptions } from './flows/flow-files.ts';
export type {
  FlowCell,
  FlowFilter,
  FlowPage,
  FlowPart,
  FlowQuery,
  FlowRow,
  FlowStore,
  FlowWriter,
  FlowWriterOptions,
  Histogram,
  HostScores,
  HostScoresQuery,
  Spread,
} from './flows/flow-store.ts';
export { discardParts, type NewPart } from './flows/places.ts';
export {
  FLOW_VIEWS,
  type FlowView,
  flowView,
  type RowFacts,
  STORED_COLUMNS,
} from './flows/view.ts';
export { openStore, type StoreOptions } from './open.ts';
export {
  COMPARISONS,
  type Comparison,
  type Condition,
  MAX_CONDITIONS,
  MAX_OPERAND,
  MAX_PAGE,
  MAX_VALUES,
  type Operand,
  type Page,
  type PageQuery,
} from './query.ts';
export {
  type AlertChange,
  type AlertDetail,
  type AlertRecord,
  type AuditRecord,
  type Edited,
  type EvidenceRecord,
  type FileRecord,
  type HostRecord,
  type HostTraffic,
  type HuntRecord,
  type JobRecord,
  type Judged,
  type Judgement,
  type LabelRecord,
  type ModelRecord,
  ROLES,
  type Role,
  type SessionRecord,
  type SettingRecord,
  type SuppressionRecord,
  type TokenRecord,
  type UserRecord,
  VERDICTS,
  type Verdict,
} from './records.ts';
export type { Amount, RetentionPolicy, RetentionReport } from './retention.ts';
export type {
  Actor,
  AlertBar,
  AlertBarsOptions,
  AlertGroup,
  AlertGroupsQuery,
  AlertStore,
  AlertsMatching,
  AlertTarget,
  AuditLog,
  ClaimOptions,
  Draft,
  Editable,
  EvidenceStore,
  HostStore,
  JobDraft,
  JobQueue,
  Patch,
  Rows,
  Store,
} from './store.ts';
export { type Suppressible, SuppressionRules } from './suppression.ts';
