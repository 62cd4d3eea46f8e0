export { ctu13 } from './ctu13/dataset.ts';
export { CTU13_FILES } from './ctu13/files.ts';
export { CTU13_CLASSES, CTU13_LABELS, labelClass, labelRule } from './ctu13/labels.ts';
export { isBinetflow } from './ctu13/layout.ts';
export { readCtu13 } from './ctu13/read.ts';
export {
  type Dataset,
  type DatasetCard,
  type DatasetFile,
  type DatasetTable,
  type FileShare,
  groupsByFile,
  type LabelCount,
  type LabelRule,
  type ReadOptions,
} from './dataset.ts';
export {
  type FetchedFile,
  type FetchOptions,
  type FetchProgress,
  fetchDataset,
} from './fetch.ts';
export { tableToFlowBatch } from './flow-batch.ts';
export {
  FLOW_FORMATS,
  type FlowFormat,
  type FlowFormatName,
  HEAD_BYTES,
  recognise,
} from './flow-format.ts';
export { groupsByHost, type HostGroups } from './host-groups.ts';
export { type IdenticalGroups, identicalGroups } from './identical.ts';
export { kdd99, nslKdd } from './kdd99/dataset.ts';
export { KDD_CATEGORIES, KDD_LABELS, KDD_TARGETS, kddRule } from './kdd99/labels.ts';
export { Checked, type Wrong } from './mapped/checked.ts';
export { mappedDataset, openDataset, readMapping } from './mapped/dataset.ts';
export {
  type MappedColumn,
  type MappedRole,
  type Mapping,
  parseMapping,
} from './mapped/mapping.ts';
export type { MappedTarget } from './mapped/targets.ts';
export {
  NetflowDecoder,
  type NetflowDecoderOptions,
  type NetflowStats,
} from './netflow/decoder.ts';
export {
  MAX_EXPORTERS,
  NetflowExporters,
  type NetflowExportersOptions,
  type NetflowExportersStats,
} from './netflow/exporters.ts';
export { type FlowTables, type ReadFlowsOptions, readFlows } from './read-flows.ts';
export {
  type DatasetListing,
  datasets,
  type FileListing,
  fetchCommand,
  findDataset,
  findDatasetCard,
  listDatasets,
} from './registry.ts';
export { type LabelTarget, targetOf } from './targets.ts';
export { readTonIot, TON_IOT_LABELS, TON_IOT_TARGETS, tonIot } from './toniot/dataset.ts';
export { readZeekLabelled, zeekLabelled } from './zeek-log/labelled.ts';
export { ZEEK_LABELS } from './zeek-log/labels.ts';
