/** An object of a JSON line. Keys come from the file: read them with {@link member} only. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Parses one line. @returns undefined when it is not a JSON object */
export function jsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of the object's own, never one of its prototype. */
export function member(object: JsonObject | undefined, key: string): unknown {
  return object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** A member that is an object itself, or undefined. */
export function child(object: JsonObject | undefined, key: string): JsonObject | undefined {
  const value = member(object, key);
  return isObject(value) ? value : undefined;
}

const TIME = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/;

/**
 * An ISO 8601 time with or without an offset (`+0200`, `Z`; none is UTC), as Suricata and Zeek write.
 * @returns whole microseconds since 1970-01-01 UTC, or NaN
 */
export function isoMicros(text: string): number {
  const match = TIME.exec(text);
  if (!match) return Number.NaN;
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match;
  const millis = Date.UTC(+year!, +month! - 1, +day!, +hour!, +minute!, +second!);
  if (new Date(millis).getUTCDate() !== +day! || +hour! > 23) return Number.NaN;
  const sign = zone.startsWith('-') ? -1 : 1;
  const offset = zone === 'Z' ? 0 : sign * (+zone.slice(1, 3) * 60 + +zone.slice(-2));
  return (millis - offset * 60_000) * 1000 + Number(fraction.padEnd(6, '0').slice(0, 6));
}
