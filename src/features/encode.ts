import { mixWord } from '../base/index.ts';
import type { TextColumn } from '../table/index.ts';
import type { BlockWriter, FittedPlan } from './lane.ts';
import type { FillValue, FittedStep } from './step.ts';

/** An ordinal or hashing step as learned. */
export type FittedCode = Extract<FittedStep, { kind: 'ordinal' | 'hashing' }>;

/** Most columns a hashing step yields. */
export const MAX_HASH_COLUMNS = 4096;

/**
 * The column that a word falls into: FNV-1a over UTF-16 units from a seeded start, then the 32-bit
 * finaliser of MurmurHash3, so that the low bits depend on every unit.
 */
export function hashColumn(word: string, columns: number, seed: number): number {
  let hash = (0x811c9dc5 ^ Math.imul(seed, 0x9e3779b1)) | 0;
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), 0x01000193);
  return (mixWord(hash) >>> 0) % columns;
}

/** Code of each category; others get the step's `unseen`. */
export function ordinalCodes(
  step: Extract<FittedCode, { kind: 'ordinal' }>,
): (value: FillValue | undefined) => number {
  const codes = new Map<FillValue, number>();
  step.categories.forEach((value, i) => {
    codes.set(value, i);
  });
  return (value) => (value === undefined ? step.unseen : (codes.get(value) ?? step.unseen));
}

/** Codes in place; an empty cell counts as unseen. */
export function applyOrdinal(
  codeOf: (value: FillValue | undefined) => number,
  cells: Float64Array,
  count: number,
): void {
  for (let i = 0; i < count; i++) cells[i] = codeOf(cells[i]! + 0);
}

/** Columns the step yields. */
export function codeWidth(step: FittedCode): number {
  return step.kind === 'hashing' ? step.columns : 1;
}

/** Writes a text column as codes or hashed columns; words are mapped once a dictionary entry. */
export function bindCoded(
  plan: FittedPlan,
  step: FittedCode,
  { codes, dictionary }: TextColumn,
  rule: (word: string) => string,
): BlockWriter {
  const impute = plan.steps[0]!.kind === 'impute' ? plan.steps[0] : undefined;
  const fill = impute?.value as string | undefined;
  const hashing = step.kind === 'hashing';
  const map = hashing
    ? (word: string | undefined): number =>
        word === undefined ? -1 : hashColumn(word, step.columns, step.seed)
    : ordinalCodes(step);
  // Slot 0 stands for the empty cell, code -1.
  const target = new Float64Array(dictionary.length + 1);
  target[0] = map(fill);
  for (let i = 0; i < dictionary.length; i++) target[i + 1] = map(rule(dictionary[i]!));
  const indicator = impute?.indicator ? codeWidth(step) : -1;
  return ({ rows, start, count, out, stride, column }) => {
    let at = start * stride + column;
    for (let i = 0; i < count; i++, at += stride) {
      const code = codes[rows ? rows[start + i]! : start + i]!;
      const to = target[code + 1]!;
      if (!hashing) out[at] = to;
      else if (to >= 0) out[at + to] = 1;
      if (indicator >= 0 && code < 0) out[at + indicator] = 1;
    }
  };
}
