import { scryptSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createService, type Service, type ServiceOptions } from '../../src/serve/index.ts';
import { openStore, type Role, type Store } from '../../src/store/index.ts';

export const ADMIN_PASSWORD = 'correct horse battery';

/** What a call gave. */
export interface Answer<Body = unknown> {
  readonly status: number;
  readonly body: Body;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  readonly text: string;
}

/** Somebody who calls the service: a browser with its cookie and token. */
export class Caller {
  readonly #service: Service;
  cookie = '';
  csrf = '';
  bearer = '';

  constructor(service: Service) {
    this.#service = service;
  }

  async call<Body = Record<string, never>>(
    method: string,
    url: string,
    payload?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const sent: Record<string, string> = { ...headers };
    if (this.cookie !== '') sent['cookie'] ??= this.cookie;
    if (this.csrf !== '') sent['x-wiresift-csrf'] ??= this.csrf;
    if (this.bearer !== '') sent['authorization'] ??= `Bearer ${this.bearer}`;
    const response = await this.#service.app.inject({
      method: method as 'GET',
      url,
      headers: sent,
      ...(payload === undefined ? {} : { payload: payload as object }),
    });
    const { body: text } = response;
    const isJson = String(response.headers['content-type']).includes('json') && text !== '';
    return {
      status: response.statusCode,
      body: (isJson ? JSON.parse(text) : text) as Body,
      headers: response.headers,
      text,
    };
  }

  async signIn(name: string, password: string): Promise<Answer> {
    const answer = await this.call<{ csrf: string }>('POST', '/api/session', { name, password });
    if (answer.status === 200) {
      this.cookie = String(answer.headers['set-cookie']).split(';')[0]!;
      this.csrf = answer.body.csrf;
    }
    return answer;
  }
}

/** A service over a store of its own, both ended after the test. */
export interface Running {
  readonly service: Service;
  readonly store: Store;
  /** Somebody who is not signed in. */
  stranger(): Caller;
  /** Somebody with a role, signed in. */
  as(role: Role): Promise<Caller>;
}

const SALT = Buffer.alloc(16, 7);
/** A cost of scrypt that takes a millisecond, for people who are there only to be signed in. */
const CHEAP = { N: 1024, r: 8, p: 1 };
const KEY = scryptSync(ADMIN_PASSWORD, SALT, 32, CHEAP);
const HASH = ['scrypt', CHEAP.N, CHEAP.r, CHEAP.p, SALT.toString('base64url')].join('$');

/** Puts somebody with {@link ADMIN_PASSWORD} into a store, unless the name is taken. */
export async function addPerson(store: Store, name: string, role: Role): Promise<void> {
  const known = await store.users.count([{ field: 'name', is: 'equal', value: name }]);
  if (known > 0) return;
  await store.users.add(
    {
      name,
      role,
      passwordHash: `${HASH}$${KEY.toString('base64url')}`,
      mustChangePassword: false,
      disabled: false,
      failedSignIns: 0,
      lockedUntil: null,
      lastSignInAt: null,
    },
    { by: 'test' },
  );
}

/** Starts one. @param options beside the store; the log is silent unless given */
export async function runningService(
  context: TestContext,
  options: Partial<ServiceOptions> = {},
): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-serve-'));
  const store = options.store ?? (await openStore({ folder }));
  // A first start is tested where a password is named; elsewhere its slow hash would be most of the time.
  if (!('adminPassword' in options)) await addPerson(store, 'admin', 'administrator');
  const service = await createService({
    log: { level: 'silent' },
    ...options,
    store,
  });
  context.after(async () => {
    await service.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const callers = new Map<Role, Promise<Caller>>();
  const signedIn = async (role: Role): Promise<Caller> => {
    const caller = new Caller(service);
    if (role === 'administrator') {
      await caller.signIn('admin', ADMIN_PASSWORD);
      return caller;
    }
    await addPerson(store, role, role);
    await caller.signIn(role, ADMIN_PASSWORD);
    return caller;
  };
  return {
    service,
    store,
    stranger: () => new Caller(service),
    as(role) {
      const known = callers.get(role) ?? signedIn(role);
      callers.set(role, known);
      return known;
    },
  };
}
