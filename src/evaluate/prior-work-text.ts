import { figureTable, measureText } from './figure-text.ts';
import type { PriorWorkReport, ProtocolResult } from './prior-work.ts';

/** The protocol's steps with their flaws, then its figures, marked LEAKY, beside honest ones. */
export function priorWorkText(report: PriorWorkReport): string {
  const steps = report.steps.map((step) => [
    step.name,
    String(step.rows),
    String(step.hostile),
    step.flaw.toUpperCase(),
    step.note,
  ]);
  const results = [report.leaky, report.sameModelLater, report.sameRecipe];
  const marks = ['LEAKY: balanced test', 'LEAKY: same model, later', 'honest: same recipe'];
  const row = (name: string, tell: (result: ProtocolResult) => string): string[] => [
    name,
    ...results.map(tell),
  ];
  const figures = [
    row('rows judged', (r) => String(r.rows)),
    row('prevalence', (r) =>
      r.prevalence.value === null ? 'NaN' : `${(100 * r.prevalence.value).toFixed(3)} %`,
    ),
    row('accuracy (as published; no measure here)', (r) => measureText(r.accuracy)),
    row('average precision', (r) => measureText(r.averagePrecision)),
    row('ROC AUC', (r) => measureText(r.rocAuc)),
    row('precision at 0.5', (r) => measureText(r.precision)),
    row('recall at 0.5', (r) => measureText(r.recall)),
    row('F1 at 0.5', (r) => measureText(r.f1)),
    row('TP / FP / FN / TN', ({ counts: c }) => `${c.tp} / ${c.fp} / ${c.fn} / ${c.tn}`),
  ];
  return `${[
    `Prior work's protocol on ${report.dataset} (hash ${report.hash.slice(0, 12)}), marked LEAKY`,
    figureTable(['Step', 'rows', 'From-Botnet', 'flaw', 'what it does'], steps),
    figureTable(['Figures', ...marks], figures),
    `Precision that the leaky rates would give at the file's own prevalence: ${measureText(report.leakyAtNaturalPrevalence)}.`,
    `Later rows: ${report.cutText}. All rows count, one-way flows and background included. The same model (second column) was trained on some of them; the third column was not.`,
  ].join('\n\n')}\n`;
}
