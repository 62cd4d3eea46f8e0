import {
  type Epoch,
  historyText,
  NETWORK_HEAD,
  networkRows,
  type TrainingHistory,
  trainedNumbers,
} from '../models/index.ts';
import type { Axis, Line, LineChart, MarkedPoint } from './chart/index.ts';
import { type Block, type Cell, numberCell, type Page, type Section } from './page.ts';

/** Up to so many epochs each has a dot. */
const MOST_DOTS = 40;
/** Up to so many epochs stand in the table; of longer trainings some are left out. */
const MOST_ROWS = 60;

/** How far an axis goes beyond its highest point. */
const HEADROOM = 1.04;

type Measure = Exclude<keyof Epoch, 'rate' | 'slope'>;

/** One line over the epochs; none where no epoch has the number. */
function line(name: string, epochs: readonly Epoch[], of: keyof Epoch): Line[] {
  const known = [...epochs.keys()].filter((n) => epochs[n]![of] !== null);
  if (known.length === 0) return [];
  const dots = epochs.length <= MOST_DOTS;
  return [{ name, x: known.map((n) => n + 1), y: known.map((n) => epochs[n]![of]!), dots }];
}

/** The point of the epoch whose weights were kept, where that is not just the last. */
function marked({ epochs, kept }: TrainingHistory, of: Measure): readonly MarkedPoint[] {
  const y = epochs[kept - 1]?.[of] ?? null;
  if (y === null || kept === epochs.length) return [];
  return [{ x: kept, y, label: 'kept' }];
}

/** Lines over an axis from 0. */
function fromZero(title: string, lines: Line[]): Pick<LineChart, 'lines' | 'y'> {
  const most = Math.max(...lines.flatMap(({ y }) => y));
  return { lines, y: { title, domain: [0, most > 0 ? most * HEADROOM : 1] } };
}

/** Lines of shares over an axis that ends at 1, and begins at a twentieth below the least. */
function toOne(title: string, lines: Line[]): Pick<LineChart, 'lines' | 'y'> {
  const least = Math.min(...lines.flatMap(({ y }) => y));
  return { lines, y: { title, domain: [Math.min(0.95, Math.floor(least * 20) / 20), 1] } };
}

/** Curves of a training: loss, rows told right, learning rate, slopes. */
export function trainingCharts(history: TrainingHistory): LineChart[] {
  const { epochs } = history;
  if (epochs.length === 0) return [];
  const x: Axis = {
    title: 'epoch (passes over the rows)',
    whole: true,
    domain: epochs.length === 1 ? [0, 2] : [1, epochs.length],
  };
  const kept = marked(history, 'heldOutLoss').length > 0 ? `; kept: epoch ${history.kept}` : '';
  const held = epochs.some(({ heldOutLoss }) => heldOutLoss !== null);
  const learned = 'learned rows: mean while they were learned';
  const told = line('learned rows', epochs, 'accuracy');
  const charts: LineChart[] = [
    {
      kind: 'lines',
      title: 'Loss by epoch',
      note: held ? `${learned}; held-out rows: after it${kept}` : learned,
      x,
      ...fromZero('loss (mean a row)', [
        ...line('learned rows', epochs, 'loss'),
        ...line('held-out rows', epochs, 'heldOutLoss'),
      ]),
      points: marked(history, 'heldOutLoss'),
    },
  ];
  if (told.length > 0) {
    charts.push({
      kind: 'lines',
      title: 'Rows told right by epoch',
      note: held ? 'balanced: the mean of the classes’ own shares' : learned,
      x,
      ...toOne('share of rows told right', [
        ...told,
        ...line('held-out rows', epochs, 'heldOutAccuracy'),
        ...line('held-out rows, balanced', epochs, 'balancedAccuracy'),
      ]),
      points: marked(history, 'heldOutAccuracy'),
    });
  }
  return [
    ...charts,
    {
      kind: 'lines',
      title: 'Learning rate by epoch',
      note: 'length of a step before the optimiser scales it',
      x,
      ...fromZero('learning rate', line('learning rate', epochs, 'rate')),
    },
    {
      kind: 'lines',
      title: 'Length of the slopes by epoch',
      note: 'over all weights together, mean over the batches, before clipping',
      x,
      ...fromZero('length of the slopes', line('length', epochs, 'slope')),
    },
  ];
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
  const { layers, epochs } = history;
  const sum = `${numberCell(trainedNumbers(layers))} numbers were trained. `;
  const folded: Block = { kind: 'fold', title: 'Epoch by epoch', blocks: [epochTable(history)] };
  return {
    title: 'How it was trained',
    blocks: [
      { kind: 'text', text: `${sum}${sentence(`it ${historyText(history)}`)}` },
      {
        kind: 'table',
        head: NETWORK_HEAD,
        rows: networkRows(layers),
        caption:
          'Output of a row: channels, or steps × channels. Counted: running means and variances.',
      },
      { kind: 'charts', charts: trainingCharts(history), told: true },
      ...(epochs.length > 0 ? [folded] : []),
    ],
  };
}

/** A page of a training's curves alone. @param lead what was trained on what */
export function trainingPage(
  history: TrainingHistory,
  { title, lead }: { readonly title: string; readonly lead: string },
): Page {
  return { title, lead, sections: [{ ...trainingSection(history), title: '' }] };
}
