import { WiresiftError } from '../base/index.ts';

/** HTTP status of each error that a caller may meet; all others are faults: 500, and told to the log alone. */
export const STATUS: Readonly<Record<string, number>> = {
  SERVE_INPUT: 400,
  SERVE_SIGN_IN: 401,
  SERVE_RIGHTS: 403,
  SERVE_CSRF: 403,
  SERVE_PASSWORD: 403,
  SERVE_MISSING: 404,
  SERVE_STATE: 409,
  SERVE_OFFSET: 409,
  SERVE_LARGE: 413,
  SERVE_SLOW_DOWN: 429,
  STORE_QUERY: 400,
  STORE_MISSING: 404,
  STORE_STALE: 409,
  STORE_EXISTS: 409,
  STORE_LIMIT: 422,
  STORE_LOCKED: 503,
  STORE_READ_ONLY: 503,
  STORE_IO: 503,
  STORE_DAMAGED: 503,
  STORE_OPEN: 503,
  STORE_FULL: 507,
  DETECT_NETWORK: 400,
  DETECT_THRESHOLD: 400,
  CAPTURE_MAGIC: 422,
  CAPTURE_OPEN: 404,
};

/** A request that makes no sense. */
export function badInput(where: string, saw: string, expected: string): WiresiftError {
  return new WiresiftError({
    code: 'SERVE_INPUT',
    where,
    saw,
    expected,
    todo: 'Correct the request; /api/openapi.json describes what is taken',
  });
}

/** Nobody is signed in, or the sign-in failed: which of both is not told. */
export function notSignedIn(saw = 'no valid session or token'): WiresiftError {
  return new WiresiftError({
    code: 'SERVE_SIGN_IN',
    where: 'session',
    saw,
    expected: 'a signed-in user, or a token that is valid',
    todo: 'Sign in',
  });
}

/** The caller's role does not reach. */
export function notAllowed(role: string, needed: string): WiresiftError {
  return new WiresiftError({
    code: 'SERVE_RIGHTS',
    where: 'role',
    saw: role,
    expected: needed,
    todo: 'Ask an administrator for the role, or for the change itself',
  });
}

/** A change that the page of this service did not ask for. */
export function forgedRequest(saw: string): WiresiftError {
  return new WiresiftError({
    code: 'SERVE_CSRF',
    where: 'x-wiresift-csrf',
    saw,
    expected: 'the token that GET /api/session gave this session',
    todo: 'Load the page again',
  });
}

/** The password must be changed before anything else. */
export function passwordFirst(): WiresiftError {
  return new WiresiftError({
    code: 'SERVE_PASSWORD',
    where: 'session',
    saw: 'a one-time password',
    expected: 'one of your own',
    todo: 'Change the password first: POST /api/session/password',
  });
}

/** No such thing. */
export function notThere(where: string, saw = 'nothing'): WiresiftError {
  return new WiresiftError({
    code: 'SERVE_MISSING',
    where,
    saw,
    expected: 'something that is there',
    todo: 'It may have been removed meanwhile; load the list again',
  });
}

/** Not possible as things stand. */
export function wrongState(where: string, saw: string, expected: string): WiresiftError {
  return new WiresiftError({
    code: 'SERVE_STATE',
    where,
    saw,
    expected,
    todo: 'Load it again and see what has changed',
  });
}

/** More than is taken. */
export function tooLarge(where: string, saw: string, expected: string): WiresiftError {
  return new WiresiftError({
    code: 'SERVE_LARGE',
    where,
    saw,
    expected,
    todo: 'Send less, or have an administrator raise the limit',
  });
}

/** Too many tries; the seconds to wait stand in the answer. */
export class SlowDown extends WiresiftError {
  readonly seconds: number;

  constructor(seconds: number) {
    super({
      code: 'SERVE_SLOW_DOWN',
      where: 'session',
      saw: 'too many failed tries',
      expected: `a pause of ${seconds} s`,
      todo: 'Wait, then try again',
    });
    this.seconds = seconds;
  }
}
