import { openCapture } from '../src/capture/index.ts';
import { createDecoder, Packet } from '../src/decode/index.ts';
import { ArgusCsv, Meter } from '../src/flow/index.ts';
import { sharedMissing, sharedPath } from '../test/shared-data.ts';
import { type Comparison, compareRows } from './compare.ts';
import { liveArgusRows } from './live.ts';
import { argusOracles, readRows } from './oracle.ts';

/** What the command line asks for. */
interface Wishes {
  json: boolean;
  file: string;
  show: number;
  min: number;
  live: boolean;
}

/** One capture's outcome. */
interface Outcome {
  readonly name: string;
  readonly comparison: Comparison;
}

/** The rows that our own capture, decode, meter and argus view make of a capture. */
export async function argusRows(path: string): Promise<string[]> {
  const chunks: string[] = [];
  const csv = new ArgusCsv();
  const meter = new Meter({}, (batch) => {
    chunks.push(Buffer.from(csv.write(batch)).toString('latin1'));
  });
  const decoder = createDecoder();
  const packet = new Packet();
  const source = await openCapture(path);
  await source.read((frame) => {
    decoder.decode(frame, packet);
    meter.add(packet);
  });
  meter.finish();
  return chunks
    .join('')
    .split('\n')
    .filter((line) => line !== '');
}

const HELP = `npm run conformance -- argus [--json] [--file NAME] [--show N] [--min PERCENT] [--live]

Compares our argus view with what Argus 3.0.8.2 printed of the same captures, record by record in
all 14 columns. --file: only captures whose name contains NAME. --show: rows that differ, up to N a
capture. --min: exit with 1 when fewer records match (default 90).
--live: compare with the argus and ra installed here instead of the stored files.
`;

/** Runs the comparison over every capture with an oracle. @returns the process's exit code */
export async function run(args: string[]): Promise<number> {
  const wishes = readArgs(args);
  if (!wishes) {
    process.stdout.write(HELP);
    return 2;
  }
  if (sharedMissing) {
    process.stdout.write(`argus conformance ${sharedMissing}\n`);
    return 0;
  }
  const pairs = argusOracles(sharedPath('data', 'pcap')).filter((pair) =>
    pair.name.includes(wishes.file),
  );
  const settings = sharedPath('data', 'ra.conf');
  const outcomes: Outcome[] = [];
  for (const pair of pairs) {
    let rows: string[] = [];
    try {
      rows = await argusRows(pair.capture);
    } catch (error) {
      process.stderr.write(`${pair.name}: ${(error as Error).message}\n`);
    }
    const expected = wishes.live ? liveArgusRows(pair.capture, settings) : readRows(pair.oracle);
    if (!expected) {
      process.stderr.write(`${pair.name}: the argus installed here gives no records\n`);
      continue;
    }
    const comparison = compareRows(expected, rows);
    outcomes.push({ name: pair.name, comparison });
    if (!wishes.json) printOne(pair.name, comparison, wishes.show);
  }
  return report(outcomes, wishes);
}

function readArgs(args: string[]): Wishes | undefined {
  const wishes: Wishes = { json: false, file: '', show: 0, min: 90, live: false };
  for (let i = 0; i < args.length; i++) {
    const word = args[i];
    if (word === '--json') wishes.json = true;
    else if (word === '--live') wishes.live = true;
    else if (word === '--file') wishes.file = args[++i] ?? '';
    else if (word === '--show') wishes.show = Number(args[++i]);
    else if (word === '--min') wishes.min = Number(args[++i]);
    else return undefined;
  }
  return Number.isNaN(wishes.show + wishes.min) ? undefined : wishes;
}

const percent = (part: number, whole: number): number => (whole === 0 ? 100 : (100 * part) / whole);

/** Share of a capture that matches; rows that the oracle lacks count against it. */
function score(comparison: Comparison): number {
  const { records, matched, extra } = comparison;
  return percent(matched, Math.max(records, matched + extra.length));
}

function printOne(name: string, comparison: Comparison, show: number): void {
  const { records, matched, missing, extra, near } = comparison;
  if (missing.length === 0 && extra.length === 0) return;
  process.stdout.write(
    `${name}: ${matched} of ${records} match, ${missing.length} missing, ${extra.length} extra ` +
      `(${score(comparison).toFixed(1)} %)\n`,
  );
  const paired = new Set<string>();
  for (const { expected, got, columns } of near.slice(0, show)) {
    process.stdout.write(`  argus ${expected}\n  ours  ${got}\n        ${columns.join(' ')}\n`);
  }
  for (const { expected, got } of near) paired.add(expected.slice(0, -1)).add(got.slice(0, -1));
  const alone = (row: string): boolean => !paired.has(row.slice(0, -1)) && !paired.has(row);
  for (const row of missing.filter(alone).slice(0, show))
    process.stdout.write(`  only argus ${row}\n`);
  for (const row of extra.filter(alone).slice(0, show))
    process.stdout.write(`  only ours  ${row}\n`);
}

function report(outcomes: readonly Outcome[], wishes: Wishes): number {
  const differing = new Map<string, number>();
  const combinations = new Map<string, number>();
  const count = (map: Map<string, number>, key: string): void => {
    map.set(key, (map.get(key) ?? 0) + 1);
  };
  let records = 0;
  let matched = 0;
  let missing = 0;
  let extra = 0;
  let sum = 0;
  let perfect = 0;
  for (const { comparison } of outcomes) {
    records += comparison.records;
    matched += comparison.matched;
    missing += comparison.missing.length;
    extra += comparison.extra.length;
    sum += score(comparison);
    if (comparison.missing.length + comparison.extra.length === 0) perfect++;
    for (const { columns } of comparison.near) {
      count(combinations, columns.join(' '));
      for (const column of columns) count(differing, column);
    }
  }
  const byCount = (map: Map<string, number>): [string, number][] =>
    [...map].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const summary = {
    captures: outcomes.length,
    perfect,
    records,
    matched,
    missing,
    extra,
    matchedPercent: percent(matched, records),
    meanCapturePercent: outcomes.length === 0 ? 100 : sum / outcomes.length,
    columns: Object.fromEntries(byCount(differing)),
    combinations: Object.fromEntries(byCount(combinations)),
  };
  if (wishes.json) {
    const captures = outcomes.map(({ name, comparison }) => ({
      name,
      records: comparison.records,
      matched: comparison.matched,
      missing: comparison.missing.length,
      extra: comparison.extra.length,
    }));
    process.stdout.write(`${JSON.stringify({ ...summary, details: captures })}\n`);
  } else {
    process.stdout.write(
      `\n${summary.captures} captures, ${perfect} without any difference\n` +
        `records in the oracle ${records}, matched ${matched} ` +
        `(${summary.matchedPercent.toFixed(3)} %), missing ${missing}, extra ${extra}\n` +
        `mean of the captures ${summary.meanCapturePercent.toFixed(2)} %\n` +
        `columns that differ in near misses: ${JSON.stringify(summary.columns)}\n`,
    );
    for (const [columns, times] of byCount(combinations).slice(0, 12)) {
      process.stdout.write(`  ${times} × ${columns}\n`);
    }
  }
  return summary.matchedPercent < wishes.min || outcomes.length === 0 ? 1 : 0;
}
