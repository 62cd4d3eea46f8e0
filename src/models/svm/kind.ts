import { setImmediate as nextTurn } from 'node:timers/promises';
import { stopRequested } from '../../base/index.ts';
import type { Sigmoid } from '../calibrated/platt.ts';
import { foldedMoments } from '../fold-rows.ts';
import { defineKind } from '../kind.ts';
import type { FitInput, FitOptions, Model, ModelFacts } from '../model.ts';
import { columnSeparator } from './columns.ts';
import { exactSeparator } from './exact.ts';
import { loadSvm, SvmModel, svmOutputs } from './model.ts';
import { KERNEL, LINEAR } from './parameters.ts';
import { type SvmTask, svmTask } from './task.ts';

/** Distinct rows up to which `auto` is exact: the kernel is then at most 32 MB. */
const EXACT_ROWS = 2000;

function isExact({ parameters: { solver }, folded }: SvmTask): boolean {
  return solver === 'smo' || (solver === 'auto' && folded.points <= EXACT_ROWS);
}

async function fitSvm(facts: ModelFacts, input: FitInput, options: FitOptions): Promise<Model> {
  const { seed, signal, onProgress } = options;
  const task = svmTask(facts, input, seed);
  const separator = isExact(task) ? exactSeparator(task) : columnSeparator(task);
  const outputs = svmOutputs(input.classes.length);
  const sigmoids: Sigmoid[] = [];
  for (let o = 0; o < outputs; o++) {
    sigmoids.push(separator.separate(outputs === 1 ? 1 : o));
    onProgress?.(o + 1, outputs);
    // Lets the signal have its turn.
    await nextTurn();
    if (signal?.aborted) throw stopRequested(`fit ${facts.kind}`);
  }
  if (outputs === 0) onProgress?.(1, 1);
  const present = new Uint8Array(input.classes.length);
  for (const k of task.folded.label) present[k] = 1;
  const moments = foldedMoments(task.folded);
  return new SvmModel(facts, { decision: separator.decision(), sigmoids, present, ...moments });
}

/** Squared hinge and an L2 penalty, one class against the rest; scaling is the pipeline's job. */
export const linearSvmKind = defineKind({
  kind: 'linear-svm',
  meaning: 'Linear support vector machine, squared hinge',
  parameters: LINEAR,
  fit: fitSvm,
  load: (facts, stored) => loadSvm(facts, stored, false),
});

/** The same over a Gaussian kernel by Nyström landmarks. */
export const rbfSvmKind = defineKind({
  kind: 'rbf-svm',
  meaning: 'Support vector machine with a Gaussian kernel, exact or by landmarks',
  parameters: KERNEL,
  fit: fitSvm,
  load: (facts, stored) => loadSvm(facts, stored, true),
});
