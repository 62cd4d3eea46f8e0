import { type Epoch, endingText, type LayerSummary, type TrainingHistory } from '../models/index.ts';
import type { Axis, Line, LineChart } from './chart/index.ts';
import { type Block, type Cell, numberCell, type Page, type Section } from './page.ts';

/** Up to so many epochs each has a dot. */
const MOST_DOTS = 40;
/** Up to so many epochs stand in the table; of longer trainings some are left out. */
const MOST_ROWS = 60;

type Measure = Exclude<keyof Epoch, 'rate' | 'slope'>;

/** One line over the epochs; none where no epoch has the number. */
function line(name: string, epochs: readonly Epoch[], of: keyof Epoch): Line[] {
  const known = [...epochs.keys()].filter((n) => epochs[n]![of] !== null);
  if (known.length === 0) return [];
  const dots = epochs.length <= MOST_DOTS;
  return [{ name, x: known.map((n) => n + 1), y: known.map((n) => epochs[n]![of]!), dots }];
}

/** The epoch whose weights were kept: the first of the least loss where that was watched. */
export function keptEpoch({ epochs, ending }: TrainingHistory): number | undefined {
  if (ending !== 'early stopping') return undefined;
  const losses = epochs.map(({ heldOutLoss }) => heldOutLoss ?? Number.POSITIVE_INFINITY);
  return losses.indexOf(Math.min(...losses));
}

function marked(history: TrainingHistory, of: Measure): LineChart['points'] {
  const at = keptEpoch(history);
  const y = at === undefined ? null : history.epochs[at]![of];
  return y === null ? [] : [{ x: at! + 1, y, label: `weights kept: epoch ${at! + 1}` }];
}

/** Curves of a training: loss, rows told right, learning rate, slopes. */
export function trainingCharts(history: TrainingHistory): LineChart[] {
  const { epochs } = history;
  if (epochs.length === 0) return [];
  const x: Axis = {
    title: 'epoch (passes over the rows)',
    format: 'count',
    domain: [1, Math.max(2, epochs.length)],
  };
  const held = epochs.some(({ heldOutLoss }) => heldOutLoss !== null);
  const learned = 'rows learned from: mean while they were learned';
  const told = line('learned rows', epochs, 'accuracy');
  const charts: LineChart[] = [
    {
      kind: 'lines',
      title: 'Loss by epoch',
      note: held ? `${learned}; held-out rows: after the epoch` : learned,
      x,
      y: { title: 'loss (mean a row)' },
      lines: [
        ...line('learned rows', epochs, 'loss'),
        ...line('held-out rows', epochs, 'heldOutLoss'),
      ],
      points: marked(history, 'heldOutLoss') ?? [],
    },
  ];
  if (told.length > 0) {
    charts.push({
      kind: 'lines',
      title: 'Rows told right by epoch',
      note: held ? 'balanced: the mean of the classes’ own shares' : learned,
      x,
      y: { title: 'share of rows told right' },
      lines: [
        ...told,
        ...line('held-out rows', epochs, 'heldOutAccuracy'),
        ...line('held-out rows, balanced', epochs, 'balancedAccuracy'),
      ],
      points: marked(history, 'heldOutAccuracy') ?? [],
    });
  }
  return [
    ...charts,
    {
      kind: 'lines',
      title: 'Learning rate by epoch',
      note: 'length of a step before the optimiser scales it',
      x,
      y: { title: 'learning rate' },
      lines: line('learning rate', epochs, 'rate'),
    },
    {
      kind: 'lines',
      title: 'Length of the slopes by epoch',
      note: 'over all weights together, mean over the batches, before clipping',
      x,
      y: { title: 'length of the slopes' },
      lines: line('length', epochs, 'slope'),
    },
  ];
}

const SUMMARY_HEAD = ['layer', 'output', 'trained', 'counted'];

/** Numbers of a network in all. */
export const totalOf = (
  layers: readonly LayerSummary[],
  of: 'trained' | 'counted' = 'trained',
): number => layers.reduce((sum, layer) => sum + layer[of], 0);

/** `64`, or `4 × 64` where there are steps. */
const shapeText = ({ steps, channels }: LayerSummary): string =>
  steps === 1 ? String(channels) : `${steps} × ${channels}`;

/** The layers of a network as a table: heads, then a row each and the sum. */
export function networkRows(layers: readonly LayerSummary[]): {
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
} {
  const rows = layers.map((each): Cell[] => [
    each.layer,
    shapeText(each),
    numberCell(each.trained),
    numberCell(each.counted),
  ]);
  const sums = [totalOf(layers), totalOf(layers, 'counted')].map(numberCell);
  return { head: SUMMARY_HEAD, rows: [...rows, ['all', '', ...sums]] };
}

const EPOCH_COLUMNS: readonly (readonly [string, keyof Epoch])[] = [
  ['loss', 'loss'],
  ['told right', 'accuracy'],
  ['held-out loss', 'heldOutLoss'],
  ['held-out told right', 'heldOutAccuracy'],
  ['held-out balanced', 'balancedAccuracy'],
  ['learning rate', 'rate'],
  ['slopes', 'slope'],
];

function epochTable({ epochs }: TrainingHistory): Block {
  const columns = EPOCH_COLUMNS.filter(([, of]) => epochs.some((epoch) => epoch[of] !== null));
  const every = Math.ceil(epochs.length / MOST_ROWS);
  const shown = [...epochs.keys()].filter((n) => n % every === 0 || n === epochs.length - 1);
  return {
    kind: 'table',
    head: ['epoch', ...columns.map(([name]) => name)],
    rows: shown.map((n): Cell[] => [
      n + 1,
      ...columns.map(([, of]) => {
        const value = epochs[n]![of];
        return value === null ? null : Number(value.toPrecision(4));
      }),
    ]),
    ...(every > 1 ? { caption: `Every ${every}th of ${epochs.length} epochs, and the last.` } : {}),
  };
}

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`;

/** How a training went: layers, curves, and every epoch folded below. */
export function trainingSection(history: TrainingHistory): Section {
  const { layers, epochs, ending } = history;
  const sum = `${numberCell(totalOf(layers))} numbers were trained. `;
  const table = networkRows(layers);
  return {
    title: 'How it was trained',
    blocks: [
      { kind: 'text', text: `${sum}${sentence(`it ${endingText(ending, epochs.length)}`)}` },
      { kind: 'table', ...table, caption: 'Outputs a row: channels, or steps × channels.' },
      { kind: 'charts', charts: trainingCharts(history), told: true },
      { kind: 'fold', title: 'Epoch by epoch', blocks: [epochTable(history)] },
    ],
  };
}

/** A page of a training's curves alone. @param lead what was trained on what */
export function trainingPage(
  history: TrainingHistory,
  { title, lead }: { readonly title: string; readonly lead: string },
): Page {
  return { title, lead, sections: [trainingSection(history)] };
}
