export { ADDRESS_STRIDE, CLOSE_REASONS, type CloseReason, FlowBatch } from './flow.ts';
export { Meter, type MeterOptions, type MeterStats } from './meter.ts';
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
export { argusSchema } from './views/argus-schema.ts';
export { kddSchema } from './views/kdd-schema.ts';
export { TON_IOT_NAMES, zeekSchema } from './views/zeek-schema.ts';
export {
  attachWindows,
  WINDOW_FEATURES,
  type WindowColumns,
  windowSchema,
  windowSchemaColumns,
} from './windows/columns.ts';
export {
  HostWindows,
  type HostWindowsOptions,
  type HostWindowsStats,
  type WindowExtra,
} from './windows/host-windows.ts';
export type { WindowFlows } from './windows/row-endpoints.ts';
