import type { Problem, Session } from '../../../src/serve/wire.ts';

/** A refusal by the service, or no answer at all (`code` `OFFLINE`). */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly todo: string;
  readonly where: string | undefined;

  constructor(status: number, error: Problem['error']) {
    super(error.message);
    this.status = status;
    this.code = error.code;
    this.todo = error.todo;
    this.where = error.where;
  }
}

/** What went wrong, and what can be done where the service says so. */
export function problemText(error: unknown): string {
  const told = error instanceof Error ? error.message : String(error);
  return error instanceof Refusal ? `${told} ${error.todo}` : told;
}

/** Values of an address's query; a list is given often, undefined not at all. */
export type Query = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>;

/** How a call differs from a plain GET. */
export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly query?: Query;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

let csrf: string | null = null;
let onSignedOut: () => void = () => {};

/** Keeps the token that changes must carry. */
export function keepSession(session: Session): void {
  csrf = session.csrf;
}

/** Calls `then` when the service no longer knows who is here. */
export function whenSignedOut(then: () => void): void {
  onSignedOut = then;
}

/** The headers that a change must carry. */
export function changeHeaders(): Record<string, string> {
  return csrf === null ? {} : { 'x-wiresift-csrf': csrf };
}

/** An address with its query. */
export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const each of Array.isArray(value) ? value : [value]) search.append(name, String(each));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

/**
 * Calls the service.
 * @throws Refusal with what the service says can be done
 */
export async function call<Answer>(path: string, options: Call = {}): Promise<Answer> {
  const { method = 'GET', query, body, signal } = options;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (method !== 'GET') Object.assign(headers, changeHeaders());
  if (body !== undefined) headers['content-type'] = 'application/json';
  const response = await fetch(address(path, query), {
    method,
    headers,
    credentials: 'same-origin',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new Refusal(0, {
      code: 'OFFLINE',
      message: 'The service does not answer.',
      todo: 'See whether it still runs; this page goes on when it does.',
    });
  });
  if (response.ok) {
    return (response.status === 204 ? undefined : await response.json()) as Answer;
  }
  const refusal = new Refusal(response.status, await problemOf(response));
  if (response.status === 401) onSignedOut();
  throw refusal;
}

async function problemOf(response: Response): Promise<Problem['error']> {
  const told = (await response.json().catch(() => undefined)) as Partial<Problem> | undefined;
  return (
    told?.error ?? {
      code: `HTTP_${response.status}`,
      message: `The service answered ${response.status}.`,
      todo: 'Try again; if it stays so, look into the service’s log.',
    }
  );
}
