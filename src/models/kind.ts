import { stopRequested } from '../base/index.ts';
import { checkFit } from './input.ts';
import type {
  Estimator,
  FitInput,
  FitOptions,
  Model,
  ModelFacts,
  ModelKind,
  ParameterSpec,
  Parameters,
  StoredModel,
} from './model.ts';
import { checkParameters } from './parameters.ts';

/** What a kind of model is made of; the rest is the same for all. */
export interface KindPlan {
  readonly kind: string;
  readonly meaning: string;
  readonly parameters: readonly ParameterSpec[];
  /** As {@link ModelKind.history}. */
  readonly history?: true;
  /** As {@link ModelKind.embeds}; given with defaults filled in. */
  readonly embeds?: ModelKind['embeds'];
  /**
   * Looks at parameters that a spec cannot check alone, when an estimator is made.
   * @throws WiresiftError `MODEL_PARAMETER`
   */
  readonly check?: (parameters: Parameters) => void;
  /** Learns; the input is checked, and nobody has asked to stop. */
  readonly fit: (facts: ModelFacts, input: FitInput, options: FitOptions) => Promise<Model>;
  /** @throws WiresiftError `MODEL_FILE` */
  readonly load: (facts: ModelFacts, stored: StoredModel) => Model;
}

/** `classWeight`, as most kinds have it. */
export const CLASS_WEIGHT: ParameterSpec = {
  name: 'classWeight',
  type: 'string',
  default: 'none',
  choices: ['none', 'balanced'],
  meaning: 'balanced: each class weighs the same in sum, whatever its number of rows',
};

/** A kind of model: checks of parameters and input, and what stands in its place in the registry. */
export function defineKind(plan: KindPlan): ModelKind {
  const { kind, meaning, parameters } = plan;
  const create = (given: Parameters): Estimator => {
    const own = checkParameters(kind, parameters, given);
    plan.check?.(own);
    return {
      kind,
      parameters: own,
      async fit(input, options) {
        checkFit(kind, input);
        if (options.signal?.aborted) throw stopRequested(`fit ${kind}`);
        const { classes, matrix } = input;
        const facts = { kind, parameters: own, classes: [...classes], features: [...matrix.names] };
        return await plan.fit(facts, input, options);
      },
    };
  };
  const load = (stored: StoredModel): Model => {
    const own = checkParameters(kind, parameters, stored.parameters);
    const { classes, features } = stored;
    return plan.load({ kind, parameters: own, classes, features }, stored);
  };
  const history = plan.history ? { history: true as const } : {};
  const { embeds } = plan;
  const own = embeds
    ? { embeds: (given: Parameters) => embeds(checkParameters(kind, parameters, given)) }
    : {};
  return { kind, meaning, parameters, ...history, ...own, create, load };
}
