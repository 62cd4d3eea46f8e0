import type { Measure } from './measure.ts';

/**
 * Columns aligned for a terminal, two spaces apart: the first to the left, the others to the right.
 * @returns lines with no trailing blanks, joined by line feeds
 */
export function textTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((cell, i) =>
    rows.reduce((width, row) => Math.max(width, (row[i] ?? '').length), cell.length),
  );
  const line = (cells: readonly string[]): string =>
    widths
      .map((width, i) =>
        i === 0 ? (cells[i] ?? '').padEnd(width) : (cells[i] ?? '').padStart(width),
      )
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [line(header), rule, ...rows.map(line)].join('\n');
}

/** A figure with four significant digits, without losing a small one to 0. */
export function figure(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === 0 || Math.abs(value) >= 1e5) return String(Math.round(value));
  if (Math.abs(value) < 1e-3) return value.toExponential(2);
  return Math.abs(value) >= 100 ? value.toFixed(1) : value.toFixed(4);
}

/** `0.9123 [0.8970, 0.9250]`, or `NaN (no positive rows)`: an undefined figure is never 0. */
export function measureText({ value, reason, interval }: Measure): string {
  if (value === null) return `NaN (${reason ?? 'undefined'})`;
  return interval
    ? `${figure(value)} [${figure(interval.low)}, ${figure(interval.high)}]`
    : figure(value);
}

/** Printable text of a cell that came from a file: control and other odd characters replaced. */
export function printable(text: string, limit = 60): string {
  const clean = text.replace(/[^\x20-\x7e]/g, '?');
  return clean.length > limit ? `${clean.slice(0, limit - 3)}...` : clean;
}
