import type { Comparison } from './compare.ts';

/** What the command line asks for. */
export interface Wishes {
  json: boolean;
  file: string;
  show: number;
  min: number;
}

/** One capture's outcome. */
export interface Outcome {
  readonly name: string;
  readonly comparison: Comparison;
}

/** Reads the options that every suite has. @returns undefined when one is not known */
export function readWishes(args: readonly string[], min: number): Wishes | undefined {
  const wishes: Wishes = { json: false, file: '', show: 0, min };
  for (let i = 0; i < args.length; i++) {
    const word = args[i];
    if (word === '--json') wishes.json = true;
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

/** Prints how one capture compares, with up to `show` rows of each kind of difference. */
export function printOutcome({ name, comparison }: Outcome, show: number, tool: string): void {
  const pad = ' '.repeat(tool.length);
  const { records, matched, missing, extra, near } = comparison;
  if (missing.length === 0 && extra.length === 0) return;
  process.stdout.write(
    `${name}: ${matched} of ${records} match, ${missing.length} missing, ${extra.length} extra ` +
      `(${score(comparison).toFixed(1)} %)\n`,
  );
  const paired = new Set<string>();
  for (const { expected, got, columns } of near.slice(0, show)) {
    process.stdout.write(
      `  ${tool} ${expected}\n  ours${pad.slice(4)} ${got}\n  ${pad} ${columns.join(' ')}\n`,
    );
  }
  for (const { expected, got } of near) paired.add(expected).add(got);
  const alone = (row: string): boolean => !paired.has(row);
  for (const row of missing.filter(alone).slice(0, show))
    process.stdout.write(`  only ${tool} ${row}\n`);
  for (const row of extra.filter(alone).slice(0, show))
    process.stdout.write(`  only ours  ${row}\n`);
}

/** Prints the sums over all captures. @returns the process's exit code */
export function reportOutcomes(outcomes: readonly Outcome[], wishes: Wishes): number {
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
