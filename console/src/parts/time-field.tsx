import type { JSX } from 'solid-js';

/** Microseconds as the value of a field of type `datetime-local`, in UTC. */
export const fieldTime = (micros: number | undefined): string =>
  micros === undefined || !Number.isFinite(micros)
    ? ''
    : new Date(micros / 1000).toISOString().slice(0, 19);

/** A field's time, read as UTC, in microseconds; undefined when it is empty. */
export function microsOf(text: string): number | undefined {
  const millis = Date.parse(`${text}Z`);
  return Number.isNaN(millis) ? undefined : millis * 1000;
}

/** A field for a time in UTC. */
export function TimeField(props: {
  readonly label: string;
  readonly value: number | undefined;
  readonly onChange: (micros: number | undefined) => void;
}): JSX.Element {
  return (
    <input
      type="datetime-local"
      step="1"
      aria-label={`${props.label}, UTC`}
      value={fieldTime(props.value)}
      onChange={({ currentTarget }) => props.onChange(microsOf(currentTarget.value))}
    />
  );
}
