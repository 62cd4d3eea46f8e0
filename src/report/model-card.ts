import { argusTime, WiresiftError } from '../base/index.ts';
import {
  abstentionText,
  answersRows,
  type BinaryReport,
  ELSEWHERE_HEAD,
  ELSEWHERE_TEXT,
  type Elsewhere,
  type Evaluation,
  elsewhereRows,
  figure,
  type LeakVerdict,
  leakText,
  measureText,
  prevalenceRows,
  type SearchRecord,
  searchRows,
  searchText,
  type TrainingRecord,
  viewRows,
} from '../evaluate/index.ts';
import { hashModel, type ModelFile } from '../models/index.ts';
import { rankingCharts, reliabilityChart } from './evaluation-page.ts';
import { type Block, type Cell, numberCell, type Page, type Section } from './page.ts';
import { markdownOf } from './page-markdown.ts';
import { storedView } from './stored-view.ts';
import { trainingSection } from './training-page.ts';

/** What a card is written from: the run itself, nothing by hand but the intended use. */
export interface CardInput {
  readonly file: ModelFile;
  readonly evaluation: Evaluation;
  /** The file as saved. */
  readonly bytes: Uint8Array;
  /** The command that makes it again. */
  readonly command: string;
  /** How the parameters were found; absent: they were given. */
  readonly search?: SearchRecord;
  /** The leak gate's verdict; a card is refused while a leak is open. */
  readonly leaks: LeakVerdict;
  /** How many rows taught and judged, and how the threshold fared on validation rows. */
  readonly record?: Pick<TrainingRecord, 'rows' | 'splitText' | 'calibration'>;
  /** The one thing that a person may say. Default {@link INTENDED_USE}. */
  readonly intendedUse?: string;
  /** Who wrote the card; default `wiresift train`. */
  readonly writer?: string;
  /** How it did on sets that had no part in its making. */
  readonly elsewhere?: readonly Elsewhere[];
  /** To come before the features: how it did on other networks, what was left out. */
  readonly sections?: readonly Section[];
  /** Source, licence and citation of the data, and what is known to be wrong with them. */
  readonly data: {
    readonly title: string;
    readonly licence: string;
    readonly citation: string;
    readonly errata: readonly string[];
  };
}

/** What a model is for unless its maker says otherwise. */
export const INTENDED_USE =
  'Ranks bidirectional flows for a human analyst, beside the behavioural detectors. Not for blocking without review, and not a proof of harm.';

/** Features shown by importance. */
const MOST_FEATURES = 15;

/** Refuses a card whose figures nobody should trust. */
function checkGate(leaks: LeakVerdict): void {
  if (leaks.passed) return;
  throw new WiresiftError({
    code: 'CARD_REFUSED',
    where: 'model card',
    saw: leakText(leaks),
    expected: 'no open leak',
    todo: 'Fix each leak, or accept it by name with a reason: --accept-leak NAME=REASON',
  });
}

/**
 * A model's card, written from its file and its evaluation; `pageHtml` and `markdownOf` render it.
 * @throws WiresiftError `CARD_REFUSED` while a leak is neither fixed nor accepted
 */
export function modelCardPage(input: CardInput): Page {
  checkGate(input.leaks);
  const { file, evaluation, writer = 'wiresift train', elsewhere = [] } = input;
  const drawn = storedView(evaluation.views.at(-1)!, file.curves);
  const more = [...elsewhereSections(elsewhere), ...(input.sections ?? [])];
  const told = [
    `Tells ${evaluation.harmlessClass} flows from ${others(evaluation)} in the view ${file.schema}.`,
    `Written by ${writer} from the run; nothing here is typed by hand but the intended use.`,
  ];
  return {
    title: `Model card: ${file.model.kind} on ${file.dataset}`,
    lead: told.join(' '),
    sections: [
      identitySection(input),
      { title: 'Use', blocks: [{ kind: 'text', text: input.intendedUse ?? INTENDED_USE }] },
      dataSection(input),
      splitSection(input),
      ...chosenSections(input),
      gateSection(input.leaks),
      figuresSection(evaluation, drawn),
      limitsSection(evaluation, more.length > 0),
      classesSection(evaluation),
      calibrationSection(input, drawn),
      ...more,
      ...(file.model.training ? [trainingSection(file.model.training)] : []),
      featuresSection(file),
    ],
  };
}

