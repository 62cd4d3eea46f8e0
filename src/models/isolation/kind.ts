import { setImmediate as nextTurn } from 'node:timers/promises';
import { Random, stopRequested } from '../../base/index.ts';
import { type FoldedRows, foldRows } from '../fold-rows.ts';
import { checkHarmless, HARMLESS, harmlessMarks, sideShares } from '../harmless.ts';
import { defineKind } from '../kind.ts';
import type { FitInput, FitOptions, Model, ModelFacts, ParameterSpec } from '../model.ts';
import { type Grown, growIsolation } from './grow.ts';
import { IsolationModel, loadIsolation, MAX_SAMPLE } from './model.ts';

const KIND = 'isolation-forest';

const parameters: readonly ParameterSpec[] = [
  {
    name: 'trees',
    type: 'integer',
    default: 100,
    min: 1,
    max: 10_000,
    meaning: 'Number of trees',
  },
  {
    name: 'sample',
    type: 'integer',
    default: 256,
    min: 2,
    max: MAX_SAMPLE,
    meaning: 'Rows drawn for each tree, without replacement',
  },
  HARMLESS,
];

async function fitIsolation(
  facts: ModelFacts,
  input: FitInput,
  options: FitOptions,
): Promise<Model> {
  const { labels } = input;
  const harmless = harmlessMarks(facts);
  const skip = Uint8Array.from(labels, (label) => (harmless[label] === 1 ? 0 : 1));
  const own = foldRows(input, skip);
  // Without a harmless row, what is usual among all rows is the best left.
  const folded = own.points > 0 ? own : foldRows(input);
  const reach = cumulated(folded);
  const all = Math.max(1, Math.round(reach.at(-1)!));
  const { trees, sample } = facts.parameters as { trees: number; sample: number };
  const size = Math.min(sample, all);
  const limit = Math.ceil(Math.log2(Math.max(2, size)));
  const out: Grown = { root: [], column: [], cut: [], right: [], cover: [] };
  for (let t = 0; t < trees; t++) {
    const random = new Random(options.seed).fork(t);
    const drawn = draw(reach, { all, size, random });
    growIsolation(folded, drawn, { out, random, limit });
    options.onProgress?.(t + 1, trees);
    if (t % 16 === 0) await nextTurn();
    if (options.signal?.aborted) throw stopRequested(`fit ${KIND}`);
  }
  const grown = {
    root: Uint32Array.from(out.root),
    column: Int32Array.from(out.column),
    cut: Float64Array.from(out.cut),
    right: Uint32Array.from(out.right),
    cover: Uint32Array.from(out.cover),
    sample: size,
  };
  return new IsolationModel(facts, grown, sideShares(input, harmless));
}

/** Sum of the weights up to and with each point. */
function cumulated({ points, start, weight }: FoldedRows): Float64Array {
  const reach = new Float64Array(points);
  let sum = 0;
  for (let i = 0; i < points; i++) {
    for (let e = start[i]!; e < start[i + 1]!; e++) sum += weight[e]!;
    reach[i] = sum;
  }
  return reach;
}

/**
 * `size` of `all` places without replacement (Floyd; Bentley and Floyd 1987), each the point that
 * holds it: a point of weight 2 holds two places, as two rows would.
 */
function draw(
  reach: Float64Array,
  { all, size, random }: { all: number; size: number; random: Random },
): Int32Array {
  const taken = new Set<number>();
  for (let last = all - size; last < all; last++) {
    const place = random.int(last + 1);
    taken.add(taken.has(place) ? last : place);
  }
  const scale = reach.at(-1)! / all;
  const drawn = new Int32Array(size);
  let at = 0;
  for (const place of taken) {
    let low = 0;
    let high = reach.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (reach[middle]! > place * scale) high = middle;
      else low = middle + 1;
    }
    drawn[at++] = low;
  }
  return drawn;
}

/** Novelty by isolation: learns the harmless classes alone (Liu, Ting, Zhou 2008). */
export const isolationForestKind = defineKind({
  kind: KIND,
  meaning: 'Isolation forest: how unlike the harmless rows a row is',
  parameters,
  check: checkHarmless,
  fit: fitIsolation,
  load: (facts, stored) => {
    checkHarmless(facts.parameters);
    return loadIsolation(facts, stored);
  },
});
