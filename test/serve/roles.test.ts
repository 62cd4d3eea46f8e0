import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROUTES, type RouteName } from '../../src/serve/index.ts';
import { ROLES, type Role } from '../../src/store/index.ts';
import { ADMIN_PASSWORD, Caller, type Running, runningService } from './running.ts';

const NAMES = Object.keys(ROUTES) as RouteName[];

/** A token of a role, as its owner gets it. */
async function tokenCaller({ service, as }: Running, role: Role): Promise<Caller> {
  const owner = await as(role);
  const { body } = await owner.call<{ secret: string }>('POST', '/api/tokens', { name: 't', role });
  const caller = new Caller(service);
  caller.bearer = body.secret;
  return caller;
}

/** A call of a route that need not make sense: who may call is decided before. */
async function tryRoute(caller: Caller, name: RouteName): Promise<number> {
  const [method = '', path = ''] = name.split(' ');
  const { status } = await caller.call(
    method,
    path.replace(':id', 'nothing'),
    method === 'GET' || method === 'HEAD' ? undefined : {},
  );
  return status;
}

/** Routes whose answer does not end, or ends the caller's session. */
const APART = new Set<RouteName>(['GET /api/stream', 'DELETE /api/session']);

test('every route in the table is there', async (t) => {
  const { service } = await runningService(t);
  for (const name of NAMES) {
    const [method = '', url = ''] = name.split(' ');
    assert.ok(service.app.hasRoute({ method: method as 'GET', url }), name);
  }
});

test('every route lets through just who may: without, by role, by token', async (t) => {
  const running = await runningService(t);
  const { service, stranger, as } = running;
  const callers: [string, number, Caller][] = [['nobody', -1, stranger()]];
  for (const [rank, role] of ROLES.entries()) {
    callers.push([role, rank, await as(role)]);
    callers.push([`token of ${role}`, rank, await tokenCaller(running, role)]);
  }
  const forged = new Caller(service);
  forged.bearer = `wsf_nothing_${'A'.repeat(43)}`;
  callers.push(['forged token', -2, forged]);
  const stale = new Caller(service);
  stale.cookie = `wiresift=${'A'.repeat(43)}`;
  callers.push(['forged cookie', -1, stale]);
  let checked = 0;
  for (const name of NAMES) {
    if (APART.has(name)) continue;
    const access = ROUTES[name];
    const needed = access === 'public' ? -1 : ROLES.indexOf(access);
    for (const [who, rank, caller] of callers) {
      const status = await tryRoute(caller, name);
      const label = `${name} by ${who}: ${status}`;
      checked++;
      if (rank >= needed) {
        // Signing in with nothing is refused as input, by whomever.
        const own = name === 'POST /api/tokens' && who.startsWith('token');
        assert.ok(own || ![401, 403].includes(status), label);
        assert.ok(status < 500, label);
      } else assert.equal(status, rank < 0 ? 401 : 403, label);
    }
  }
  assert.ok(checked > 500);
});

test('signing out and listening want a sign-in', async (t) => {
  const { stranger } = await runningService(t);
  for (const name of APART) assert.equal(await tryRoute(stranger(), name), 401, name);
});

test('a route that is in no table stops the service', async (t) => {
  const { service } = await runningService(t);
  assert.ok(service.app.hasRoute({ method: 'GET', url: '/api/alerts' }));
  assert.throws(() => service.app.get('/api/secret', () => 'x'));
});

test('a token does no more than its scope, ends when revoked, and with its user', async (t) => {
  const running = await runningService(t);
  const admin = await running.as('administrator');
  const made = await admin.call<{ secret: string; token: { id: string; version: number } }>(
    'POST',
    '/api/tokens',
    { name: 'collector', role: 'viewer', days: 1 },
  );
  const { secret, token } = made.body;
  assert.match(secret, /^wsf_/);
  const caller = new Caller(running.service);
  caller.bearer = secret;
  assert.equal((await caller.call('GET', '/api/alerts')).status, 200);
  assert.equal((await caller.call('GET', '/api/users')).status, 403);
  const listed = await admin.call('GET', '/api/tokens');
  assert.ok(!listed.text.includes(secret.slice(-20)));
  const { hash } = (await running.store.tokens.get(token.id))!;
  assert.ok(!listed.text.includes(hash));
  const gone = await admin.call('DELETE', `/api/tokens/${token.id}?version=${token.version + 0}`);
  assert.equal(gone.status, 204);
  assert.equal((await caller.call('GET', '/api/alerts')).status, 401);

  const analyst = await running.as('analyst');
  const more = await analyst.call('POST', '/api/tokens', { name: 'x', role: 'administrator' });
  assert.equal(more.status, 403);
  const own = await tokenCaller(running, 'analyst');
  const { rows } = await running.store.users.page({
    where: [{ field: 'name', is: 'equal', value: 'analyst' }],
  });
  const user = rows[0]!;
  const patch = { version: user.version, disabled: true };
  assert.equal((await admin.call('PATCH', `/api/users/${user.id}`, patch)).status, 200);
  assert.equal((await own.call('GET', '/api/alerts')).status, 401);
  assert.equal((await analyst.call('GET', '/api/alerts')).status, 401);
});

test('there is always an administrator', async (t) => {
  const { as, store } = await runningService(t);
  const admin = await as('administrator');
  const [user] = (await store.users.page()).rows;
  const path = `/api/users/${user!.id}`;
  const { version } = user!;
  assert.equal((await admin.call('PATCH', path, { version, role: 'viewer' })).status, 409);
  assert.equal((await admin.call('PATCH', path, { version, disabled: true })).status, 409);
  assert.equal((await admin.call('DELETE', `${path}?version=${version}`)).status, 409);
});

test('a user made by an administrator chooses a password before anything else', async (t) => {
  const { as, stranger } = await runningService(t);
  const admin = await as('administrator');
  const made = await admin.call<{ password: string; user: { name: string } }>(
    'POST',
    '/api/users',
    {
      name: 'Ann',
      role: 'analyst',
    },
  );
  assert.equal(made.status, 200, made.text);
  const ann = stranger();
  assert.equal((await ann.signIn('ann', made.body.password)).status, 200);
  assert.equal((await ann.call('GET', '/api/alerts')).status, 403);
  const next = 'a longer password';
  const change = { current: made.body.password, next };
  const changed = await ann.call('POST', '/api/session/password', change);
  assert.equal(changed.status, 200, changed.text);
  const now = await ann.call('GET', '/api/alerts');
  assert.equal(now.status, 200, now.text);
  const twice = await admin.call('POST', '/api/users', { name: 'ANN', role: 'viewer' });
  assert.equal(twice.status, 409);
  assert.equal((await stranger().signIn('admin', ADMIN_PASSWORD)).status, 200);
});
