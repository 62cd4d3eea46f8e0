import {
  costHead,
  costRows,
  epochLines,
  goalLines,
  judgedText,
  MODEL_HEAD,
  modelRows,
  type Reproduction,
  STEP_HEAD,
  stepRows,
} from '../evaluate/index.ts';
import type { Bar, BarChart } from './chart/index.ts';
import type { Page } from './page.ts';

function figureCharts({ figures, models }: Reproduction): BarChart[] {
  return figures.map((figure) => {
    const bars = models.flatMap((model): Bar[] => {
      const bar = (series: string, value: number | null | undefined): Bar[] =>
        value === undefined ? [] : [{ label: model.name, series, value }];
      return [
        ...bar('printed', model.printed[figure]),
        ...bar('its protocol', model.protocol.figures[figure].value),
        ...bar('honest', model.honest.figures[figure].value),
      ];
    });
    return {
      kind: 'bars',
      title: figure[0]!.toUpperCase() + figure.slice(1),
      note: 'As printed, ours under the same protocol, and ours under the honest one',
      value: { title: figure, format: 'share', domain: [0, 1] },
      bars,
    };
  });
}

function costCharts({ steps, figures }: Reproduction): BarChart[] {
  const costs = steps.flatMap(({ costs: own }) => own);
  if (costs.length === 0) return [];
  return figures.map((figure) => ({
    kind: 'bars',
    title: `${figure[0]!.toUpperCase()}${figure.slice(1)} with one step in its honest form`,
    note: `Measured with ${costs[0]!.model}; rows judged and their prevalence change with the step`,
    value: { title: figure, format: 'share', domain: [0, 1] },
    bars: [
      { label: 'as published', value: costs[0]!.before.figures[figure].value },
      ...costs.map(({ instead, after }) => ({
        label: instead,
        value: after.figures[figure].value,
      })),
    ],
  }));
}

/** The page of a repeated protocol. */
export function reproducePage(found: Reproduction): Page {
  const { protocol, title, source, models, honestText, leaks, honestLeaks } = found;
  const first = models[0]!;
  return {
    title: `${title}: an earlier protocol repeated`,
    lead: `${protocol} on ${found.dataset}, ${found.rows} rows. Printed figures: ${source}.`,
    sections: [
      {
        title: 'Know this first',
        blocks: [
          { kind: 'list', items: [...found.notes, ...epochLines(found), ...goalLines(found)] },
          {
            kind: 'list',
            items: [
              `Its protocol: ${judgedText(first.protocol)}.`,
              `Honest protocol: ${judgedText(first.honest)}. ${honestText}.`,
              `Leak gate: ${leaks.passed ? 'no leak' : 'leaks'} under its protocol, ${honestLeaks.passed ? 'no leak' : 'leaks'} under the honest one.`,
            ],
          },
        ],
      },
      {
        title: 'Figures',
        blocks: [
          { kind: 'table', head: MODEL_HEAD, rows: modelRows(found) },
          { kind: 'charts', charts: figureCharts(found) },
        ],
      },
      {
        title: 'Steps and what they cost',
        blocks: [
          { kind: 'table', head: STEP_HEAD, rows: stepRows(found) },
          {
            kind: 'table',
            head: costHead(found),
            rows: costRows(found),
            caption: 'As published, then with that one step in its honest form.',
          },
          { kind: 'charts', charts: costCharts(found) },
        ],
      },
      {
        title: 'What the leak gate found',
        blocks: [
          {
            kind: 'table',
            head: ['protocol', 'finding', 'weight', 'where', 'what'],
            rows: [
              ...leaks.findings.map((one) => [
                'its own',
                one.name,
                one.weight,
                one.where,
                one.text,
              ]),
              ...honestLeaks.findings.map((one) => [
                'honest',
                one.name,
                one.weight,
                one.where,
                one.text,
              ]),
            ],
          },
        ],
      },
    ],
  };
}
