import { countText, timeText } from './words.ts';

/** Longest text made of a value; more is cut with `…`. */
const MOST = 400;

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** Plain data as a person reads it: `total 3 · by kind: scan 2, flood 1`. */
export function plainText(value: unknown): string {
  const text = told(value, 0);
  return text.length > MOST ? `${text.slice(0, MOST)}…` : text;
}

/** Whole numbers of this size are microseconds since 1970: from 2001 to 2096. */
const isTime = (value: number): boolean => value > 1e15 && value < 4e15;

function told(value: unknown, depth: number): string {
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) return String(Number(value.toPrecision(4)));
    return isTime(value) ? `${timeText(value)} UTC` : countText(value);
  }
  if (typeof value !== 'object') return String(value);
  if (depth > 3) return '…';
  if (Array.isArray(value)) {
    return value.length === 0
      ? 'none'
      : value.map((one) => told(one, depth + 1)).join(value.some(isObject) ? '; ' : ', ');
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return 'none';
  return entries
    .map(([name, one]) => `${name} ${told(one, depth + 1)}`)
    .join(depth === 0 ? ' · ' : ', ');
}
