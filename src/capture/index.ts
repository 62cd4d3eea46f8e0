export { CAPTURE_ANOMALIES, type CaptureAnomaly } from './anomaly.ts';
export { Frame } from './frame.ts';
export { type CaptureOptions, openCapture, openCaptureBytes } from './open.ts';
export { MAX_CAPTURED, type OnFrame } from './parser.ts';
export type { CaptureReader } from './reader.ts';
export type { CaptureAnomalies, Source } from './source.ts';
export { createPcapWriter, type PcapWriter, type PcapWriterOptions } from './write.ts';
