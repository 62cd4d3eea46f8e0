import { textTable } from '../table/index.ts';
import { percentText } from './figure-text.ts';
import type { Measure } from './measure.ts';
import type { Drawn, Transfer, TransferView } from './transfer.ts';
import type { TransferFigures } from './transfer-fit.ts';

/** One matrix of a view: sets that taught by sets that judged. */
export interface TransferMatrix {
  readonly title: string;
  readonly sets: readonly string[];
  /** Row-major, taught × judged; null where there is none. */
  readonly values: readonly (number | null)[];
}

const MATRICES: readonly (readonly [string, keyof TransferFigures])[] = [
  ['average precision', 'averagePrecision'],
  ['ROC AUC', 'rocAuc'],
  ["false-positive rate at the source's threshold", 'falsePositiveRate'],
  ["recall at the source's threshold", 'recall'],
];

/** The four matrices of a view. The diagonal is in-domain: other rows of the same set. */
export function transferMatrices({ sets, inDomain, pairs }: TransferView): TransferMatrix[] {
  const names = sets.map(({ name }) => name);
  return MATRICES.map(([title, figure]) => ({
    title,
    sets: names,
    values: names.flatMap((source, at) =>
      names.map((target): number | null => {
        if (source === target)
          return (inDomain[at]?.[figure] as Measure | undefined)?.value ?? null;
        const pair = pairs.find((one) => one.source === source && one.target === target);
        return (pair?.figures[figure] as Measure | undefined)?.value ?? null;
      }),
    ),
  }));
}

const told = (value: number | null | undefined): string => value?.toFixed(4) ?? '-';
const drawnText = (drawn: Drawn | null): string =>
  drawn ? `${told(drawn.mean)} [${told(drawn.low)}, ${told(drawn.high)}]` : '-';

/** One line a set. */
export function setRows({ sets }: TransferView): string[][] {
  return sets.map((set) => [
    set.name,
    set.dataset,
    String(set.hostile),
    String(set.harmless),
    String(set.unknown),
    String(set.trained),
    String(set.judged),
  ]);
}

/** Titles of {@link setRows}. */
export const SET_HEAD = [
  'set',
  'data set',
  'hostile',
  'harmless',
  'unknown',
  'rows that teach',
  'rows judged',
];

/** How each set was parted, a line a set. */
export function splitLines({ sets }: TransferView): string[] {
  return sets.map(({ name, splitText }) => `${name}: ${splitText}`);
}

/** One line a pair: the same rows judged by the target's own model and by the source's. */
export function pairRows({ sets, inDomain, pairs }: TransferView): string[][] {
  return pairs.map(({ source, target, figures, drop, copies, dropped }) => {
    const own = inDomain[sets.findIndex(({ name }) => name === target)];
    return [
      `${source} > ${target}`,
      percentText(figures.prevalence),
      told(figures.averagePrecision.value),
      told(own?.averagePrecision.value),
      told(drop.averagePrecision),
      told(figures.rocAuc.value),
      told(drop.rocAuc),
      told(figures.falsePositiveRate.value),
      told(figures.recall.value),
      percentText(copies),
      String(dropped.length),
    ];
  });
}

/** Titles of {@link pairRows}. */
export const PAIR_HEAD = [
  'taught > judged',
  'hostile',
  'average precision',
  'in-domain',
  'drop',
  'ROC AUC',
  'drop',
  'FPR',
  'recall',
  'copies',
  'left out',
];

/** One line a pair and number of labelled rows. */
export function adaptedRows({ pairs }: TransferView): string[][] {
  return pairs.flatMap(({ source, target, figures, adapted }) =>
    adapted.map(({ labelled, adapted: with_, alone }) => [
      `${source} > ${target}`,
      String(labelled),
      told(figures.averagePrecision.value),
      drawnText(with_.averagePrecision),
      drawnText(alone.averagePrecision),
      told(with_.rocAuc?.mean),
      told(alone.rocAuc?.mean),
      told(with_.falsePositiveRate?.mean),
      told(with_.recall?.mean),
    ]),
  );
}

/** Titles of {@link adaptedRows}. */
export const ADAPTED_HEAD = [
  'taught > judged',
  'labelled',
  'AP without',
  'AP adapted',
  'AP alone',
  'ROC AUC adapted',
  'ROC AUC alone',
  'FPR',
  'recall',
];

/** What the table of {@link adaptedRows} holds, in words. */
export const ADAPTED_TEXT =
  'Labelled rows of the judged set’s training part, refitted with the source’s rows (adapted) or without them (alone). Mean of the draws [least, greatest]; AP: average precision; FPR and recall: adapted.';

/** Columns left out, a line for each pair of sets where there are any. */
export function droppedLines({ pairs }: TransferView): string[] {
  const lines = pairs
    .filter(({ source, target }) => source < target)
    .filter(({ dropped }) => dropped.length > 0)
    .map(({ source, target, dropped }) => `${source}, ${target}: ${dropped.join(', ')}`);
  return lines;
}

const table = (head: readonly string[], rows: readonly string[][]): string =>
  textTable(
    head.map((title, i) => ({ title, align: i === 0 ? 'left' : 'right' }) as const),
    rows,
  );

function viewText(view: TransferView): string {
  const parts = [
    `View ${view.view}`,
    textTable(
      SET_HEAD.map((title) => ({ title })),
      setRows(view),
    ),
    splitLines(view).join('\n'),
  ];
  for (const { title, sets, values } of transferMatrices(view)) {
    const rows = sets.map((name, at) => [
      name,
      ...values.slice(at * sets.length, (at + 1) * sets.length).map(told),
    ]);
    parts.push(table([`${title}: taught by`, ...sets.map((name) => `on ${name}`)], rows));
  }
  parts.push(table(PAIR_HEAD, pairRows(view)));
  const adapted = adaptedRows(view);
  if (adapted.length > 0) parts.push(`${ADAPTED_TEXT}\n${table(ADAPTED_HEAD, adapted)}`);
  const dropped = droppedLines(view);
  if (dropped.length > 0) {
    parts.push(`Left out, since one set has no value in them:\n${dropped.join('\n')}`);
  }
  return parts.join('\n\n');
}

/** The matrix for the terminal. */
export function transferText(found: Transfer): string {
  return `${[
    `Across data: ${found.model}, seed ${found.seed}, at most ${found.maxRows} training rows a set. Hostile against harmless; rows of unknown class neither teach nor judge.`,
    'A column of a matrix is judged on the same rows throughout; the diagonal is in-domain. Drop: in-domain less transferred. Guessing has the share of hostile rows as average precision.',
    ...found.views.map(viewText),
  ].join('\n\n')}\n`;
}
