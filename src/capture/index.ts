export { Frame } from './frame.ts';
export type { CaptureAnomalies, Source } from './source.ts';
