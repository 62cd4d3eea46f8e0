import { WiresiftError } from '../base/index.ts';

/** What a command is given and gives back. */
export interface CommandContext {
  /** Fires on Ctrl-C. */
  readonly signal: AbortSignal;
  /**
   * For work that has no end of its own: the first Ctrl-C calls `end` instead of firing the signal, so
   * that the work finishes; the second one fires it.
   */
  onInterrupt(end: () => void): void;
  /** Sets the process's exit code when the command is done: 0 fine, 1 error, 3 alerts found. */
  exit(code: 0 | 1 | 3): void;
}

/** @throws WiresiftError `USAGE` (exit code 2) unless the text is a number from `min` to `max` */
export function numberArgument(name: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && value >= min && value <= max) return value;
    throw usage(name, `"${text}"`, `a number from ${min} to ${max}`);
  };
}

/** As {@link numberArgument}, for whole numbers. */
export function wholeArgument(name: string, min: number, max: number): (text: string) => number {
  const parse = numberArgument(name, min, max);
  return (text) => {
    const value = parse(text);
    if (Number.isInteger(value)) return value;
    throw usage(name, `"${text}"`, 'a whole number');
  };
}

/** An error of usage: exit code 2. */
export function usage(where: string, saw: string, expected: string): WiresiftError {
  return new WiresiftError({
    code: 'USAGE',
    where,
    saw,
    expected,
    todo: 'See wiresift COMMAND --help',
    exitCode: 2,
  });
}
