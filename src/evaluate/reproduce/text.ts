import { textTable } from '../../table/index.ts';
import { percentText } from '../figure-text.ts';
import type { Measure } from '../measure.ts';
import type { FigureName, Judged, Reproduction, StepCost } from './reproduction.ts';

/** `0.9891`, or `-` where there is none. */
export function shortFigure(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : value.toFixed(4);
}

const told = ({ value }: Measure): string => shortFigure(value);

/** Figures that stand in the cost of a step: those of the report, and one that accuracy hides. */
export function costFigures({ figures }: Reproduction): FigureName[] {
  return [...new Set<FigureName>([...figures, 'balanced accuracy'])];
}

/** One line a model and figure: printed, under its protocol, under the honest one. */
export function modelRows({ models, figures }: Reproduction): string[][] {
  return figures.flatMap((figure) =>
    models.map((model) => [
      figure,
      model.name,
      shortFigure(model.printed[figure]),
      told(model.protocol.figures[figure]),
      told(model.honest.figures[figure]),
    ]),
  );
}

/** Titles of {@link modelRows}. */
export const MODEL_HEAD = ['figure', 'model', 'printed', 'ours, its protocol', 'ours, honest'];

/** One line a step: rows, what is wrong with it, what it does. */
export function stepRows({ steps }: Reproduction): string[][] {
  return steps.map(({ name, rows, hostile, flaws, leaks, note }) => [
    name,
    String(rows),
    String(hostile),
    flaws.map((flaw) => flaw.toUpperCase()).join(', '),
    leaks.join(', '),
    note,
  ]);
}

/** Titles of {@link stepRows}. */
export const STEP_HEAD = ['step', 'rows', 'hostile', 'flaw', 'the leak gate found', 'what it does'];

const change = (of: FigureName, { before, after }: StepCost): string => {
  const was = before.figures[of].value;
  const is = after.figures[of].value;
  return `${shortFigure(was)} > ${shortFigure(is)}`;
};

/** One line a step that has an honest form: each figure before and after. */
export function costRows(found: Reproduction): string[][] {
  return found.steps.flatMap(({ name, costs }) =>
    costs.map((cost) => [
      name,
      cost.instead,
      `${cost.before.rows} > ${cost.after.rows}`,
      `${percentText(cost.before.prevalence)} > ${percentText(cost.after.prevalence)}`,
      ...costFigures(found).map((figure) => change(figure, cost)),
    ]),
  );
}

/** Titles of {@link costRows}. */
export function costHead(found: Reproduction): string[] {
  return ['step', 'instead', 'rows judged', 'hostile', ...costFigures(found)];
}

/** One sentence on the rows that a figure holds for. */
export function judgedText({ rows, prevalence, trained }: Judged): string {
  return `${rows} rows judged, ${percentText(prevalence)} of them hostile; ${trained} rows taught`;
}

/** How long an epoch of each net took, in a sentence; empty where the report prints no such times. */
export function epochLines({ models, printedEpochSeconds: printed }: Reproduction): string[] {
  if (!printed) return [];
  const times = models.flatMap(({ name, parameters, protocol }) => {
    const epochs = Number(parameters['epochs']);
    return epochs > 0 ? [`${name} ${(protocol.fitSeconds / epochs).toFixed(1)}`] : [];
  });
  return [`Seconds an epoch, here and now: ${times.join(', ')}; printed ${printed.join(' to ')}.`];
}

/** Whether the printed figures are met, a sentence each. */
export function goalLines({ goals }: Reproduction): string[] {
  return goals.map(({ figure, printed, ours, model, met }) => {
    const verdict = met ? 'met' : 'not met';
    return `${figure}: printed ${shortFigure(printed)}, ours under its protocol ${shortFigure(ours)} (${model}): ${verdict}.`;
  });
}

const table = (head: readonly string[], rows: readonly string[][]): string =>
  textTable(
    head.map((title) => ({ title })),
    rows,
  );

/** A protocol for the terminal: steps, what each costs, and the three figures of every model. */
export function reproductionText(found: Reproduction): string {
  const first = found.models[0]!;
  const model = found.steps.flatMap(({ costs }) => costs)[0]?.model ?? first.name;
  return `${[
    `${found.title} (${found.protocol}; ${found.dataset}, ${found.rows} rows, hash ${found.hash.slice(0, 12)}, seed ${found.seed})`,
    `Printed: ${found.source}.\n${found.notes.join('\n')}`,
    table(STEP_HEAD, stepRows(found)),
    `What each step is worth, measured with ${model}: as published > that step alone in its honest form`,
    table(costHead(found), costRows(found)),
    table(MODEL_HEAD, modelRows(found)),
    `Its protocol: ${judgedText(first.protocol)}.\nHonest: ${judgedText(first.honest)}; ${found.honestText}.\nLeak gate, honest protocol: ${found.honestLeaks.passed ? 'no leak' : 'LEAKS'}.`,
    [...epochLines(found), ...goalLines(found)].join('\n'),
  ].join('\n\n')}\n`;
}
