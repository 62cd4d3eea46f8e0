import { type Alert, createDetection, type DetectionOptions } from '../../src/detect/index.ts';
import { batchOf, type TestFlow } from './flows.ts';

/** The alerts of flows that are all given in one batch. */
export function judged(
  flows: readonly TestFlow[],
  options: Partial<DetectionOptions> = {},
): Alert[] {
  const detection = createDetection({ version: '0.0.0-test', ...options });
  detection.addBatch(batchOf(flows));
  return detection.finish();
}

/** Kind and host of each alert, for short comparisons. */
export function namesOf(alerts: readonly Alert[]): string[] {
  return alerts.map(({ kind, host }) => `${kind} ${host}`);
}
