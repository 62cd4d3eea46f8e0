import { isoTime } from '../../table/index.ts';
import type { BarChart, Chart, Line, LineChart, MatrixChart, WorldChart } from '../chart/index.ts';
import type { Block, Cell, Page, Section } from '../page.ts';
import type {
  Association,
  ColumnSummary,
  Distribution,
  Exploration,
  NumberSummary,
  Place,
} from './exploration.ts';

/** Columns of one correlation picture; more could not be read. */
const MOST_CORRELATED = 48;
const PLACES_SHOWN = 15;
const LEAKS_SHOWN = 20;
const SHOWN_WORDS = 12;

const shortNumber = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : String(Number(value.toPrecision(4)));

const percent = (part: number, whole: number): string =>
  whole === 0 ? '–' : `${+((100 * part) / whole).toPrecision(3)} %`;

const cellText = (column: ColumnSummary, value: number | null | undefined): string =>
  column.type === 'time' && typeof value === 'number' ? isoTime(value) : shortNumber(value);

/** Text cut where a cell would grow too tall: words come from the wire. */
const brief = (text: string): string => (text.length > 60 ? `${text.slice(0, 59)}…` : text);

function classChart({ classes }: Exploration): BarChart {
  return {
    kind: 'bars',
    title: 'Rows by class',
    value: { title: 'rows', format: 'count' },
    bars: classes.map(({ name, rows }) => ({ label: name, value: rows })),
  };
}

/** Counts a class as shares of the class, so that small classes are seen beside large ones. */
function sharesOf(counts: readonly (readonly number[])[]): number[][] {
  return counts.map((bins) => {
    const total = bins.reduce((sum, rows) => sum + rows, 0);
    return bins.map((rows) => (total > 0 ? rows / total : 0));
  });
}

function numberChart(
  column: NumberSummary,
  { edges, counts, log, below }: Distribution,
  classes: Exploration['classes'],
): LineChart {
  const unit = column.unit ? ` [${column.unit}]` : '';
  const shares = sharesOf(counts);
  const lines: Line[] = [];
  classes.forEach(({ name }, index) => {
    const own = shares[index]!;
    if (own.some((share) => share > 0)) {
      lines.push({ name, x: edges, y: [...own, own.at(-1)!], steps: true });
    }
  });
  return {
    kind: 'lines',
    title: column.name,
    note: log && below > 0 ? `log scale; ${below} rows at or below zero are not drawn` : '',
    x: {
      title: `${column.name}${unit}`,
      format: column.type === 'time' ? 'time' : 'number',
      log,
      domain: [edges[0]!, Math.max(edges.at(-1)!, edges[0]! + Number.MIN_VALUE)],
    },
    y: { title: 'share of the class', format: 'share' },
    lines,
  };
}

function columnChart(column: ColumnSummary, classes: Exploration['classes']): Chart | undefined {
  if (column.distinct < 2) return undefined;
  if (column.type === 'text') {
    const rest = column.top.slice(0, SHOWN_WORDS);
    return {
      kind: 'bars',
      title: column.name,
      note:
        column.distinct > rest.length
          ? `the ${rest.length} most frequent of ${column.distinct}`
          : '',
      value: { title: 'rows', format: 'count' },
      bars: rest.map(({ name, rows }) => ({
        label: name === '' ? '(empty text)' : name,
        value: rows,
      })),
    };
  }
  return column.distribution ? numberChart(column, column.distribution, classes) : undefined;
}

/** The columns that go together most, so that a picture of many columns shows those that matter. */
function associationChart({ method, names, values, rows }: Association): MatrixChart {
  const size = names.length;
  const strength = names.map((_, a) => {
    let sum = 0;
    for (let b = 0; b < size; b++) if (b !== a) sum += Math.abs(values[a * size + b] ?? 0);
    return sum;
  });
  const kept = [...names.keys()]
    .filter((a) => values[a * size + a] !== null)
    .sort((a, b) => strength[b]! - strength[a]! || a - b)
    .slice(0, MOST_CORRELATED)
    .sort((a, b) => a - b);
  const dropped = size - kept.length;
  const left = dropped > 0 ? `; ${dropped} constant or least related columns are left out` : '';
  return {
    kind: 'matrix',
    title: `${method} between columns`,
    note: `${rows} rows${left}; orange cells with a dash are negative`,
    rows: kept.map((index) => names[index]!),
    columns: kept.map((index) => names[index]!),
    values: kept.flatMap((a) => kept.map((b) => values[a * size + b] ?? null)),
    rowTitle: '',
    columnTitle: '',
    format: 'share',
  };
}

function placeCharts(places: readonly Place[], attacks: boolean): Chart[] {
  const isCountry = ({ code }: Place): boolean => code.length === 2;
  const ends = [
    ['source', (place: Place) => place.sourceRows, (place: Place) => place.sourceAttacks],
    ['destination', (one: Place) => one.destinationRows, (one: Place) => one.destinationAttacks],
  ] as const;
  return ends.flatMap(([end, rowsOf, attacksOf]): Chart[] => {
    const seen = places.filter((place) => rowsOf(place) > 0);
    const top = [...seen].sort((a, b) => rowsOf(b) - rowsOf(a)).slice(0, PLACES_SHOWN);
    const map: WorldChart = {
      kind: 'world',
      title: `Flows by ${end} country`,
      note: 'Country of the network that announces the address; private addresses are not drawn.',
      values: new Map(seen.filter(isCountry).map((place) => [place.code, rowsOf(place)])),
      unit: 'flows',
    };
    const bars: BarChart = {
      kind: 'bars',
      title: `${end === 'source' ? 'Source' : 'Destination'} countries`,
      value: { title: 'flows (log scale)', format: 'count', log: true },
      bars: top.flatMap((place) => [
        { label: place.code, value: rowsOf(place), series: 'all flows' },
        ...(attacks
          ? [{ label: place.code, value: attacksOf(place) || null, series: 'attacks' }]
          : []),
      ]),
    };
    return [map, bars];
  });
}

