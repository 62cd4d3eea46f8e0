import type { Comparison } from './compare.ts';
import { lineOf, reportLines } from './lines.ts';

/** What the command line asks for. */
export interface Wishes {
  json: boolean;
  file: string;
  show: number;
  min: number;
  /** Run the tool installed here instead of reading its stored output. */
  live: boolean;
  /** Folder of captures to run it on instead of the collection; '' for none. */
  captures: string;
}

/** One capture's outcome. */
export interface Outcome {
  readonly name: string;
  readonly comparison: Comparison;
}

/** Reads the options that every suite has. @returns undefined when one is not known */
export function readWishes(args: readonly string[], min: number): Wishes | undefined {
  const wishes: Wishes = { json: false, file: '', show: 0, min, live: false, captures: '' };
  for (let i = 0; i < args.length; i++) {
    const word = args[i];
    if (word === '--json') wishes.json = true;
    else if (word === '--file') wishes.file = args[++i] ?? '';
    else if (word === '--show') wishes.show = Number(args[++i]);
    else if (word === '--min') wishes.min = Number(args[++i]);
    else if (word === '--live') wishes.live = true;
    else if (word === '--captures') wishes.captures = args[++i] ?? '';
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

/** Prints the table of all captures. @returns the process's exit code */
export function reportOutcomes(outcomes: readonly Outcome[], wishes: Wishes, tool = ''): number {
  const lines = outcomes.map(({ name, comparison }) => lineOf({ tool, capture: name }, comparison));
  return reportLines(lines, wishes);
}
