import { argusTime, WiresiftError } from '../base/index.ts';
import {
  type BinaryReport,
  type Evaluation,
  figure,
  type LeakVerdict,
  leakText,
  measureText,
  prevalenceRows,
  type SearchRecord,
  searchRows,
  searchText,
  viewRows,
} from '../evaluate/index.ts';
import { hashModel, type ModelFile } from '../models/index.ts';

/** What a card is written from: the run itself, nothing by hand. */
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
  /** Who wrote the card; default `wiresift train`. */
  readonly writer?: string;
  /** Sections in Markdown to come before the features. */
  readonly sections?: readonly string[];
  /** Source, licence and citation of the data, and what is known to be wrong with them. */
  readonly data: {
    readonly title: string;
    readonly licence: string;
    readonly citation: string;
    readonly errata: readonly string[];
  };
}

/** Features shown by importance. */
const MOST_FEATURES = 15;

/** Cell text that cannot end the cell or start markup. */
const cell = (text: string): string => text.replace(/[\\|<>`*_[\]]/g, '\\$&').replace(/\s+/g, ' ');

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(header), `|${'---|'.repeat(header.length)}`, ...rows.map(line)].join('\n');
}

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
 * A model's card in Markdown, written from its file and its evaluation. Equal input, equal text.
 * @throws WiresiftError `CARD_REFUSED` while a leak is neither fixed nor accepted
 */
export function modelCard(input: CardInput): string {
  checkGate(input.leaks);
  const {
    file,
    evaluation,
    bytes,
    command,
    writer = 'wiresift train',
    sections: more = [],
  } = input;
  const warnings = evaluation.warnings.map((warning) => `- ${warning}`);
  const sections = [
    `# Model card: ${file.model.kind} on ${file.dataset}`,
    [
      `Tells ${evaluation.harmlessClass} flows from ${others(evaluation)} in the view ${file.schema}.`,
      `Written by \`${writer}\` from the run; nothing here is typed by hand.`,
    ].join(' '),
    table(
      ['', ''],
      [
        ['sha256', hashModel(bytes)],
        ['size', `${bytes.length} bytes`],
        ['wiresift', file.program],
        ['seed', String(file.seed)],
        ['threshold', `${figure(file.threshold.value)} (${file.threshold.method})`],
        ['parameters', parametersText(file)],
      ],
    ),
    `Make it again (the same bytes, whatever the number of threads):\n\n\`\`\`sh\n${command}\n\`\`\``,
    `## Use\n\nRanks bidirectional flows for a human analyst, beside the behavioural detectors. Not for blocking without review, and not a proof of harm.`,
    dataText(input),
    chosenText(input),
    gateText(input.leaks),
    `## How it did on flows it had not seen\n\n${evaluation.part}, ${evaluation.data.rows} rows.\n\n${viewsText(evaluation.views)}`,
    prevalenceText(evaluation.views),
    backgroundText(evaluation),
    baselinesText(evaluation),
    `## What to beware of\n\n${warnings.length > 0 ? warnings.join('\n') : '- No warning was raised by the run.'}`,
    classesText(evaluation),
    ...more,
    `## What it looks at\n\n${featuresText(file)}`,
  ];
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`;
}

function gateText({ findings, accepted, checked, unchecked }: LeakVerdict): string {
  const reasons = new Map(accepted.map(({ name, reason }) => [name, reason]));
  const rows = findings.map(({ name, weight, text }) => [
    name,
    weight === 'note' ? 'note' : `accepted: ${reasons.get(name) ?? ''}`,
    text,
  ]);
  const told =
    rows.length > 0 ? table(['finding', 'what of it', 'figure'], rows) : 'Nothing found.';
  const missing = unchecked.map(({ name, reason }) => `- not checked: ${name}, since ${reason}`);
  const list = missing.length > 0 ? `\n\n${missing.join('\n')}` : '';
  return `## Leak gate\n\nPassed, ${checked.length} checks.\n\n${told}${list}`;
}

/** With more than two classes: how each is told from the rest. */
function classesText({ classes, byClass }: Evaluation): string {
  if (classes.length < 3) return '';
  const rows = byClass.perClass.map((each) => [
    each.name,
    String(each.support),
    measureText(each.precision),
    measureText(each.recall),
    measureText(each.f1),
  ]);
  const header = ['class', 'rows', 'precision', 'recall', 'F1'];
  return `## Class by class\n\nTold ${byClass.rule}. Macro-F1 ${measureText(byClass.macroF1)}.\n\n${table(header, rows)}`;
}

const others = ({ classes, harmlessClass }: Evaluation): string =>
  classes.filter((name) => name !== harmlessClass).join(', ');

const parametersText = ({ model }: ModelFile): string =>
  Object.entries(model.parameters)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');

function dataText({ evaluation, file, data }: CardInput): string {
  const { first, last } = evaluation.data;
  const span =
    first === null || last === null ? 'no times' : `${argusTime(first)} to ${argusTime(last)}`;
  return [
    '## Data',
    '',
    table(
      ['', ''],
      [
        ['data set', data.title],
        ['licence', data.licence],
        ['cite', data.citation],
        ['sha256 as read', file.dataHash],
        [
          'rows of unknown label in training',
          evaluation.model.background === 'negative' ? 'taught as harmless' : 'left out',
        ],
        ['time of the rows judged', span],
      ],
    ),
    ...(data.errata.length > 0
      ? ['', 'Known errata:', '', ...data.errata.map((each) => `- ${each}`)]
      : []),
  ].join('\n');
}

function chosenText({ search }: CardInput): string {
  if (!search) return '';
  const [header, ...rows] = searchRows(search);
  return `## How the parameters were chosen\n\n${searchText(search)}\n\n${table(header!, rows)}`;
}

function viewsText(views: readonly BinaryReport[]): string {
  return table(['', ...views.map(({ name }) => name)], viewRows(views));
}

function prevalenceText(views: readonly BinaryReport[]): string {
  const rate = Math.round(views[0]?.flowsPerHour ?? 0);
  const figures = table(['prevalence', 'precision', 'flows above an hour'], prevalenceRows(views));
  return `At other shares of hostile flows, ${rate} flows an hour:\n\n${figures}`;
}

function backgroundText({ background }: Evaluation): string {
  if (!background) return '';
  return `Of ${background.rows} flows of unknown label, ${background.above} are above the threshold (${measureText(background.share)}).`;
}

function baselinesText({ baselines }: Evaluation): string {
  if (baselines.length === 0) return '';
  const rows = baselines.map((each) => [
    each.name,
    measureText(each.averagePrecision),
    measureText(each.rocAuc),
    each.note,
  ]);
  return `Baselines on the same rows:\n\n${table(['baseline', 'average precision', 'ROC AUC', 'note'], rows)}`;
}

function featuresText({ model }: ModelFile): string {
  const importances = model.importances();
  const order = [...importances.keys()].sort((a, b) => importances[b]! - importances[a]! || a - b);
  const rows = order
    .slice(0, MOST_FEATURES)
    .map((at) => [model.features[at]!, figure(importances[at]!)]);
  return `${table(['feature', 'importance'], rows)}\n\nOf ${model.features.length} in all.`;
}
