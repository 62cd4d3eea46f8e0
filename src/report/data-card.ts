import { VERSION } from '../base/index.ts';
import type { DatasetCard, FileShare } from '../datasets/index.ts';
import { percentText } from '../evaluate/index.ts';
import { isoTime } from '../table/index.ts';
import type { BarChart } from './chart/index.ts';
import { type ColumnSummary, type Exploration, listed } from './explore/index.ts';
import { type Block, type Cell, numberCell, type Page, type Section } from './page.ts';

/** What a data card is written from: the registry's entry, what was read, and what was found in it. */
export interface DataCardInput {
  readonly found: Exploration;
  /** Absent for captures and for flows of other tools, which no registry knows. */
  readonly card?: DatasetCard;
  /** The files as they were read. */
  readonly files?: readonly Pick<FileShare, 'path' | 'rows' | 'management' | 'hash'>[];
  /** The command that writes the card again. */
  readonly command: string;
  /** The one thing that a person may say. */
  readonly intendedUse?: string;
}

const INTENDED_USE =
  'Comparing ways to tell harmful flows from harmless ones, offline. Not evidence about any network but the one that was recorded.';

/** A column whose rule gets this share of the way from chance to certainty is named under uses. */
const TELLING = 0.5;
/** The most columns that the advice names. */
const NAMED = 8;

const baseName = (path: string): string => path.split(/[/\\]/).at(-1) ?? path;

/**
 * A data set's card after the questions of Gebru et al. 2021 ("Datasheets for Datasets", CACM 64):
 * motivation, composition, collection, preprocessing, uses, licence. `pageHtml` and `markdownOf`
 * render it. What neither registry nor data tell is said to be missing.
 */
export function dataCardPage(input: DataCardInput): Page {
  const { found, card } = input;
  const { data } = found;
  return {
    title: `Data card: ${card?.title ?? data.name}`,
    lead: `${numberCell(data.rows)} rows by ${data.columns} columns of the schema ${data.schema}. Written by wiresift ${VERSION} from the registry and the files; nothing here is typed by hand but the intended use.`,
    sections: [
      identitySection(input),
      motivationSection(card),
      compositionSection(found, card),
      columnsSection(found),
      collectionSection(input),
      preprocessingSection(found, card),
      wrongSection(found, card),
      usesSection(input),
      licenceSection(card),
    ],
  };
}

function identitySection({ found, card, files = [], command }: DataCardInput): Section {
  const { data } = found;
  const rows: Cell[][] = [
    ['data set', card?.name ?? data.name],
    ['publisher', card?.publisher ?? 'not known'],
    ['source', card?.source ?? 'not recorded'],
    ['licence', card?.licence ?? 'not known'],
    ['sha256 as read', data.hash ?? 'not computed'],
    ['rows read', data.rows],
    ['rows that could not be read', data.problems],
  ];
  const read: Block[] =
    files.length > 0
      ? [
          {
            kind: 'table',
            head: ['file as read', 'rows', 'skipped: of the sensor itself', 'sha256'],
            rows: files.map((file): Cell[] => [
              baseName(file.path),
              file.rows,
              file.management,
              file.hash,
            ]),
          },
        ]
      : [];
  return {
    title: '',
    blocks: [
      { kind: 'table', head: ['', ''], rows },
      ...read,
      { kind: 'text', text: 'Write this card again:' },
      { kind: 'code', text: command, language: 'sh' },
    ],
  };
}

function motivationSection(card: DatasetCard | undefined): Section {
  const text = card
    ? `${card.title}. Published by ${card.publisher}. Why it was made is told by its authors: ${card.citation}.`
    : 'These files belong to no data set that the registry knows; why they were recorded is not known.';
  return { title: 'Motivation', blocks: [{ kind: 'text', text }] };
}

function compositionSection(found: Exploration, card: DatasetCard | undefined): Section {
  const { classes, data, duplicates, majority } = found;
  const chart: BarChart = {
    kind: 'bars',
    title: 'Rows by class',
    value: { title: 'rows', format: 'count' },
    bars: classes.map(({ name, rows }) => ({ label: name, value: rows })),
  };
  const counts: Cell[][] = [
    ['different feature vectors', duplicates.distinct],
    ['rows that repeat an earlier one in every feature', duplicates.rows],
    ['their share', percentText(duplicates.rows, data.rows)],
    ['rows with a twin under another label', duplicates.conflicting],
  ];
  if (majority) {
    counts.push([`right by always saying ${majority.class}`, percentText(majority.share, 1)]);
  }
  const rules: Block[] = card
    ? [
        {
          kind: 'table',
          head: ['group', 'published labels', 'class'],
          rows: card.labels.map((rule): Cell[] => [rule.group, rule.labels, rule.class ?? 'none']),
          caption: 'How published labels become classes, for the first of the targets.',
        },
      ]
    : [];
  return {
    title: 'Composition',
    blocks: [
      {
        kind: 'beside',
        blocks: [
          {
            kind: 'table',
            head: ['class', 'rows', 'share'],
            rows: classes.map(({ name, rows }): Cell[] => [
              name,
              rows,
              percentText(rows, data.rows),
            ]),
          },
          { kind: 'table', head: ['', ''], rows: counts },
        ],
      },
      ...(classes.length > 1 ? [{ kind: 'charts', charts: [chart], told: true } as const] : []),
      ...rules,
    ],
  };
}

function columnsSection({ columns, data }: Exploration): Section {
  return {
    title: 'Columns',
    blocks: [
      {
        kind: 'table',
        head: ['column', 'meaning', 'role', 'type', 'unit', 'empty', 'distinct'],
        rows: columns.map((column): Cell[] => [
          column.name,
          column.meaning,
          column.role,
          column.type,
          column.unit ?? '',
          percentText(column.empty, data.rows),
          column.distinct,
        ]),
        caption:
          'Identity and time tell who and when, context is for people: neither is a feature.',
      },
    ],
  };
}

