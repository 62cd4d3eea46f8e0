import type { LabelCount, LabelRule } from '../dataset.ts';

/** The classes of CTU-13 as this project reads it; `labels` indexes them. */
export const CTU13_CLASSES: readonly string[] = ['normal', 'botnet'];

/** Label of a row whose class the publisher's label does not settle. */
export const UNLABELLED = -1;

/**
 * The mapping, one rule a group. A label is `flow=` and a name such as `From-Botnet-V47-UDP-DNS`;
 * the first rule whose group begins that name applies, and the last rule takes the rest.
 *
 * Only flows that a labelled host sent carry a class. A flow *to* such a host was sent by a host of
 * which nothing is known. The published totals of a scenario count To-Normal as normal all the same.
 */
export const CTU13_LABELS: readonly LabelRule[] = [
  {
    group: 'From-Botnet',
    labels: 'flow=From-Botnet…: sent by an infected host',
    class: 'botnet',
  },
  {
    group: 'To-Botnet',
    labels: 'flow=To-Botnet…: sent to an infected host',
    class: null,
  },
  {
    group: 'From-Normal',
    labels: 'flow=From-Normal…: sent by a host known to be clean',
    class: 'normal',
  },
  {
    group: 'To-Normal',
    labels: 'flow=To-Normal…: sent to a host known to be clean',
    class: null,
  },
  {
    group: 'Normal',
    labels: 'flow=Normal…: traffic of a known, clean kind',
    class: 'normal',
  },
  {
    group: 'From-Background',
    labels: 'flow=From-Background…: sent by a known server of the campus network',
    class: null,
  },
  {
    group: 'To-Background',
    labels: 'flow=To-Background…: sent to a known server of the campus network',
    class: null,
  },
  {
    group: 'Background',
    labels: 'flow=Background…: everything nobody vouches for',
    class: null,
  },
  { group: 'none', labels: 'an empty cell, or no Label column', class: null },
  { group: 'other', labels: 'anything else', class: null },
];

const NONE = CTU13_LABELS.length - 2;
const OTHER = CTU13_LABELS.length - 1;

/** Position in {@link CTU13_LABELS} of the rule for what the publisher wrote. */
export function labelRule(raw: string | undefined): number {
  if (raw === undefined || raw === '') return NONE;
  const name = raw.startsWith('flow=') ? raw.slice(5) : raw;
  for (let rule = 0; rule < NONE; rule++) {
    if (name.startsWith(CTU13_LABELS[rule]!.group)) return rule;
  }
  return OTHER;
}

/** The class of a label, as an index of {@link CTU13_CLASSES}, or {@link UNLABELLED}. */
export function labelClass(raw: string | undefined): number {
  const name = CTU13_LABELS[labelRule(raw)]!.class;
  return name === null ? UNLABELLED : CTU13_CLASSES.indexOf(name);
}

/** Classes of all rows, and how many rows each rule took. @param codes raw labels by code, -1 for none */
export function mapLabels(
  codes: Int32Array,
  dictionary: readonly string[],
): { labels: Int32Array; counts: LabelCount[] } {
  const rules = dictionary.map(labelRule);
  const classes = Int32Array.from(dictionary, labelClass);
  const rows = new Float64Array(CTU13_LABELS.length);
  const labels = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    labels[row] = code < 0 ? UNLABELLED : classes[code]!;
    rows[code < 0 ? NONE : rules[code]!]!++;
  }
  const counts = CTU13_LABELS.map((rule, i) => ({
    group: rule.group,
    class: rule.class,
    rows: rows[i]!,
  }));
  return { labels, counts: counts.filter((count) => count.rows > 0) };
}
