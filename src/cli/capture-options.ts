import type { Command } from 'commander';
import type { SegmentSummary } from '../pipeline.ts';
import { numberArgument, wholeArgument } from './context.ts';
import { note } from './terminal.ts';

/** Options that every command which reads captures shares. */
export interface CaptureArguments {
  readonly maxFlows: number;
  readonly status: number;
  readonly workers: number;
  readonly checksums?: boolean;
  /** Seconds to listen. */
  readonly for?: number;
  readonly quiet?: boolean;
}

/** Default bound of the flow table: about 300 MB when it is full. */
const MAX_FLOWS = 1_000_000;

/** Longest time to listen: what a timer can count, 24 days. */
const MOST_SECONDS = 2_000_000;

/** Adds the options of {@link CaptureArguments}. */
export function addCaptureOptions(command: Command): Command {
  const flows = wholeArgument('--max-flows', 1, 16_000_000);
  const seconds = wholeArgument('--status', 1, 1e9);
  const workers = wholeArgument('--workers', 1, 64);
  return command
    .option('--max-flows <n>', 'flows kept at once; past it the oldest leave', flows, MAX_FLOWS)
    .option('--status <seconds>', 'a longer flow leaves a record each time', seconds, 3600)
    .option('--workers <n>', 'threads that meter the argus view; the same output', workers, 1)
    .option(
      '--checksums',
      'zeek and kdd views: leave packets with wrong checksums out, as Zeek does',
    )
    .option(
      '--for <seconds>',
      'with udp://: listen that long; default until Ctrl-C',
      numberArgument('--for', 0.001, MOST_SECONDS),
    )
    .option('-q, --quiet', 'no summary on standard error');
}

/** The meter's options as given. */
export function meterOptions(options: CaptureArguments): {
  maxFlows: number;
  statusInterval: number;
} {
  return { maxFlows: options.maxFlows, statusInterval: options.status };
}

/** The tracker's options as given. */
export function trackerOptions(options: CaptureArguments): {
  maxFlows: number;
  ignoreChecksums: boolean;
} {
  return { maxFlows: options.maxFlows, ignoreChecksums: !(options.checksums ?? false) };
}

const counts = (entries: Iterable<readonly [string, number]>): string =>
  [...entries].map(([name, count]) => `${name} ${count}`).join(', ');

/** Tells on standard error what was read, and everything that was odd or left out. */
export function noteSummary(segments: readonly SegmentSummary[]): void {
  for (const { files, anomalies, unsupportedLinkTypes, ...meters } of segments) {
    for (const file of files) {
      note(`${file.name}: ${file.format}, ${file.frames} frames`);
      const odd = Object.entries(file.anomalies);
      if (odd.length > 0) note(`  file anomalies: ${counts(odd)}`);
    }
    noteMeters(meters);
    if (anomalies.length > 0) {
      note(`  packet anomalies: ${counts(anomalies.map((each) => [each.name, each.packets]))}`);
    }
    const types = Object.entries(unsupportedLinkTypes);
    if (types.length > 0) note(`  frames of link types not decoded: ${counts(types)}`);
  }
}

function noteMeters({
  meter,
  tracker,
  kdd,
}: Pick<SegmentSummary, 'meter' | 'tracker' | 'kdd'>): void {
  if (meter) {
    note(`  ${meter.records} flow records of ${meter.flows} flows from ${meter.packets} packets`);
    noteCounts({
      'packets without a flow': meter.ignored,
      'flows evicted because --max-flows was reached': meter.evicted,
      'of them one-way': meter.evictedOneWay,
    });
  }
  if (tracker) {
    note(`  ${tracker.records} connections from ${tracker.packets} packets`);
    noteCounts({
      'packets without a connection': tracker.ignored,
      'packets with a wrong checksum, left out': tracker.badChecksums,
      'datagrams whose fragments did not all come': tracker.lostDatagrams,
      'connections evicted because --max-flows was reached': tracker.evicted,
      'connections whose payload was not read, for want of room': tracker.unread,
    });
  }
  if (kdd) {
    note(`  ${kdd.connections} rows of the kdd view`);
    noteCounts({
      'connections that are neither TCP, UDP nor ICMP, left out': kdd.unread,
      'rows that came late and are counted later': kdd.late,
      'connections that left the time window early': kdd.early,
    });
  }
}

/** Lines of what happened at all. */
export function noteCounts(parts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(parts)) if (count > 0) note(`  ${name}: ${count}`);
}
