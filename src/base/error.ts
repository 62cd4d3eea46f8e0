/**
 * What a {@link WiresiftError} says: where it happened, what was seen, what was expected and what
 * the user can do. `code` is stable and documented in `docs/errors.md`.
 */
export interface ErrorFacts {
  /** Stable, upper-case, underscore-separated: `CAPTURE_MAGIC`. */
  readonly code: string;
  /** File with offset or row, or the argument's name. */
  readonly where: string;
  readonly saw: string;
  readonly expected: string;
  readonly todo: string;
  /** Process exit code: 1 error (default), 2 usage. */
  readonly exitCode?: 1 | 2;
}

/** An error a user may see. Raised only where work cannot go on; bad traffic is an anomaly instead. */
export class WiresiftError extends Error {
  readonly code: string;
  readonly facts: ErrorFacts;
  readonly exitCode: 1 | 2;

  constructor(facts: ErrorFacts, options?: ErrorOptions) {
    super(
      `${facts.where}: saw ${facts.saw}, expected ${facts.expected}. ${facts.todo} [${facts.code}]`,
      options,
    );
    this.name = 'WiresiftError';
    this.code = facts.code;
    this.facts = facts;
    this.exitCode = facts.exitCode ?? 1;
  }
}

/** What work throws when its signal fired: nothing is wrong, and nothing half-done is kept. */
export function stopRequested(where: string): WiresiftError {
  return new WiresiftError({
    code: 'ABORTED',
    where,
    saw: 'a request to stop',
    expected: 'to finish',
    todo: 'Nothing half-done was kept; start again when ready',
  });
}
