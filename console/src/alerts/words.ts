import type { AlertRow } from '../../../src/serve/wire.ts';
import { countText } from '../parts/words.ts';

type Kind = AlertRow['kind'];

/** Kinds of evidence as people call them. */
export const KIND_NAMES: Readonly<Record<Kind, string>> = {
  'horizontal-scan': 'Horizontal scan',
  'vertical-scan': 'Vertical scan',
  'brute-force': 'Password brute force',
  flood: 'Flood',
  beacon: 'Beacon',
  model: 'Like an attack',
};

/** Severities, the worst first. */
export const SEVERITIES: readonly AlertRow['severity'][] = ['high', 'medium', 'low'];

/** Verdicts with what each says. */
export const VERDICTS: readonly { readonly word: AlertRow['verdict']; readonly says: string }[] = [
  { word: 'true positive', says: 'an attack, as told' },
  { word: 'benign true positive', says: 'happened as told, and is allowed' },
  { word: 'false positive', says: 'did not happen as told' },
  { word: 'undecided', says: 'closed without a finding' },
];

/** An ATT&CK technique as a name alone: what lists show. */
export const techniqueAddress = (id: string): string =>
  `https://attack.mitre.org/techniques/${encodeURIComponent(id).replace('.', '/')}/`;

const digits = new Intl.NumberFormat('en', { maximumSignificantDigits: 4 });

/** A number with the digits that matter: `0.6934`, `12 345`, `2.13e-4`. */
export function numberText(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (Number.isInteger(value) && Math.abs(value) < 1e12) return countText(value);
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-3 || size >= 1e12)) return value.toExponential(2);
  return digits.format(value).replaceAll(',', '\u202f');
}

/** A score as lists show it: a probability in three digits, a count as it is. */
export const scoreText = ({ kind, score }: AlertRow): string =>
  kind === 'model' ? score.toFixed(3) : numberText(score);
