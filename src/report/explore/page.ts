import { percentText } from '../../evaluate/index.ts';
import { isoTime } from '../../table/index.ts';
import type {
  Axis,
  BarChart,
  Chart,
  Line,
  LineChart,
  MatrixChart,
  StripChart,
  WorldChart,
} from '../chart/index.ts';
import { type Block, type Cell, numberCell, type Page, type Section } from '../page.ts';
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

/** With more classes than this lines would hide each other: strips are drawn. */
const MOST_LINES = 4;
/** A log scale of counts pays from this ratio of the largest to the smallest on. */
const WIDE_RATIO = 30;

const shortNumber = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : numberCell(value);

const cellOf = (column: ColumnSummary, value: number | null | undefined): Cell =>
  column.type === 'time' && typeof value === 'number' ? isoTime(value) : (value ?? null);

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
): LineChart | StripChart {
  const unit = column.type !== 'time' && column.unit ? ` [${column.unit}]` : '';
  const shares = sharesOf(counts);
  const drawn = [...classes.keys()].filter((index) => shares[index]!.some((share) => share > 0));
  const missing = `${numberCell(below)} rows at or below zero are not drawn`;
  const notes = log && below > 0 ? [missing] : [];
  const x: Axis = {
    title: `${column.name}${unit}${log ? ' (log scale)' : column.type === 'time' ? ' (UTC)' : ''}`,
    format: column.type === 'time' ? 'time' : 'number',
    log,
    domain: [edges[0]!, Math.max(edges.at(-1)!, edges[0]! + Number.MIN_VALUE)],
  };
  if (drawn.length > MOST_LINES) {
    return {
      kind: 'strips',
      title: column.name,
      note: ['the stronger the shade, the more of the class’s rows', ...notes].join('; '),
      edges,
      x,
      strips: drawn.map((index) => ({ label: classes[index]!.name, values: shares[index]! })),
    };
  }
  const lines = drawn.map((index): Line => {
    const own = shares[index]!;
    return { name: classes[index]!.name, x: edges, y: [...own, own.at(-1)!], steps: true };
  });
  const y: Axis = { title: 'share of the class', format: 'share' };
  return { kind: 'lines', title: column.name, note: notes.join(), x, y, lines };
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
          ? `the ${rest.length} most frequent of ${numberCell(column.distinct)}`
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
    note: `${numberCell(rows)} rows${left}${values.some((value) => (value ?? 0) < 0) ? '; blue: they rise together; orange, or a dash: one falls as the other rises' : ''}`,
    rows: kept.map((index) => names[index]!),
    columns: kept.map((index) => names[index]!),
    values: kept.flatMap((a) => kept.map((b) => values[a * size + b] ?? null)),
    rowTitle: '',
    columnTitle: '',
    format: 'correlation',
  };
}

const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'code' });

/** A country by name; `private addresses` and `unknown` as they are. */
function placeName(code: string): string {
  if (code === 'private') return 'private addresses';
  return /^[A-Z]{2}$/.test(code) ? (regions.of(code) ?? code) : code;
}

/** An axis of counts, logarithmic where the largest would hide the smallest. */
function countAxis(title: string, counts: readonly number[]): Axis {
  const positive = counts.filter((count) => count > 0);
  const log = Math.max(...positive) > WIDE_RATIO * Math.min(...positive);
  return log ? { title: `${title} (log scale)`, format: 'count', log } : { title, format: 'count' };
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
      value: countAxis(
        'flows',
        top.flatMap((place) => [rowsOf(place), attacksOf(place)]),
      ),
      bars: top.flatMap((place) => [
        { label: placeName(place.code), value: rowsOf(place), series: 'all flows' },
        ...(attacks
          ? [{ label: placeName(place.code), value: attacksOf(place) || null, series: 'attacks' }]
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
  if (majority) rows.push(['always saying the largest class', percentText(majority.share, 1)]);
  const blocks: Block[] = [{ kind: 'table', head: ['', ''], rows }];
  if (classes.length > 1 || classes[0]?.name !== 'unlabelled') {
    blocks.push({ kind: 'charts', charts: [classChart(found)], width: 640 });
  }
  const hash: Block[] = data.hash
    ? [{ kind: 'text', text: `SHA-256 of the files: ${data.hash}` }]
    : [];
  return { title: 'Overview', blocks: [{ kind: 'beside', blocks }, ...hash] };
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
        text: `Balanced accuracy of a rule over a single column, made from half of ${numberCell(leaks.rows)} rows and judged on the other half. Chance is ${shortNumber(leaks.chance)}. A tree of depth 2 over all columns reaches ${shortNumber(leaks.tree.balancedAccuracy)}, asking about ${tree === '' ? 'nothing' : tree}. ‘Identity’ columns say who took part.`,
      },
      {
        kind: 'charts',
        width: 760,
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
        : [0, 3, 6].map((place) => cellOf(column, column.quantiles?.[place]));
    return [
      column.name,
      column.role,
      column.type,
      column.unit ?? '',
      percentText(column.empty, data.rows),
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
        typeof typical === 'string' ? brief(typical) : cellOf(column, typical),
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
    lead: `${numberCell(data.rows)} rows by ${data.columns} columns of the schema ${data.schema}.`,
    sections: sections.filter((section) => section !== undefined),
  };
}
