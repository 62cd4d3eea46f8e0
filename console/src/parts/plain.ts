import { countText } from './words.ts';

/** Longest text made of a value; more is cut with `…`. */
const MOST = 400;

/** Plain data as a person reads it: `total 3 · by kind: scan 2, flood 1`. */
export function plainText(value: unknown): string {
  const text = told(value, 0);
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
}

function told(value: unknown, depth: number): string {
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) return String(Number(value.toPrecision(4)));
    return Math.abs(value) < 1e13 ? countText(value) : String(value);
  }
  if (typeof value !== 'object') return String(value);
  if (depth > 3) return '…';
  if (Array.isArray(value)) {
    return value.length === 0 ? 'none' : value.map((one) => told(one, depth + 1)).join(', ');
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return 'none';
  return entries
    .map(([name, one]) => `${name} ${told(one, depth + 1)}`)
    .join(depth === 0 ? ' · ' : ', ');
}
