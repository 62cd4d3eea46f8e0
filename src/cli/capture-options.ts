import type { Command } from 'commander';
import type { SegmentSummary } from '../pipeline.ts';
import { wholeArgument } from './context.ts';
import { note } from './terminal.ts';

/** Options that every command which reads captures shares. */
export interface CaptureArguments {
  readonly maxFlows: number;
  readonly status: number;
  readonly quiet?: boolean;
}

/** Default bound of the flow table: about 300 MB when it is full. */
const MAX_FLOWS = 1_000_000;

/** Adds the options of {@link CaptureArguments}. */
export function addCaptureOptions(command: Command): Command {
  const flows = wholeArgument('--max-flows', 1, 16_000_000);
  const seconds = wholeArgument('--status', 1, 1e9);
  return command
    .option('--max-flows <n>', 'flows kept at once; past it the oldest leave', flows, MAX_FLOWS)
    .option('--status <seconds>', 'a longer flow leaves a record each time', seconds, 3600)
    .option('-q, --quiet', 'no summary on standard error');
}

/** The meter's options as given. */
export function meterOptions(options: CaptureArguments): {
  maxFlows: number;
  statusInterval: number;
} {
  return { maxFlows: options.maxFlows, statusInterval: options.status };
}

const counts = (entries: Iterable<readonly [string, number]>): string =>
  [...entries].map(([name, count]) => `${name} ${count}`).join(', ');

/** Tells on standard error what was read, and everything that was odd or left out. */
export function noteSummary(segments: readonly SegmentSummary[]): void {
  for (const { files, meter, anomalies, unsupportedLinkTypes } of segments) {
    for (const file of files) {
      note(`${file.name}: ${file.format}, ${file.frames} frames`);
      const odd = Object.entries(file.anomalies);
      if (odd.length > 0) note(`  file anomalies: ${counts(odd)}`);
    }
    note(`  ${meter.records} flow records of ${meter.flows} flows from ${meter.packets} packets`);
    if (meter.ignored > 0) note(`  packets without a flow: ${meter.ignored}`);
    if (meter.evicted > 0) {
      note(
        `  flows evicted because --max-flows was reached: ${meter.evicted}, of them one-way ${meter.evictedOneWay}`,
      );
    }
    if (anomalies.length > 0) {
      note(`  packet anomalies: ${counts(anomalies.map((each) => [each.name, each.packets]))}`);
    }
    const types = Object.entries(unsupportedLinkTypes);
    if (types.length > 0) note(`  frames of link types not decoded: ${counts(types)}`);
  }
}
