import type { LabelRule } from '../dataset.ts';
import { type LabelTarget, targetOf } from '../targets.ts';

/** How the words of the label column are read, whatever their case. */
export const ZEEK_LABELS: readonly LabelRule[] = [
  { group: 'benign', labels: 'Benign', class: 'benign' },
  { group: 'malicious', labels: 'Malicious', class: 'malicious' },
  { group: 'background', labels: 'Background: everything nobody vouches for', class: null },
  { group: 'none', labels: 'an empty cell, or no label column', class: null },
  { group: 'other', labels: 'anything else', class: null },
];
/** Position in {@link ZEEK_LABELS} of rows without a word. */
export const RULE_NONE = 3;

/** Position in {@link ZEEK_LABELS} of the rule for what the publisher wrote. */
export function zeekRule(raw: string | undefined): number {
  if (raw === undefined) return RULE_NONE;
  const word = raw.toLowerCase();
  const rule = ZEEK_LABELS.findIndex(({ group }) => group === word);
  return rule >= 0 && rule !== RULE_NONE ? rule : ZEEK_LABELS.length - 1;
}

/** benign and malicious. */
export const BY_LABEL: LabelTarget = targetOf(
  'label',
  'benign or malicious',
  ZEEK_LABELS.map((rule) => rule.class),
);

/** The name of the second target: benign, or a malicious row's detailed label. */
export const BY_DETAIL = 'detail';

/**
 * Logs of the collection that carry no label column because all of their traffic is malicious.
 * Stratosphere's test sets number them so.
 */
const WHOLLY_MALICIOUS = /^stf-00[356]\.conn\.log/;

/** The label of a file without a label column, by its name. */
export function knownFileLabel(name: string): string | undefined {
  return WHOLLY_MALICIOUS.test(name) ? 'Malicious' : undefined;
}
