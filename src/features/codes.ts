import type { PipelineSpec } from './spec.ts';
import type { Step } from './step.ts';

/** Codes that an embedding tells apart: a byte. */
export const CODES = 256;
/** The code of words that are rare, or that training did not have. */
export const UNSEEN_CODE = CODES - 1;
/** Words with a code of their own: one code more is kept free, for the mean of them all. */
export const MOST_WORDS = CODES - 2;
/** Columns of codes that a model may have: each is a table in its file. */
export const MOST_CODED = 24;

/**
 * The spec as a kind of model takes it. Where it embeds, categories that may come as codes do, at
 * most {@link MOST_CODED} columns of them, with {@link UNSEEN_CODE} for all other words; where it
 * does not, they come one-hot.
 */
export function specOfCodes(spec: PipelineSpec, embeds: boolean): PipelineSpec {
  let coded = 0;
  const plans = spec.plans.map((plan) => {
    const last = plan.steps.at(-1);
    const step = last && codedStep(last, embeds && coded < MOST_CODED);
    if (!step || step === last) return plan;
    if (step.kind === 'ordinal') coded++;
    return { from: plan.from, steps: [...plan.steps.slice(0, -1), step] };
  });
  return { ...spec, plans };
}

function codedStep(step: Step, embeds: boolean): Step {
  if (step.kind === 'oneHot' && step.orCodes !== undefined) {
    const { orCodes, ...oneHot } = step;
    if (!embeds || !orCodes) return oneHot;
    const { minFrequency = 1 } = step;
    return { kind: 'ordinal', unseen: UNSEEN_CODE, minFrequency, maxCategories: MOST_WORDS };
  }
  // A place of their own for unseen words is asked for by nobody who names none.
  if (step.kind !== 'ordinal' || step.unseen !== undefined || !embeds) return step;
  const maxCategories = Math.min(step.maxCategories ?? MOST_WORDS, MOST_WORDS);
  return { ...step, unseen: UNSEEN_CODE, maxCategories };
}
