export { MeterBurst } from './burst.ts';
export { ADDRESS_STRIDE, CLOSE_REASONS, type CloseReason, FlowBatch } from './flow.ts';
export { KDD_ADDRESS_STRIDE, KddConnections } from './kdd/connections.ts';
export { KddFeatures, type KddOptions, type KddStats } from './kdd/features.ts';
export { KDD_FLAGS } from './kdd/flag.ts';
export { KDD_MODES, type KddMode } from './kdd/mode.ts';
export { KDD_NUMBERS, KDD_PROTOCOLS, KddRows } from './kdd/rows.ts';
export { KDD_SERVICES } from './kdd/services.ts';
export { KddView } from './kdd/view.ts';
export { KddWindows, type WindowEvent } from './kdd/windows.ts';
export { Meter } from './meter.ts';
export type { MeterOptions, MeterStats } from './meter-options.ts';
export { type RecordsSoFar, showOpen } from './open-flows.ts';
export { ParallelMeter, type ParallelSummary } from './parallel/meter.ts';
export type { RecordOutput } from './parallel/output.ts';
export {
  STATE_ARGUS_EXCHANGED,
  STATE_ERROR_CODE_SHIFT,
  STATE_ERROR_TYPE_SHIFT,
  STATE_ESTABLISHED,
  STATE_FIN,
  STATE_FIRST,
  STATE_FRAGMENTS,
  STATE_ICMP_ERROR,
  STATE_RESET,
  STATE_SYN,
  STATE_SYN_ACK,
  STATE_TCP,
} from './record-state.ts';
export { argusTable } from './views/argus.ts';
export { ARGUS_HEADER, ArgusCsv } from './views/argus-csv.ts';
export { PROTOCOL_NAMES } from './views/argus-names.ts';
export { argusSchema } from './views/argus-schema.ts';
export { kddTable } from './views/kdd.ts';
export { KddCsv } from './views/kdd-csv.ts';
export { kddSchema } from './views/kdd-schema.ts';
export { type ZeekViewOptions, zeekTable } from './views/zeek.ts';
export { TON_IOT_NAMES, zeekSchema } from './views/zeek-schema.ts';
export { ZeekTsv, zeekFooter, zeekHeader } from './views/zeek-tsv.ts';
export {
  attachWindows,
  WINDOW_FEATURES,
  type WindowColumns,
  windowSchema,
  windowSchemaColumns,
} from './windows/columns.ts';
export { endOrder } from './windows/end-order.ts';
export { HeldFlows } from './windows/from-batches.ts';
export { windowFlowsOfConns } from './windows/from-conns.ts';
export { windowFlowsOfKdd } from './windows/from-kdd.ts';
export {
  HostWindows,
  type HostWindowsOptions,
  type HostWindowsStats,
  type WindowExtra,
} from './windows/host-windows.ts';
export type { WindowFlows } from './windows/row-endpoints.ts';
export { CONN_CLOSE_REASONS, ConnBatch, type ConnCloseReason } from './zeek/batch.ts';
export { TrackerBurst, type TrackerBurstOptions } from './zeek/burst.ts';
export { TRANSPORTS } from './zeek/key.ts';
export { PRIVATE_NETWORKS } from './zeek/local.ts';
export type { ZeekOptions, ZeekStats } from './zeek/options.ts';
export { LIKELY_SERVER_PORTS, type ServerPorts, TUNNEL_SERVER_PORTS } from './zeek/server-ports.ts';
export { CONN_STATES, type ConnState } from './zeek/tcp-state.ts';
export { ZeekTracker } from './zeek/tracker.ts';