function elsewhereSections(found: readonly Elsewhere[]): Section[] {
  if (found.length === 0) return [];
  const blocks: Block[] = [
    { kind: 'text', text: ELSEWHERE_TEXT },
    { kind: 'table', head: ELSEWHERE_HEAD, rows: elsewhereRows(found) },
  ];
  const lines = found.flatMap(({ name, empty, unknown }) => [
    ...(unknown > 0 ? [`${name}: ${numberCell(unknown)} rows of unknown class do not judge.`] : []),
    ...(empty.length > 0 ? [`${name}: no value in ${empty.join(', ')}.`] : []),
  ]);
  if (lines.length > 0) blocks.push({ kind: 'list', items: lines });
  return [{ title: 'On other networks', blocks }];
}

/** {@link modelCardPage} in Markdown. Equal input, equal text. @throws as that */
export function modelCard(input: CardInput): string {
  return markdownOf(modelCardPage(input));
}

function identitySection({ file, bytes, command }: CardInput): Section {
  return {
    title: '',
    blocks: [
      {
        kind: 'table',
        head: ['', ''],
        rows: [
          ['sha256', hashModel(bytes)],
          ['size', `${bytes.length} bytes`],
          ['wiresift', file.program],
          ['seed', String(file.seed)],
          ['threshold', `${figure(file.threshold.value)} (${file.threshold.method})`],
          ['parameters', parametersText(file)],
        ],
      },
      { kind: 'text', text: 'Make it again (the same bytes, whatever the number of threads):' },
      { kind: 'code', text: command, language: 'sh' },
    ],
  };
}

function dataSection({ evaluation, file, data }: CardInput): Section {
  const rows: Cell[][] = [
    ['data set', data.title],
    ['licence', data.licence],
    ['cite', data.citation],
    ['sha256 as read', file.dataHash],
  ];
  const { problems } = evaluation.data;
  if (problems > 0) rows.push(['rows that could not be read', problems]);
  const errata: Block[] = [
    { kind: 'text', text: 'Known errata:' },
    { kind: 'list', items: data.errata },
  ];
  const none: Block[] = [{ kind: 'text', text: 'No erratum of these data is recorded.' }];
  const table: Block = { kind: 'table', head: ['', ''], rows };
  return { title: 'Data', blocks: [table, ...(data.errata.length > 0 ? errata : none)] };
}

function splitSection({ evaluation, record }: CardInput): Section {
  const { first, last, rows } = evaluation.data;
  const span =
    first === null || last === null ? 'no times' : `${argusTime(first)} to ${argusTime(last)}`;
  const background = evaluation.model.background === 'negative' ? 'taught as harmless' : 'left out';
  const lines: Cell[][] = [
    ['rows of unknown label in training', background],
    ...(record
      ? [
          ['rows that taught', record.rows.train],
          ['rows that chose the threshold', record.rows.validation],
        ]
      : []),
    ['rows that judged', rows],
    ['time of the rows judged', span],
  ];
  return {
    title: 'Split',
    blocks: [
      { kind: 'text', text: sentence(record?.splitText ?? evaluation.part) },
      { kind: 'table', head: ['', ''], rows: lines },
    ],
  };
}

