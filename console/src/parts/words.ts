/** Microseconds since 1970 as `2011-08-16 10:01:46` UTC. */
export function timeText(micros: number | null | undefined): string {
  if (micros === null || micros === undefined || !Number.isFinite(micros)) return '–';
  return new Date(micros / 1000).toISOString().slice(0, 19).replace('T', ' ');
}

const UNITS: readonly (readonly [number, string])[] = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
];

/** A length of time in microseconds as its two largest units: `2 h 5 min`. */
export function spanText(micros: number): string {
  let rest = Math.round(micros / 1e6);
  if (rest < 1) return `${Math.max(0, Math.round(micros / 1000))} ms`;
  const parts: string[] = [];
  for (const [size, unit] of UNITS) {
    if (rest < size || parts.length === 2) continue;
    parts.push(`${Math.floor(rest / size)} ${unit}`);
    rest %= size;
  }
  return parts.join(' ');
}

/** How long ago, such as `5 min ago`. */
export function agoText(micros: number, now = Date.now() * 1000): string {
  const past = now - micros;
  if (past < 5e6) return 'just now';
  return `${spanText(past).split(' ').slice(0, 2).join(' ')} ago`;
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** A count with thin spaces between thousands. */
export const countText = (value: number): string => whole.format(value).replaceAll(',', '\u202f');

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes with the unit that leaves three digits. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < SIZES.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toPrecision(3)} ${SIZES[unit]}`;
}

/** A share as a percentage, with digits that matter. */
export function percentText(share: number): string {
  if (share === 0 || share === 1) return `${share * 100} %`;
  const percent = share * 100;
  if (percent > 99.9) return '> 99.9 %';
  return percent < 0.01 ? '< 0.01 %' : `${Number(percent.toPrecision(3))} %`;
}

/** `1 alert`, `2 alerts`. */
export const plural = (count: number, word: string): string =>
  `${countText(count)} ${word}${count === 1 ? '' : 's'}`;
