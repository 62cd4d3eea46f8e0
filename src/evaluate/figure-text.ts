import { textTable } from '../table/index.ts';
import type { Measure } from './measure.ts';

/** A table whose first column is words and whose others are figures. */
export function figureTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const columns = header.map((title, i) => ({ title, align: i === 0 ? 'left' : 'right' }) as const);
  return textTable(columns, rows);
}

/** A figure with four significant digits, without losing a small one to 0. */
export function figure(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === 0 || Math.abs(value) >= 1e5) return String(Math.round(value));
  if (Math.abs(value) < 1e-3) return value.toExponential(2);
  return Math.abs(value) >= 100 ? value.toFixed(1) : value.toFixed(4);
}

/** A share in percent with three digits; a dash where there is no whole. */
export function percentText(part: number, whole = 1): string {
  return whole === 0 ? '–' : `${+((100 * part) / whole).toPrecision(3)} %`;
}

/** `0.9123 [0.8970, 0.9250]`, or `NaN (no positive rows)`: an undefined figure is never 0. */
export function measureText({ value, reason, interval }: Measure): string {
  if (value === null) return `NaN (${reason ?? 'undefined'})`;
  return interval
    ? `${figure(value)} [${figure(interval.low)}, ${figure(interval.high)}]`
    : figure(value);
}
