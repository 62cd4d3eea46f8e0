const DAY = 86_400;

/** Civil date of a day number since 1970-01-01 (Howard Hinnant, "chrono-compatible low-level date algorithms"). */
function civil(day: number): { year: number; month: number; day: number } {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  };
}

const pad = (value: number, width: number): string => String(value).padStart(width, '0');

function parts(micros: number): { date: ReturnType<typeof civil>; time: string } {
  const seconds = Math.floor(micros / 1e6);
  const fraction = micros - seconds * 1e6;
  const day = Math.floor(seconds / DAY);
  const rest = seconds - day * DAY;
  const hour = Math.floor(rest / 3600);
  const minute = Math.floor((rest - hour * 3600) / 60);
  const time = `${pad(hour, 2)}:${pad(minute, 2)}:${pad(rest % 60, 2)}.${pad(Math.floor(fraction), 6)}`;
  return { date: civil(day), time };
}

/** @param micros whole microseconds since 1970-01-01 UTC. @returns `2011/08/16 10:01:46.972101`, as `ra` prints it */
export function argusTime(micros: number): string {
  const { date, time } = parts(micros);
  return `${pad(date.year, 4)}/${pad(date.month, 2)}/${pad(date.day, 2)} ${time}`;
}

/** @param micros whole microseconds since 1970-01-01 UTC. @returns `2011-08-16T10:01:46.972101+0000`, as Suricata's EVE prints it */
export function eveTime(micros: number): string {
  const { date, time } = parts(micros);
  return `${pad(date.year, 4)}-${pad(date.month, 2)}-${pad(date.day, 2)}T${time}+0000`;
}

/**
 * Reads `YYYY/MM/DD hh:mm:ss[.ffffff]` (also with `-` and `T`) as UTC.
 * @returns microseconds since 1970-01-01, or NaN when the text is no such time
 */
export function parseTime(text: string): number {
  const match = /^(\d{4})[/-](\d\d)[/-](\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?/.exec(text);
  if (!match) return Number.NaN;
  const [, year, month, day, hour, minute, second, fraction] = match;
  const whole = Date.UTC(+year!, +month! - 1, +day!, +hour!, +minute!, +second!);
  return whole * 1000 + (fraction ? Number(fraction.padEnd(6, '0').slice(0, 6)) : 0);
}
