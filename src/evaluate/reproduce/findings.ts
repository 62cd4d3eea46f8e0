import type { LeakName, LeakVerdict } from '../leak/index.ts';
import type { FigureName, Goal, PlannedModel, ReproducedModel } from './reproduction.ts';

/** Which of these leaks the gate found. Notes are no leaks. */
export function namesFound({ findings }: LeakVerdict, names: readonly LeakName[]): LeakName[] {
  const found = findings.filter(({ weight }) => weight === 'leak').map(({ name }) => name);
  return names.filter((name) => found.includes(name));
}

/** The best printed figure of each name, and whether the best of ours reaches it. */
export function goalsOf(
  figures: readonly FigureName[],
  printed: readonly PlannedModel[],
  models: readonly ReproducedModel[],
): Goal[] {
  return figures.flatMap((figure): Goal[] => {
    const best = Math.max(
      ...printed.map((model) => model.printed[figure] ?? Number.NaN).filter(isKnown),
    );
    if (!Number.isFinite(best)) return [];
    let ours: number | null = null;
    let name = '-';
    for (const model of models) {
      const { value } = model.protocol.figures[figure];
      if (value === null || (ours !== null && value <= ours)) continue;
      ours = value;
      name = model.name;
    }
    return [{ figure, printed: best, ours, model: name, met: ours !== null && ours >= best }];
  });
}

const isKnown = (value: number): boolean => !Number.isNaN(value);
