import { TimeReader, UNREADABLE } from '../cells.ts';
import type { TimeForm } from './mapping.ts';

/** `14/02/2018 8:31[:01[.5]][ AM]`: two short numbers, a year, a time of day. */
const SHORT =
  /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})[ T](\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?(?: ?([AaPp])[Mm])?$/;
/** Longest of these; anything longer is no time. */
const LONGEST = 40;

/**
 * Reads a time written with its day or its month first, as UTC.
 * @returns whole microseconds since 1970, or NaN when it is none
 */
export function shortTime(text: string, form: TimeForm): number {
  const found = text.length > LONGEST ? null : SHORT.exec(text);
  if (!found) return Number.NaN;
  const [, first, second, year, hourText, minute, seconds = '00', fraction = '', half] = found;
  const [day, month] = form === 'day-first' ? [first!, second!] : [second!, first!];
  let hour = Number(hourText);
  if (half && (hour < 1 || hour > 12)) return Number.NaN;
  if (half) hour = (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  const pad = (value: string | number): string => String(value).padStart(2, '0');
  const plain = `${year}/${pad(month)}/${pad(day)} ${pad(hour)}:${minute}:${seconds}${fraction}`;
  return calendarTime(plain);
}

/** Reads `YYYY-MM-DD hh:mm:ss[.f]` as UTC. @returns microseconds since 1970, or NaN */
export function calendarTime(text: string): number {
  const bytes = Buffer.from(text.replace(/(?:Z|\+00(?::?00)?)$/, ''));
  const micros = new TimeReader().read(bytes, 0, bytes.length);
  return micros === UNREADABLE ? Number.NaN : micros;
}
