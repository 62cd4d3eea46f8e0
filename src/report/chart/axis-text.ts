import type { Axis, AxisFormat } from './chart.ts';
import { timeFormat, timeText } from './time-axis.ts';

/** Powers of a thousand, as SI writes them. */
const STEPS: readonly (readonly [number, string])[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

const trimmed = (value: number, digits: number): string =>
  String(Number(value.toPrecision(digits)));

function countText(value: number): string {
  for (const [size, letter] of STEPS) {
    if (Math.abs(value) >= size) return `${trimmed(value / size, 3)}${letter}`;
  }
  return trimmed(value, 3);
}

function numberText(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return '0';
  if (size >= 10_000) return countText(value);
  if (size < 0.001) return value.toExponential(size < 1e-3 ? 1 : 2).replace('.0e', 'e');
  return trimmed(value, 3);
}

/** A number as a person would write it along an axis: three digits that matter, SI letters. */
export function axisText(value: number, format: AxisFormat = 'number'): string {
  if (!Number.isFinite(value)) return '–';
  if (format === 'count') return countText(value);
  if (format === 'time') return timeText(value);
  if (format === 'correlation') return value.toFixed(2).replace(/^-0\.00$/, '0.00');
  if (format === 'share') return trimmed(value, 3);
  return numberText(value);
}

/** A number in a cell: counts in full, shares with three digits behind the point. */
export function cellText(value: number, format: AxisFormat = 'number'): string {
  if (!Number.isFinite(value)) return '–';
  if (format === 'count' && Number.isInteger(value)) {
    return value.toLocaleString('en').replaceAll(',', '\u202f');
  }
  if (format !== 'share') return axisText(value, format);
  if (value !== 0 && Math.abs(value) < 0.0005) return value > 0 ? '<0.001' : '>-0.001';
  const size = Math.abs(value);
  if (size < 1 && size >= 0.9995) return value > 0 ? '>0.999' : '<-0.999';
  return size === 0 || size === 1 ? String(value) : value.toFixed(3);
}

/** Tick text of an axis; of times as far apart as its ticks are. */
export function tickFormat(
  axis: Axis,
  ticks: readonly number[] = [],
): (value: number, index: number) => string {
  if (axis.format === 'time') return timeFormat(ticks);
  return (value) => axisText(value, axis.format);
}

/** Round ticks of a linear axis, about `count` of them: steps of 1, 2 or 5 times a power of ten. */
export function plainTicks([low, high]: readonly [number, number], count: number): number[] {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return [low];
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((size) => size >= rough * 0.999)!;
  const first = Math.ceil(low / step - 1e-9);
  // Where a step is lost beside the numbers themselves, counting by steps would never end.
  if (!Number.isSafeInteger(first)) return [low, high];
  const ticks: number[] = [];
  for (let n = first; n * step <= high + step * 1e-9; n++) {
    ticks.push(Number((n * step).toPrecision(12)));
  }
  return [...new Set(ticks)];
}

/** Ticks of a logarithmic axis: powers of ten, thinned to `most`; between two powers 2 and 5 too. */
export function logTicks(low: number, high: number, most: number): number[] {
  const first = Math.floor(Math.log10(low) + 1e-9);
  const last = Math.ceil(Math.log10(high) - 1e-9);
  const step = Math.max(1, Math.ceil((last - first + 1) / Math.max(2, most)));
  const ticks: number[] = [];
  for (let power = first; power <= last; power += step) {
    for (const digit of last - first < 3 ? [1, 2, 5] : [1]) {
      const tick = digit * 10 ** power;
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) ticks.push(tick);
    }
  }
  return ticks.length > 1 ? ticks : [...new Set([low, high])];
}
