import type { Table } from '../table/index.ts';
import type { SelectStep } from './select.ts';
import { type ColumnPlan, checkPlan, type PipelineSpec } from './spec.ts';
import type { Step } from './step.ts';

/** What to do differently from the spec given. */
export interface SpecChanges {
  /** For number columns. Without an `impute` among them each plan keeps its own. */
  readonly numbers?: readonly Step[];
  /** For text columns; the same of `impute`. */
  readonly words?: readonly Step[];
  /** For columns and derivations by name, in place of all their steps. */
  readonly columns?: ReadonlyMap<string, readonly Step[]>;
  /** Selections behind those of the spec. */
  readonly select?: readonly SelectStep[];
}

const imputes = (steps: readonly Step[]): boolean => steps[0]?.kind === 'impute';

/**
 * The spec with other steps. Numbers that the spec takes for categories (one-hot, ordinal) and bits
 * keep their steps unless they are named.
 * @throws WiresiftError `FEATURE_COLUMN` for a name that no plan has, `FEATURE_STEP` for steps that
 *   do not fit
 */
export function changeSpec(spec: PipelineSpec, changes: SpecChanges): PipelineSpec {
  const { numbers, words, columns, select } = changes;
  const named = new Set(spec.plans.map(({ from }) => from));
  for (const name of columns?.keys() ?? []) {
    // Says which columns there are; a plan of that name would be refused for the same reason.
    if (!named.has(name)) checkPlan({ ...spec, allowIdentity: false }, { from: name, steps: [] });
  }
  const plans = spec.plans.map((plan): ColumnPlan => {
    const own = columns?.get(plan.from);
    if (own) return { from: plan.from, steps: own };
    const { type } = checkPlan(spec, plan);
    const last = plan.steps.at(-1)?.kind;
    const coded = last === 'oneHot' || last === 'ordinal';
    const steps = type === 'text' ? words : type === 'number' && !coded ? numbers : undefined;
    if (!steps) return plan;
    const first = plan.steps.filter((step) => step.kind === 'impute');
    return { from: plan.from, steps: imputes(steps) ? steps : [...first, ...steps] };
  });
  const changed = { ...spec, plans, select: [...(spec.select ?? []), ...(select ?? [])] };
  for (const plan of plans) checkPlan(changed, plan);
  return changed;
}

/**
 * Names of the columns without a single cell: what a file lacks of its view. A model must not learn
 * from them, since live rows do have such cells.
 */
export function emptyColumns({ schema, columns, rows }: Table): string[] {
  return schema.columns.flatMap(({ name }, i) => {
    const column = columns[i]!;
    if (column.kind === 'text') return column.codes.some((code) => code >= 0) ? [] : [name];
    const { values } = column;
    for (let row = 0; row < rows; row++) if (!Number.isNaN(values[row])) return [];
    return [name];
  });
}