const sentence = (text: string): string =>
  `${(text[0] ?? '').toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;

function chosenSections({ search }: CardInput): Section[] {
  if (!search) return [];
  const [head, ...rows] = searchRows(search);
  const blocks: Block[] = [
    { kind: 'text', text: searchText(search) },
    { kind: 'table', head: head!, rows },
  ];
  return [{ title: 'How the parameters were chosen', blocks }];
}

function gateSection({ findings, accepted, checked, unchecked }: LeakVerdict): Section {
  const reasons = new Map(accepted.map(({ name, reason }) => [name, reason]));
  const rows = findings.map(({ name, weight, text }) => [
    name,
    weight === 'note' ? 'note' : `accepted: ${reasons.get(name) ?? ''}`,
    text,
  ]);
  const found: Block =
    rows.length > 0
      ? { kind: 'table', head: ['finding', 'what of it', 'figure'], rows }
      : { kind: 'text', text: 'Nothing found.' };
  const missing = unchecked.map(({ name, reason }) => `not checked: ${name}, since ${reason}`);
  return {
    title: 'Leak gate',
    blocks: [
      { kind: 'text', text: `Passed, ${checked.length} checks.` },
      found,
      ...(missing.length > 0 ? [{ kind: 'list', items: missing } as const] : []),
    ],
  };
}

function figuresSection(
  { part, data, views, background, baselines, threshold }: Evaluation,
  drawn: BinaryReport,
): Section {
  const rate = numberCell(Math.round(views[0]?.flowsPerHour ?? 0));
  const curves = rankingCharts(drawn, threshold.value);
  const blocks: Block[] = [
    { kind: 'text', text: sentence(`${part}, ${numberCell(data.rows)} rows`) },
    { kind: 'table', head: ['', ...views.map(({ name }) => name)], rows: viewRows(views) },
    { kind: 'text', text: `At other shares of hostile flows, ${rate} flows an hour:` },
    {
      kind: 'table',
      head: ['prevalence', 'precision', 'flows above an hour'],
      rows: prevalenceRows(views),
    },
  ];
  if (background) {
    const { rows, above, share } = background;
    const text = `Of ${numberCell(rows)} flows of unknown label, ${numberCell(above)} are above the threshold (${measureText(share)}).`;
    blocks.push({ kind: 'text', text });
  }
  if (baselines.length > 0) {
    blocks.push(
      { kind: 'text', text: 'Baselines on the same rows:' },
      {
        kind: 'table',
        head: ['baseline', 'average precision', 'ROC AUC', 'note'],
        rows: baselines.map((each) => [
          each.name,
          measureText(each.averagePrecision),
          measureText(each.rocAuc),
          each.note,
        ]),
      },
    );
  }
  blocks.push({ kind: 'charts', charts: curves });
  return { title: 'How it did on flows it had not seen', blocks };
}

function limitsSection({ warnings, data, views }: Evaluation, elsewhere: boolean): Section {
  const share = measureText({ value: views.at(-1)!.prevalence.value });
  const items = [
    ...warnings,
    `The precision holds where ${share} of the flows are hostile; the table above reckons others.`,
    `A flow must come with the columns of ${data.schema}, measured as its meter measures them.`,
    ...(elsewhere ? [] : ['Every figure comes from this data set; other networks differ.']),
  ];
  return { title: 'What to beware of', blocks: [{ kind: 'list', items }] };
}

/** How each class is told from the rest. */
function classesSection({ byClass }: Evaluation): Section {
  const rows = byClass.perClass.map((each): Cell[] => [
    each.name,
    each.support,
    measureText(each.precision),
    measureText(each.recall),
    measureText(each.f1),
  ]);
  return {
    title: 'Class by class',
    blocks: [
      { kind: 'text', text: `Told ${byClass.rule}. Macro-F1 ${measureText(byClass.macroF1)}.` },
      { kind: 'table', head: ['class', 'rows', 'precision', 'recall', 'F1'], rows },
    ],
  };
}

function calibrationSection({ evaluation, record }: CardInput, drawn: BinaryReport): Section {
  const blocks: Block[] = [{ kind: 'charts', charts: [reliabilityChart(drawn)] }];
  if (record) {
    const { falsePositiveRate, falsePositiveRateUpper } = record.calibration;
    const text = `On validation rows ${figure(falsePositiveRate)} of what is taken for harmless ${evaluation.abstention ? 'is surely hostile' : 'is above the threshold'}, at most ${figure(falsePositiveRateUpper)} (Wilson, 95 %); live scoring reckons with that bound.`;
    blocks.push({ kind: 'text', text });
  }
  blocks.push({ kind: 'text', text: abstentionText(evaluation) });
  if (evaluation.abstention) {
    const [head, ...rows] = answersRows(evaluation);
    blocks.push({ kind: 'table', head: head!, rows });
  }
  return { title: 'Calibration', blocks };
}

const others = ({ classes, harmlessClass }: Evaluation): string =>
  classes.filter((name) => name !== harmlessClass).join(', ');

const parametersText = ({ model }: ModelFile): string =>
  Object.entries(model.parameters)
    .map(([name, value]) => `${name} ${value === '' ? 'none' : value}`)
    .join(', ');

function featuresSection({ model }: ModelFile): Section {
  const importances = model.importances();
  const order = [...importances.keys()].sort((a, b) => importances[b]! - importances[a]! || a - b);
  const rows = order
    .slice(0, MOST_FEATURES)
    .map((at) => [model.features[at]!, figure(importances[at]!)]);
  return {
    title: 'What it looks at',
    blocks: [
      { kind: 'table', head: ['feature', 'importance'], rows },
      { kind: 'text', text: `Of ${model.features.length} in all.` },
    ],
  };
}
