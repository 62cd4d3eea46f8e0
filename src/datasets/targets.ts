import { WiresiftError } from '../base/index.ts';
import type { TextColumn } from '../table/index.ts';
import type { LabelCount, LabelRule } from './dataset.ts';

/** One way to read a data set's labels as classes. */
export interface LabelTarget {
  /** Chosen with `target`: `category`. */
  readonly name: string;
  readonly what: string;
  readonly classes: readonly string[];
  /** The class of each rule of the data set, by its position; -1 for none. */
  readonly classOfRule: readonly number[];
}

/** @throws WiresiftError `DATASET_TARGET` (exit code 2) when the data set has no such target */
export function findTarget(
  dataset: string,
  targets: readonly LabelTarget[],
  name: string | undefined,
): LabelTarget {
  const found = name === undefined ? targets[0] : targets.find((target) => target.name === name);
  if (found) return found;
  throw new WiresiftError({
    code: 'DATASET_TARGET',
    where: `data set ${dataset}`,
    saw: `target ${JSON.stringify(name)}`,
    expected: `one of ${targets.map((target) => target.name).join(', ')}`,
    todo: 'Choose one of these, or none for the first',
    exitCode: 2,
  });
}

/** A target from each rule's class by name; classes in order of first appearance. */
export function targetOf(
  name: string,
  what: string,
  classNames: readonly (string | null)[],
): LabelTarget {
  const classes = [...new Set(classNames.filter((word) => word !== null))];
  const classOfRule = classNames.map((word) => (word === null ? -1 : classes.indexOf(word)));
  return { name, what, classes, classOfRule };
}

/** Classes of all rows, and how many rows each rule took; rules without rows are left out. */
export function labelRows(
  raw: TextColumn,
  rules: readonly LabelRule[],
  { target, ruleOf }: { target: LabelTarget; ruleOf: (word: string | undefined) => number },
): { labels: Int32Array; labelCounts: LabelCount[] } {
  const { codes, dictionary } = raw;
  // Position 0 is for rows without a word.
  const ruleOfCode = Int32Array.of(ruleOf(undefined), ...dictionary.map(ruleOf));
  const rows = new Float64Array(rules.length);
  const labels = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row++) {
    const rule = ruleOfCode[codes[row]! + 1]!;
    labels[row] = target.classOfRule[rule]!;
    rows[rule]!++;
  }
  const labelCounts = rules.map(({ group }, i) => ({
    group,
    class: target.classes[target.classOfRule[i]!] ?? null,
    rows: rows[i]!,
  }));
  return { labels, labelCounts: labelCounts.filter((count) => count.rows > 0) };
}