function timeChart({ timeLine, classes }: Exploration): LineChart | undefined {
  if (!timeLine) return undefined;
  const { first, step, counts } = timeLine;
  const x = counts[0]!.map((_, bin) => first + bin * step);
  const seconds = +(step / 1e6).toPrecision(3);
  return {
    kind: 'lines',
    title: 'Rows over time',
    x: { title: 'time (UTC)', format: 'time' },
    y: { title: `rows per ${seconds} s`, format: 'count' },
    lines: classes.map(({ name }, index) => ({ name, x, y: counts[index]!, steps: true })),
  };
}

function overview(found: Exploration): Section {
  const { data, duplicates, majority, classes } = found;
  const rows: [string, Cell][] = [
    ['rows', data.rows],
    ['columns', data.columns],
    ['schema', data.schema],
    ['rows that could not be read', data.problems],
    ['different feature vectors', duplicates.distinct],
    ['rows that repeat an earlier one', duplicates.rows],
    ['rows with a twin under another label', duplicates.conflicting],
  ];
  if (majority) rows.push(['always saying the largest class', percent(majority.share, 1)]);
  const blocks: Block[] = [{ kind: 'table', head: ['', ''], rows }];
  if (data.hash) blocks.push({ kind: 'text', text: `SHA-256 of the files: ${data.hash}` });
  if (classes.length > 1 || classes[0]?.name !== 'unlabelled') {
    blocks.push({ kind: 'charts', charts: [classChart(found)], width: 720 });
  }
  return { title: 'Overview', blocks };
}

function leakSection({ leaks }: Exploration): Section | undefined {
  if (!leaks) return undefined;
  const bars = leaks.columns.slice(0, LEAKS_SHOWN).map(({ name, role, balancedAccuracy }) => ({
    label: role === 'feature' ? name : `${name} (${role})`,
    value: balancedAccuracy,
  }));
  const tree = leaks.tree.columns.join(', ');
  return {
    title: 'What already tells the label',
    blocks: [
      {
        kind: 'text',
        text: `Balanced accuracy of a rule over a single column, made from half of ${leaks.rows} rows and judged on the other half. Chance is ${shortNumber(leaks.chance)}. A tree of depth 2 over all columns reaches ${shortNumber(leaks.tree.balancedAccuracy)}, asking about ${tree === '' ? 'nothing' : tree}.`,
      },
      {
        kind: 'charts',
        width: 720,
        charts: [
          {
            kind: 'bars',
            title: 'Single columns, best first',
            value: { title: 'balanced accuracy', format: 'share', domain: [0, 1] },
            bars,
          },
        ],
      },
    ],
  };
}

function columnsSection({ columns, data }: Exploration): Section {
  const head = ['column', 'role', 'type', 'unit', 'empty', 'distinct', 'least', 'median', 'most'];
  const rows = columns.map((column): Cell[] => {
    const ends =
      column.type === 'text'
        ? ['', brief(column.top[0]?.name ?? '–'), '']
        : [0, 3, 6].map((place) => cellText(column, column.quantiles?.[place]));
    return [
      column.name,
      column.role,
      column.type,
      column.unit ?? '',
      percent(column.empty, data.rows),
      column.distinct,
      ...ends,
    ];
  });
  const caption = 'For words, the most frequent one stands in place of the median.';
  return { title: 'Columns', blocks: [{ kind: 'table', head, rows, caption }] };
}

function perClassSection({ columns, classes }: Exploration): Section | undefined {
  if (classes.length < 2) return undefined;
  const head = ['column', ...classes.map(({ name }) => name)];
  const rows = columns
    .filter(({ distinct }) => distinct > 1)
    .map((column): Cell[] => [
      column.name,
      ...column.byClass.map(({ typical }) =>
        typeof typical === 'string' ? brief(typical) : cellText(column, typical),
      ),
    ]);
  const caption = 'Median of numbers, most frequent word of texts.';
  return { title: 'By class', blocks: [{ kind: 'table', head, rows, caption }] };
}

/** The page of an exploration. */
export function explorePage(found: Exploration): Page {
  const { data, findings, columns, classes, places } = found;
  const drawn = columns.map((column) => columnChart(column, classes)).filter((one) => !!one);
  const time = timeChart(found);
  const named = classes.length > 1;
  const sections: (Section | undefined)[] = [
    {
      title: 'Know this first',
      blocks:
        findings.length > 0
          ? [{ kind: 'list', items: findings.map(({ text }) => text) }]
          : [{ kind: 'text', text: 'Nothing stood out.' }],
    },
    overview(found),
    leakSection(found),
    time && { title: 'Over time', blocks: [{ kind: 'charts', charts: [time], width: 1100 }] },
    places
      ? { title: 'Where', blocks: [{ kind: 'charts', charts: placeCharts(places, named) }] }
      : undefined,
    columnsSection(found),
    perClassSection(found),
    { title: 'Distributions', blocks: [{ kind: 'charts', charts: drawn }] },
    found.associations.length > 0
      ? {
          title: 'Columns together',
          blocks: [
            { kind: 'charts', charts: found.associations.map(associationChart), width: 1100 },
          ],
        }
      : undefined,
  ];
  return {
    title: `What stands in ${data.name}`,
    lead: `${data.rows} rows by ${data.columns} columns of the schema ${data.schema}.`,
    sections: sections.filter((section) => section !== undefined),
  };
}