/** Times of the earliest and the latest row, from the column that says when a row began. */
function spanOf(columns: readonly ColumnSummary[]): string {
  const column = columns.find(({ type, role }) => type === 'time' && role === 'time');
  const ends = column?.type === 'time' ? column.quantiles : null;
  return ends ? `${isoTime(ends[0]!)} to ${isoTime(ends.at(-1)!)}` : 'the rows have no times';
}

function collectionSection({ found, card }: DataCardInput): Section {
  const places = found.places ?? [];
  const rows = places.reduce((sum, one) => sum + one.sourceRows, 0);
  const own = places.find(({ code }) => code === 'private')?.sourceRows ?? 0;
  const countries = places.filter(({ code }) => code.length === 2).length;
  const lines: Cell[][] = [['time of the rows', spanOf(found.columns)]];
  if (rows > 0) {
    lines.push(
      ['flows from private addresses', percentText(own, rows)],
      ['countries seen', countries],
    );
  }
  const files: Block[] =
    card && card.files.length > 0
      ? [
          {
            kind: 'table',
            head: ['file as published', 'what', 'sha256 as published'],
            rows: card.files.map(({ name, what, sha256 }) => [name, what, sha256 ?? 'not known']),
          },
        ]
      : [];
  return {
    title: 'Collection',
    blocks: [{ kind: 'table', head: ['', ''], rows: lines }, ...files],
  };
}

function preprocessingSection(
  { columns, data }: Exploration,
  card: DatasetCard | undefined,
): Section {
  const none = columns.filter(({ empty }) => empty === data.rows).map(({ name }) => name);
  const dashes = columns.filter((column) => column.type === 'text' && column.dashes > 0);
  const offline = columns.filter(({ live, role }) => !live && role === 'feature');
  const items = [
    `Read into the schema ${data.schema}; ${numberCell(data.problems)} rows could not be read and are left out.`,
    'Nothing is scaled, filled, resampled or dropped: a model’s own pipeline does that, on training rows.',
    ...(card
      ? ['Labels become classes by the rules above; a row that no rule covers has none.']
      : []),
    ...(none.length > 0 ? [`Empty in every row: ${listed(none)}.`] : []),
    ...(dashes.length > 0
      ? [`The word "-" stands for empty in: ${listed(dashes.map(({ name }) => name))}.`]
      : []),
    ...(offline.length > 0
      ? [`Not to be had from packets: ${listed(offline.map(({ name }) => name))}.`]
      : []),
  ];
  return { title: 'Preprocessing', blocks: [{ kind: 'list', items }] };
}

function wrongSection({ findings, leaks }: Exploration, card: DatasetCard | undefined): Section {
  const errata: Block[] =
    card && card.errata.length > 0
      ? [
          { kind: 'text', text: 'Recorded errata:' },
          { kind: 'list', items: card.errata },
        ]
      : [{ kind: 'text', text: 'No erratum is recorded.' }];
  const seen: Block[] =
    findings.length > 0
      ? [
          { kind: 'text', text: 'Found in these files:' },
          { kind: 'list', items: findings.map(({ text }) => text) },
        ]
      : [{ kind: 'text', text: 'Nothing stood out in these files.' }];
  const rules: Block[] = leaks
    ? [
        {
          kind: 'table',
          head: ['column', 'role', 'balanced accuracy alone'],
          rows: leaks.columns
            .slice(0, NAMED)
            .map((one): Cell[] => [one.name, one.role, one.balancedAccuracy]),
          caption: `What a single column already tells, on held-out rows; chance is ${numberCell(leaks.chance)}, a tree of depth 2 reaches ${numberCell(leaks.tree.balancedAccuracy)}.`,
        },
      ]
    : [];
  return { title: 'What is wrong with it', blocks: [...errata, ...seen, ...rules] };
}

function usesSection({ found, intendedUse }: DataCardInput): Section {
  const { duplicates, leaks, majority, classes } = found;
  const sure = (score: number): number => (leaks ? (score - leaks.chance) / (1 - leaks.chance) : 0);
  const telling = (leaks?.columns ?? [])
    .filter(({ role, balancedAccuracy }) => role !== 'feature' && sure(balancedAccuracy) >= TELLING)
    .map(({ name }) => name);
  const unlabelled = classes.find(({ name }) => name === 'unlabelled');
  const items = [
    ...(duplicates.rows > 0
      ? [
          'Do not part it at random: copies of a row would stand on both sides. Keep identical rows together, or part by time.',
        ]
      : []),
    ...(telling.length > 0 ? [`Do not teach ${listed(telling)}: they tell who, not what.`] : []),
    ...(majority
      ? [
          `Do not report accuracy: always saying ${majority.class} has ${percentText(majority.share, 1)}.`,
        ]
      : ['It has no labels: nothing can be judged on it.']),
    ...(unlabelled && majority
      ? [
          `${numberCell(unlabelled.rows)} rows have no class: leaving them out makes any figure too good.`,
        ]
      : []),
  ];
  return {
    title: 'Uses',
    blocks: [
      { kind: 'text', text: intendedUse ?? INTENDED_USE },
      { kind: 'list', items },
    ],
  };
}

function licenceSection(card: DatasetCard | undefined): Section {
  const rows: Cell[][] = [
    ['licence', card?.licence ?? 'not known: ask whoever recorded the files'],
    ['cite', card?.citation ?? 'not known'],
    ['where it is published', card?.source ?? 'not recorded'],
  ];
  return { title: 'Licence', blocks: [{ kind: 'table', head: ['', ''], rows }] };
}
