import type { Comparison } from './compare.ts';
import { explain } from './explained.ts';
import type { Wishes } from './outcome.ts';

/** How one capture compares: one line of the table, the same for every suite. */
export interface Line {
  readonly capture: string;
  /** The tool's flows behind its rows. */
  readonly flows: number;
  readonly rows: number;
  readonly equal: number;
  readonly missing: number;
  readonly differing: number;
  readonly extra: number;
  /** Rows whose packets the zeek tracker counts alike; -1 where that cannot be said. */
  readonly tracked: number;
  /** Differing and missing rows by the class that explains them; `not explained` for the rest. */
  readonly classes: Readonly<Record<string, number>>;
  /** How often each column differs. */
  readonly columns: Readonly<Record<string, number>>;
}

/** What a line says beside the comparison. */
export interface LineHead {
  readonly tool: string;
  readonly capture: string;
  /** Default: as many as rows. */
  readonly flows?: number;
  /** Default -1. */
  readonly tracked?: number;
}

const NOT_EXPLAINED = 'not explained';

/** The line of one compared capture. Rows of ours that share no flow with the tool's are `extra`. */
export function lineOf(head: LineHead, comparison: Comparison): Line {
  const { tool, capture, flows = comparison.records, tracked = -1 } = head;
  const classes: Record<string, number> = {};
  for (const row of comparison.missing) {
    const kind = explain(tool, capture, row)?.kind ?? NOT_EXPLAINED;
    classes[kind] = (classes[kind] ?? 0) + 1;
  }
  const columns: Record<string, number> = {};
  for (const { columns: names } of comparison.near) {
    for (const name of names) columns[name] = (columns[name] ?? 0) + 1;
  }
  const differing = comparison.near.length;
  return {
    capture,
    flows,
    rows: comparison.records,
    equal: comparison.matched,
    missing: comparison.missing.length - differing,
    differing,
    extra: comparison.extra.length - differing,
    tracked,
    classes,
    columns,
  };
}

const percent = (part: number, whole: number): number => (whole === 0 ? 100 : (100 * part) / whole);

/** Above so many captures the table shows only those that differ. */
const MANY = 100;

/** Prints the table and its sums. @returns the process's exit code */
export function reportLines(lines: readonly Line[], wishes: Wishes): number {
  const total = sumOf(lines);
  const equalPercent = percent(total.equal, total.rows);
  const same = lines.filter(isSame).length;
  if (wishes.json) {
    const sums = { ...total, captures: lines.length, same, equalPercent, details: lines };
    process.stdout.write(`${JSON.stringify(sums)}\n`);
  } else {
    const shown = lines.length > MANY ? lines.filter((line) => !isSame(line)) : lines;
    process.stdout.write(table([...shown, total]));
    process.stdout.write(
      `captures without any difference: ${same} of ${lines.length}` +
        `${shown.length < lines.length ? ', not listed' : ''}\n` +
        `columns that differ: ${listed(total.columns)}\nwhy: ${listed(total.classes)}\n`,
    );
  }
  return equalPercent < wishes.min || lines.length === 0 ? 1 : 0;
}

function isSame({ equal, rows, extra }: Line): boolean {
  return equal === rows && extra === 0;
}

function listed(counts: Readonly<Record<string, number>>): string {
  const byCount = Object.entries(counts).sort((a, b) => b[1] - a[1]);
  return byCount.map(([name, times]) => `${name} ${times}`).join(', ') || 'none';
}

function added(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const counts of all) {
    for (const [name, times] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + times;
  }
  return sum;
}

function sumOf(lines: readonly Line[]): Line {
  const sum = (pick: (line: Line) => number): number =>
    lines.reduce((before, line) => before + pick(line), 0);
  return {
    capture: `total of ${lines.length}`,
    flows: sum((line) => line.flows),
    rows: sum((line) => line.rows),
    equal: sum((line) => line.equal),
    missing: sum((line) => line.missing),
    differing: sum((line) => line.differing),
    extra: sum((line) => line.extra),
    tracked: lines.some((line) => line.tracked < 0) ? -1 : sum((line) => line.tracked),
    classes: added(lines.map((line) => line.classes)),
    columns: added(lines.map((line) => line.columns)),
  };
}

const HEADER = [
  'capture',
  'flows',
  'rows',
  'equal',
  '%',
  'differing',
  'missing',
  'only ours',
  'tracker',
];

function table(lines: readonly Line[]): string {
  const cells = lines.map((line) => [
    line.capture,
    ...[line.flows, line.rows, line.equal].map(String),
    percent(line.equal, line.rows).toFixed(2),
    ...[line.differing, line.missing, line.extra].map(String),
    line.tracked < 0 ? '-' : String(line.tracked),
  ]);
  const all = [HEADER, ...cells];
  const widths = HEADER.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  return all
    .map((row) => row.map((cell, i) => pad(cell, widths[i]!, i === 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

function pad(text: string, width: number, left: boolean): string {
  return left ? text.padEnd(width) : text.padStart(width);
}
