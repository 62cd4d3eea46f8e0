import { argusTime } from '../base/index.ts';
import type { BinaryReport } from './binary.ts';
import type { Evaluation } from './evaluation.ts';
import { figure, figureTable, measureText } from './figure-text.ts';
import type { HitTable } from './hits.ts';

/**
 * An evaluation for a terminal: warnings first, then figures that keep their meaning when hostile
 * flows are rare. Accuracy is not printed: on rare classes it says how rare they are.
 */
export function evaluationText(evaluation: Evaluation): string {
  const parts = [
    heading(evaluation),
    ...(evaluation.warnings.length > 0
      ? [evaluation.warnings.map((warning) => `! ${warning}`).join('\n')]
      : []),
    viewsText(evaluation.views),
    prevalenceText(evaluation.views),
    backgroundText(evaluation),
    classesText(evaluation),
    answersText(evaluation),
    baselinesText(evaluation),
    `Hits by published label\n${hitsText('label', evaluation.rawLabels)}`,
    hostsText(evaluation),
    overTimeText(evaluation),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function heading({ data, part, model, threshold }: Evaluation): string {
  const origin = threshold.method === 'fixed' ? 'given by the user' : 'chosen on validation rows';
  const time = (micros: number | null): string => (micros === null ? '?' : argusTime(micros));
  return [
    `Evaluation of a ${model.kind} on ${data.dataset} (${data.schema}, hash ${data.hash.slice(0, 12)})`,
    `rows       ${data.rows}, ${time(data.first)} to ${time(data.last)}${data.problems > 0 ? `; ${data.problems} unreadable rows left out` : ''}`,
    `part       ${part}`,
    `threshold  ${figure(threshold.value)} (${threshold.method}), ${origin}`,
  ].join('\n');
}

/** The figures of each view, a row each: its name, then the view's value. */
export function viewRows(views: readonly BinaryReport[]): string[][] {
  const row = (name: string, tell: (view: BinaryReport) => string): string[] => [
    name,
    ...views.map(tell),
  ];
  return [
    row('hostile / harmless rows', (v) => `${v.positives} / ${v.negatives}`),
    row('prevalence', (v) => measureText(v.prevalence)),
    row('average precision (step-wise PR AUC)', (v) => measureText(v.averagePrecision)),
    row('PR AUC (trapezoid, optimistic)', (v) => measureText(v.prAucTrapezoid)),
    row('ROC AUC', (v) => measureText(v.rocAuc)),
    row('precision', (v) => measureText(v.precision)),
    row('recall', (v) => measureText(v.recall)),
    row('F1', (v) => measureText(v.f1)),
    row('balanced accuracy', (v) => measureText(v.balancedAccuracy)),
    row('false-positive rate', (v) => measureText(v.falsePositiveRate)),
    row('TP / FP / FN / TN', ({ counts: c }) => `${c.tp} / ${c.fp} / ${c.fn} / ${c.tn}`),
    row('flows above the threshold an hour', (v) => measureText(v.alertsPerHour)),
    row('  of them false', (v) => measureText(v.falseAlertsPerHour)),
    ...(views[0]?.recallAtFpr ?? []).map(({ budget }, i) =>
      row(`recall at FPR <= ${budget}`, (v) => measureText(v.recallAtFpr[i]!.recall)),
    ),
    ...(views[0]?.fprAtRecall ?? []).map(({ recall }, i) =>
      row(`FPR at recall >= ${recall}`, (v) => measureText(v.fprAtRecall[i]!.fpr)),
    ),
    row('Brier score', (v) => measureText(v.brier)),
    row('log loss', (v) => measureText(v.logLoss)),
    row('calibration error (10 bins)', (v) => measureText(v.expectedCalibrationError)),
  ];
}

/** What the threshold would do at each stated prevalence: prevalence and view, precision, flows above. */
export function prevalenceRows(views: readonly BinaryReport[]): string[][] {
  return views.flatMap((view) =>
    view.atPrevalence.map((at) => [
      `${at.prevalence} (FPR: ${view.name})`,
      measureText(at.precision),
      measureText(at.alertsPerHour),
    ]),
  );
}

function viewsText(views: readonly BinaryReport[]): string {
  const methods = new Set(
    views.flatMap(({ averagePrecision: ap }) => (ap.interval ? [ap.interval.method] : [])),
  );
  const note = `Brackets: 95 % intervals; rates by Wilson, areas by ${[...methods].join('; ') || 'none'}.`;
  return `${figureTable(['At natural prevalence', ...views.map(({ name }) => name)], viewRows(views))}\n${note}`;
}

function prevalenceText(views: readonly BinaryReport[]): string {
  const rate = Math.round(views[0]?.flowsPerHour ?? 0);
  return figureTable(
    ['At a stated prevalence', 'precision', `flows above an hour, of ${rate}`],
    prevalenceRows(views),
  );
}

function backgroundText({ background }: Evaluation): string {
  if (!background) return '';
  return [
    'Background (rows of unknown label), apart',
    `scored ${background.rows}, above the threshold ${background.above}, share ${measureText(background.share)}, an hour ${measureText(background.alertsPerHour)}`,
  ].join('\n');
}

function classesText({ byClass, classes }: Evaluation): string {
  const rows = byClass.perClass.map((each, t) => [
    each.name,
    String(each.support),
    measureText(each.precision),
    measureText(each.recall),
    measureText(each.f1),
    measureText(each.averagePrecision),
    ...byClass.confusion[t]!.map(String),
  ]);
  const header = ['Class (labelled rows)', 'rows', 'precision', 'recall', 'F1', 'AP'];
  const told = classes.map((name) => `told ${name.slice(0, 20)}`);
  return [
    figureTable([...header, ...told], rows),
    `Class told ${byClass.rule}. Macro-F1 ${measureText(byClass.macroF1)}, balanced accuracy ${measureText(byClass.balancedAccuracy)}.`,
  ].join('\n');
}

/** What abstaining gains, a row a question: its name, then the head's figures. */
export function answersRows({ answers }: Pick<Evaluation, 'answers'>): string[][] {
  const head = ['Answers', 'wrong, if always', 'abstained', 'wrong, of the rest', 'risk area'];
  const none = '–';
  const rows = answers.map(({ question, error, limited, area }) => [
    question,
    measureText(error),
    limited ? measureText(limited.abstained) : none,
    limited ? measureText(limited.error) : none,
    measureText(area),
  ]);
  return [head, ...rows];
}

/** Where the model abstains, in a sentence. */
export function abstentionText({ abstention, answers }: Evaluation): string {
  if (!abstention) return 'It always answers: no limit stands in the file.';
  const { from, to, method } = abstention;
  const types =
    answers.length > 1
      ? ` It tells no class below a probability of ${figure(abstention.class)}.`
      : '';
  return `It tells neither hostile nor harmless between the scores ${figure(from)} and ${figure(to)} (${method}, on validation rows).${types}`;
}

function answersText(evaluation: Evaluation): string {
  const [head, ...rows] = answersRows(evaluation);
  return [
    figureTable(head!, rows),
    `${abstentionText(evaluation)} All other figures are those of a model that always answers. Risk area: mean share of wrong answers over all shares answered, the surest first.`,
  ].join('\n');
}

function baselinesText({ baselines }: Evaluation): string {
  if (baselines.length === 0) return '';
  const rows = baselines.map((each) => [
    each.name,
    measureText(each.averagePrecision),
    measureText(each.rocAuc),
    measureText(each.averagePrecisionWithBackground),
  ]);
  const header = ['Baseline', 'AP, labelled only', 'ROC AUC, labelled only', 'AP, all rows'];
  const notes = baselines.map(({ name, note }) => `${name}: ${note}.`);
  return `${figureTable(header, rows)}\n${notes.join('\n')}`;
}

function hitsText(name: string, table: HitTable): string {
  const rows = table.shown.map((each) => [
    each.name,
    String(each.rows),
    String(each.hits),
    `${((100 * each.hits) / each.rows).toFixed(2)} %`,
    String(each.hostile),
    String(each.harmless),
    String(each.unknown),
  ]);
  const header = [name, 'rows', 'above', 'share', 'hostile', 'harmless', 'unknown'];
  const rest = table.values - table.shown.length;
  return figureTable(header, rows) + (rest > 0 ? `\n… and ${rest} more` : '');
}

function hostsText({ hosts }: Evaluation): string {
  const { hostile, harmless, unknown } = hosts.valuesHit;
  const summary = `${hosts.values} hosts; above the threshold at least once: ${hostile} of ${hosts.hostileValues} with hostile rows, ${harmless} harmless, ${unknown} unknown.`;
  return `Hits by host (${hosts.column})\n${hitsText('host', hosts)}\n${summary}`;
}

/** By window and host, and how long hosts went unseen; nothing for rows without times. */
function overTimeText({ windows, timeToDetect }: Evaluation): string {
  if (!windows) return '';
  const share = (value: number | null): string => (value === null ? '-' : figure(value));
  const never = timeToDetect.filter(({ seconds }) => seconds === null).length;
  const found = timeToDetect.flatMap(({ seconds }) => (seconds === null ? [] : [seconds]));
  const median = found[Math.floor((found.length - 1) / 2)];
  const lines = [
    `By window of ${windows.windowSeconds} s and host, early finds weigh more (Garcia et al. 2014), ${windows.windows} windows`,
    `recall ${share(windows.recall)}, false-positive rate ${share(windows.falsePositiveRate)}, precision ${share(windows.precision)}, F1 ${share(windows.f1)}`,
  ];
  if (timeToDetect.length > 0) {
    const middle = median === undefined ? 'none was found' : `median ${figure(median)} s`;
    lines.push(
      `Time to detect, ${timeToDetect.length} hostile hosts: ${middle}; ${never} never found`,
    );
  }
  return lines.join('\n');
}
