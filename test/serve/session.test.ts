import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ADMIN_PASSWORD, Caller, runningService } from './running.ts';

interface Refusal {
  readonly error: { readonly code: string; readonly retryAfter?: number };
}

test('a first start without a given password makes one that must be changed at once', async (t) => {
  const { service } = await runningService(t, { adminPassword: undefined });
  assert.match(service.firstPassword ?? '', /^[a-z2-9]{4}(-[a-z2-9]{4}){3}$/);
  const caller = new Caller(service);
  assert.equal((await caller.signIn('admin', service.firstPassword!)).status, 200);
  const early = await caller.call<Refusal>('GET', '/api/alerts');
  assert.deepEqual([early.status, early.body.error.code], [403, 'SERVE_PASSWORD']);
  const weak = await caller.call('POST', '/api/session/password', {
    current: service.firstPassword,
    next: 'short',
  });
  assert.equal(weak.status, 400);
  const next = 'one of my own choice';
  const changed = await caller.call('POST', '/api/session/password', {
    current: service.firstPassword,
    next,
  });
  assert.equal(changed.status, 200);
  assert.equal((await caller.call('GET', '/api/alerts')).status, 200);
  assert.equal((await new Caller(service).signIn('admin', service.firstPassword!)).status, 401);
  assert.equal((await new Caller(service).signIn(' ADMIN ', next)).status, 200);
});

test('the cookie is for this host alone and no script reads it', async (t) => {
  const { stranger } = await runningService(t);
  const answer = await stranger().signIn('admin', ADMIN_PASSWORD);
  const cookie = String(answer.headers['set-cookie']);
  for (const part of ['HttpOnly', 'SameSite=Strict', 'Path=/']) assert.ok(cookie.includes(part));
  assert.ok(!cookie.includes('Domain'));
  assert.ok(!cookie.includes('Expires') && !cookie.includes('Max-Age'));
});

test('changes need the token of the session, and our own page', async (t) => {
  const { as, store } = await runningService(t);
  const admin = await as('administrator');
  const body = { targets: [{ id: 'x', version: 1 }], judgement: { state: 'resolved' } };
  const { csrf } = admin;
  for (const [headers, wanted] of [
    [{ 'x-wiresift-csrf': '' }, 403],
    [{ 'x-wiresift-csrf': `${csrf.slice(0, -1)}x` }, 403],
    [{ origin: 'https://evil.example', host: 'localhost:80' }, 403],
    [{ origin: 'null', host: 'localhost:80' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-origin', origin: 'http://localhost', host: 'localhost' }, 404],
    [{ origin: 'http://localhost:8470', host: 'localhost:8470' }, 404],
    [{}, 404],
  ] as const) {
    const answer = await admin.call<Refusal>('POST', '/api/alerts/judge', body, { ...headers });
    assert.equal(answer.status, wanted, JSON.stringify(headers));
  }
  const lines = await store.audit.page();
  assert.ok(!lines.rows.some(({ action }) => action === 'alert.judge'));
});

test('signing in cannot be asked for by another page', async (t) => {
  const { stranger } = await runningService(t);
  const answer = await stranger().call(
    'POST',
    '/api/session',
    { name: 'admin', password: ADMIN_PASSWORD },
    { 'sec-fetch-site': 'cross-site' },
  );
  assert.equal(answer.status, 403);
});

test('signing out ends the session for good', async (t) => {
  const { stranger } = await runningService(t);
  const caller = stranger();
  await caller.signIn('admin', ADMIN_PASSWORD);
  assert.equal((await caller.call('DELETE', '/api/session')).status, 204);
  assert.equal((await caller.call('GET', '/api/alerts')).status, 401);
  const { body } = await caller.call<{ user: unknown }>('GET', '/api/session');
  assert.equal(body.user, null);
});

test('a session ends after its time, and when it is not used', async (t) => {
  let now = Date.now() * 1000;
  const { stranger } = await runningService(t, { now: () => now });
  const idle = stranger();
  await idle.signIn('admin', ADMIN_PASSWORD);
  now += 59 * 60e6;
  assert.equal((await idle.call('GET', '/api/alerts')).status, 200);
  now += 61 * 60e6;
  assert.equal((await idle.call('GET', '/api/alerts')).status, 401);
  const busy = stranger();
  await busy.signIn('admin', ADMIN_PASSWORD);
  for (let half = 0; half < 23; half++) {
    now += 30 * 60e6;
    assert.equal((await busy.call('GET', '/api/alerts')).status, 200);
  }
  now += 40 * 60e6;
  assert.equal((await busy.call('GET', '/api/alerts')).status, 401);
});

test('guessing passwords grows slower, by address and name, and the audit log tells of it', async (t) => {
  let now = Date.now() * 1000;
  const { stranger, store } = await runningService(t, { now: () => now });
  const guesser = stranger();
  for (let i = 0; i < 6; i++) assert.equal((await guesser.signIn('admin', `no ${i}`)).status, 401);
  const refused = (await guesser.signIn('admin', ADMIN_PASSWORD)) as unknown as {
    status: number;
    body: Refusal;
    headers: Record<string, string>;
  };
  assert.deepEqual([refused.status, refused.body.error.code], [429, 'SERVE_SLOW_DOWN']);
  assert.equal(refused.headers['retry-after'], '2');
  now += 3e6;
  assert.equal((await guesser.signIn('admin', ADMIN_PASSWORD)).status, 200);
  const { rows } = await store.audit.page({ limit: 100 });
  assert.equal(rows.filter(({ action }) => action === 'session.refuse').length, 6);
  assert.ok(rows.some(({ action }) => action === 'session.add'));
});

test('what a name is does not show in the answer', async (t) => {
  const { stranger } = await runningService(t);
  const known = await stranger().signIn('admin', 'wrong');
  const unknown = await stranger().signIn('nobody', 'wrong');
  assert.equal(known.text, unknown.text);
});
