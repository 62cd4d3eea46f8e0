import {
  ADAPTED_HEAD,
  ADAPTED_TEXT,
  adaptedRows,
  droppedLines,
  PAIR_HEAD,
  pairRows,
  SET_HEAD,
  setRows,
  splitLines,
  type Transfer,
  type TransferView,
  transferMatrices,
} from '../evaluate/index.ts';
import type { BarChart, MatrixChart } from './chart/index.ts';
import type { Block, Page } from './page.ts';

function heatMaps(view: TransferView): MatrixChart[] {
  return transferMatrices(view).map(({ title, sets, values }) => ({
    kind: 'matrix',
    title: title[0]!.toUpperCase() + title.slice(1),
    note: 'On the diagonal other rows of the same set',
    rows: sets,
    columns: sets,
    values,
    rowTitle: 'taught by',
    columnTitle: 'judged on',
    format: 'share',
  }));
}

function dropMap(
  { sets, pairs }: TransferView,
  title: string,
  figure: 'averagePrecision' | 'rocAuc',
): MatrixChart {
  const names = sets.map(({ name }) => name);
  return {
    kind: 'matrix',
    title: `Drop of ${title}`,
    note: 'What the judged set’s own model reaches on the same rows, less this one',
    rows: names,
    columns: names,
    values: names.flatMap((source) =>
      names.map(
        (target) =>
          pairs.find((one) => one.source === source && one.target === target)?.drop[figure] ?? null,
      ),
    ),
    rowTitle: 'taught by',
    columnTitle: 'judged on',
    format: 'share',
  };
}

function adaptedChart({ pairs }: TransferView): BarChart[] {
  const bars = pairs.flatMap(({ source, target, figures, adapted }) => {
    if (adapted.length === 0) return [];
    const label = `${source} > ${target}`;
    return [
      { label, series: 'no labelled row', value: figures.averagePrecision.value },
      ...adapted.map(({ labelled, adapted: { averagePrecision } }) => ({
        label,
        series: `${labelled} labelled rows`,
        value: averagePrecision?.mean ?? null,
        ...(averagePrecision ? { low: averagePrecision.low, high: averagePrecision.high } : {}),
      })),
    ];
  });
  if (bars.length === 0) return [];
  return [
    {
      kind: 'bars',
      title: 'Average precision after adapting',
      note: 'Whiskers: least and greatest of the draws',
      value: { title: 'average precision', format: 'share', domain: [0, 1] },
      bars,
    },
  ];
}

function blocksOf(view: TransferView): Block[] {
  const dropped = droppedLines(view);
  const adapted = adaptedRows(view);
  const drops = [
    dropMap(view, 'average precision', 'averagePrecision'),
    dropMap(view, 'ROC AUC', 'rocAuc'),
  ];
  return [
    { kind: 'table', head: SET_HEAD, rows: setRows(view) },
    { kind: 'list', items: splitLines(view) },
    { kind: 'charts', charts: [...heatMaps(view), ...drops] },
    { kind: 'table', head: PAIR_HEAD, rows: pairRows(view) },
    ...(adapted.length > 0
      ? [
          { kind: 'text' as const, text: ADAPTED_TEXT },
          { kind: 'table' as const, head: ADAPTED_HEAD, rows: adapted },
          { kind: 'charts' as const, charts: adaptedChart(view) },
        ]
      : []),
    ...(dropped.length > 0
      ? [
          {
            kind: 'fold' as const,
            title: 'Columns left out, since one set has no value in them',
            blocks: [{ kind: 'list' as const, items: dropped }],
          },
        ]
      : []),
  ];
}

/** The page of a transfer matrix. */
export function transferPage(found: Transfer): Page {
  return {
    title: 'Across data: taught on one set, judged on another',
    lead: `${found.model}, seed ${found.seed}, at most ${found.maxRows} training rows a set.`,
    sections: [
      {
        title: 'Know this first',
        blocks: [
          {
            kind: 'list',
            items: [
              'Hostile against harmless by the name of the class. Rows of unknown class neither teach nor judge.',
              'All figures of one judged set are of the same rows, its test part, so a column can be compared from top to bottom.',
              'The drop is what the judged set’s own model reaches on these rows, less what the other model reaches.',
              'Guessing has the share of hostile rows as average precision and 0.5 as ROC AUC.',
              'Copies: judged rows that equal a training row of the other set in every feature used. Many of them mean that the two sets are no two sets.',
            ],
          },
        ],
      },
      ...found.views.map((view) => ({ title: `View ${view.view}`, blocks: blocksOf(view) })),
    ],
  };
}
