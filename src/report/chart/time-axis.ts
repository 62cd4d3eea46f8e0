/** Seconds between ticks that a clock or a week makes round. */
const CLOCK = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 10_800, 21_600, 43_200];
const DAY = 86_400;
const DAYS = [1, 2, 3, 7, 14];
const MONTHS = [1, 3, 6];
/** Mean length of a month, seconds: only to choose a step by. */
const MONTH = 2_629_746;
/** Pixels that a label needs: a date, and air beside it. */
const LABEL = 80;
/** Pixels beside an axis, so that the label of its last tick is whole. */
export const TIME_MARGIN = 36;
const NAMES = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** How many labels of times have room in so many pixels: 2 to 6. */
export const timeRoom = (pixels: number): number =>
  Math.max(2, Math.min(6, Math.floor(pixels / LABEL)));

const dateOf = (micros: number): Date => new Date(micros / 1000);

/** Multiples of a length, in microseconds. */
function everyMicros(step: number, low: number, high: number): number[] {
  const ticks: number[] = [];
  for (let at = Math.ceil(low / step) * step; at <= high; at += step) ticks.push(at);
  return ticks;
}

/** First days of each so many months. */
function everyMonths(step: number, low: number, high: number): number[] {
  const monthOf = (micros: number): number =>
    dateOf(micros).getUTCFullYear() * 12 + dateOf(micros).getUTCMonth();
  const ticks: number[] = [];
  const last = monthOf(high);
  for (let at = Math.ceil(monthOf(low) / step) * step; at <= last; at += step) {
    // Not Date.UTC, which takes years below 100 for those after 1900.
    const begin = new Date(0).setUTCFullYear(0, at, 1) * 1000;
    if (begin >= low && begin <= high) ticks.push(begin);
  }
  return ticks;
}

/**
 * Ticks of a time axis, at round times of clock or calendar (UTC); at least one.
 * @param low microseconds since 1970, as `high`
 * @param most how many ticks have room, see {@link timeRoom}
 */
export function timeTicks(low: number, high: number, most: number): number[] {
  const least = (high - low) / 1e6 / most;
  if (!(least > 0) || !Number.isFinite(least)) return [low];
  // A round step may be so wide that a single tick is left, which tells no scale.
  const wide = ticksEvery(least, low, high);
  const ticks = wide.length > 1 ? wide : ticksEvery(least / 2, low, high);
  return ticks.length > 0 ? ticks : [low];
}

/** @param least seconds that must lie between two ticks */
function ticksEvery(least: number, low: number, high: number): number[] {
  const seconds = [...CLOCK, ...DAYS.map((days) => days * DAY)].find((size) => size >= least);
  if (seconds !== undefined) return everyMicros(seconds * 1e6, low, high);
  const months = MONTHS.find((size) => size * MONTH >= least);
  if (months !== undefined) return everyMonths(months, low, high);
  const years = least / (12 * MONTH);
  const power = 10 ** Math.floor(Math.log10(Math.max(1, years)));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((size) => size >= years * 0.999)!;
  return everyMonths(step * 12, low, high);
}

/** A time as `2011-08-16 10:01:46`, UTC; what no calendar reaches is `–`. */
export function timeText(micros: number): string {
  const date = dateOf(micros);
  return Number.isNaN(date.getTime()) ? '–' : date.toISOString().slice(0, 19).replace('T', ' ');
}

/** What tells ticks apart goes on the first line; what they share, below the first that has it. */
function partsOf(ticks: readonly number[]): (micros: number) => [own: string, shared: string] {
  const gaps = ticks.slice(1).map((tick, at) => (tick - ticks[at]!) / 1e6);
  const gap = Math.min(...gaps);
  const midnights = ticks.every((tick) => tick % (DAY * 1e6) === 0);
  if (gaps.length > 0 && midnights && gap >= DAY) {
    const year = (micros: number): string => String(dateOf(micros).getUTCFullYear());
    const month = (micros: number): string => NAMES[dateOf(micros).getUTCMonth()]!;
    if (gap >= 365 * DAY) return (micros) => [year(micros), ''];
    if (gap >= 28 * DAY) return (micros) => [month(micros), year(micros)];
    return (micros) => [`${dateOf(micros).getUTCDate()} ${month(micros)}`, year(micros)];
  }
  return (micros) => {
    const text = timeText(micros);
    return [text.slice(11).replace(/:00$/, ''), text.slice(0, 10)];
  };
}

/** Text of a time axis's ticks: clock, day, month or year, as far apart as they are. */
export function timeFormat(ticks: readonly number[]): (micros: number, index: number) => string {
  const parts = partsOf(ticks);
  let last = '';
  return (micros, index) => {
    const [own, shared] = parts(micros);
    if (index > 0 && shared === last) return own;
    last = shared;
    return shared === '' ? own : `${own}\n${shared}`;
  };
}
