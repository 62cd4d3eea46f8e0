import { WiresiftError } from '../base/index.ts';
import { parsePlain } from './json.ts';
import type { FitInput, ModelFacts, ParameterSpec, Parameters, StoredModel } from './model.ts';
import { refuseStored, storedTensor } from './stored.ts';

/** `harmless`, of kinds that learn what is usual apart from what is not. */
export const HARMLESS: ParameterSpec = {
  name: 'harmless',
  type: 'string',
  default: '[]',
  meaning: 'Names of the harmless classes, as a JSON list; empty: the first class',
};

/** @throws WiresiftError `MODEL_PARAMETER` when `harmless` is no list of names */
export function checkHarmless(parameters: Parameters): void {
  harmlessNames(parameters);
}

function harmlessNames(parameters: Parameters): readonly string[] {
  const text = parameters[HARMLESS.name] as string;
  try {
    const found = parsePlain(text, HARMLESS.name);
    if (Array.isArray(found) && found.every((each) => typeof each === 'string')) return found;
  } catch (error) {
    if (!(error instanceof WiresiftError)) throw error;
  }
  throw new WiresiftError({
    code: 'MODEL_PARAMETER',
    where: 'parameters, harmless',
    saw: text.slice(0, 80),
    expected: 'a list of names in JSON',
    todo: 'Write it like ["normal"]',
    exitCode: 2,
  });
}

/**
 * 1 for each harmless class, else 0.
 * @throws WiresiftError `MODEL_INPUT` when a named class is none of the model's
 */
export function harmlessMarks({ kind, parameters, classes }: ModelFacts): Uint8Array {
  const names = harmlessNames(parameters);
  const missing = names.find((name) => !classes.includes(name));
  if (missing !== undefined) {
    throw new WiresiftError({
      code: 'MODEL_INPUT',
      where: `fit ${kind}, parameter harmless`,
      saw: `the class ${missing.slice(0, 80)}`,
      expected: `some of ${classes.slice(0, 20).join(', ')}`,
      todo: 'Name classes of the data set',
    });
  }
  const chosen = names.length > 0 ? names : classes.slice(0, 1);
  return Uint8Array.from(classes, (name) => (chosen.includes(name) ? 1 : 0));
}

/**
 * Part of each class in the threat and in its complement, by weight in training: two rows of one
 * number a class. Where only harmless classes are known, both sides are theirs.
 */
export function sideShares(
  { labels, weights, classes }: FitInput,
  harmless: Uint8Array,
): Float64Array {
  const count = classes.length;
  const sums = new Float64Array(count);
  for (let i = 0; i < labels.length; i++) sums[labels[i]!]! += weights ? weights[i]! : 1;
  const shares = new Float64Array(2 * count);
  for (const side of [0, 1]) {
    const own = (k: number): boolean => harmless[k] === side || !harmless.includes(side);
    let total = 0;
    let members = 0;
    for (let k = 0; k < count; k++) {
      if (!own(k)) continue;
      total += sums[k]!;
      members++;
    }
    for (let k = 0; k < count; k++) {
      if (own(k)) shares[side * count + k] = total > 0 ? sums[k]! / total : 1 / members;
    }
  }
  return shares;
}

/**
 * The shares of {@link sideShares} in a file.
 * @throws WiresiftError `MODEL_FILE` unless each side sums to 1
 */
export function storedShares(stored: StoredModel): Float64Array {
  const { data: shares, shape } = storedTensor(stored, 'shares', 'F64', 2);
  const refuse = (saw: string, expected: string): never =>
    refuseStored(`model ${stored.kind}, tensor shares`, saw, expected);
  const classes = stored.classes.length;
  if (shape[0] !== 2 || shape[1] !== classes || shares.some((each) => !(each >= 0 && each <= 1))) {
    refuse(shape.join(' × '), `2 × ${classes}, from 0 to 1`);
  }
  for (const part of [shares.subarray(0, classes), shares.subarray(classes)]) {
    const sum = part.reduce((total, each) => total + each, 0);
    if (!(Math.abs(sum - 1) < 1e-6)) refuse(`a sum of ${sum}`, '1');
  }
  return shares;
}
