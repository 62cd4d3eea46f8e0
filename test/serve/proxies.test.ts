import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { checkProxies } from '../../src/serve/proxies.ts';
import { ADMIN_PASSWORD, type Running, runningService } from './running.ts';

/** Tries to sign in from a connection, with a word about who calls. @returns status and address noted */
async function from(
  { service, store }: Running,
  remoteAddress: string,
  forwarded?: string,
  password = 'wrong',
): Promise<[number, string]> {
  const answer = await service.app.inject({
    method: 'POST',
    url: '/api/session',
    remoteAddress,
    payload: { name: 'admin', password },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  });
  const [line] = (await store.audit.page({ limit: 1 })).rows;
  return [answer.statusCode, line!.address];
}

const behind = (t: TestContext, trustProxy: string[]): Promise<Running> =>
  runningService(t, { trustProxy });

test('without a proxy that is named, what callers say of themselves counts for nothing', async (t) => {
  const running = await runningService(t);
  for (let i = 0; i < 7; i++) {
    const [, noted] = await from(running, '198.51.100.7', `203.0.113.${i}`);
    assert.equal(noted, '198.51.100.7');
  }
  const [status] = await from(running, '198.51.100.7', '203.0.113.99', ADMIN_PASSWORD);
  assert.equal(status, 429, 'another word each time does not get around the throttle');
});

test('a named proxy tells who calls; chains that callers made up, and other proxies, do not', async (t) => {
  const running = await behind(t, ['192.0.2.1', '10.1.0.0/16']);
  const cases: [string, string | undefined, string][] = [
    ['192.0.2.1', '203.0.113.5', '203.0.113.5'],
    // The caller sent a chain; the proxy put behind it where that came from.
    ['192.0.2.1', '127.0.0.1, 203.0.113.5', '203.0.113.5'],
    ['192.0.2.1', '192.0.2.1, 127.0.0.1, 203.0.113.5', '203.0.113.5'],
    // Two proxies, both named.
    ['192.0.2.1', '1.2.3.4, 203.0.113.5, 10.1.2.3', '203.0.113.5'],
    ['10.1.9.9', '203.0.113.6', '203.0.113.6'],
    ['::ffff:192.0.2.1', '203.0.113.8', '203.0.113.8'],
    // Not one of them.
    ['192.0.2.2', '203.0.113.5', '192.0.2.2'],
    ['10.2.0.1', '192.0.2.1', '10.2.0.1'],
    // No address at all: the proxy's own is all that is known.
    ['192.0.2.1', '<script>alert(1)</script>', '192.0.2.1'],
    ['192.0.2.1', 'unknown', '192.0.2.1'],
    ['192.0.2.1', undefined, '192.0.2.1'],
  ];
  for (const [remote, forwarded, expected] of cases) {
    const [status, noted] = await from(running, remote, forwarded, ADMIN_PASSWORD);
    assert.equal(status, 200);
    assert.equal(noted, expected, `${remote} says ${forwarded}`);
  }
});

test('who guesses through a proxy slows down himself, and nobody else behind it', async (t) => {
  const running = await behind(t, ['192.0.2.1']);
  for (let i = 0; i < 8; i++) {
    const name = { method: 'POST', url: '/api/session' } as const;
    await running.service.app.inject({
      ...name,
      remoteAddress: '192.0.2.1',
      // A chain made up anew at each try, before the address that the proxy saw.
      headers: { 'x-forwarded-for': `198.51.100.${i}, 203.0.113.66` },
      payload: { name: `nobody${i}`, password: 'wrong' },
    });
  }
  const chain = '198.51.100.99, 203.0.113.66';
  const [status] = await from(running, '192.0.2.1', chain, ADMIN_PASSWORD);
  assert.equal(status, 429);
  const [other] = await from(running, '192.0.2.1', '203.0.113.67', ADMIN_PASSWORD);
  assert.equal(other, 200);
});

test('proxies are named by address or net, and never the whole world', () => {
  const good = ['127.0.0.1', '::1', '10.0.0.0/8', '2001:db8::/32'];
  assert.deepEqual(checkProxies(good), good);
  for (const bad of [
    '',
    'loopback',
    'proxy.example',
    '0.0.0.0/0',
    '::/0',
    '10.0.0.0/33',
    '1.2.3.4/',
  ]) {
    assert.throws(() => checkProxies([bad]), { code: 'SERVE_INPUT' }, bad);
  }
});

test('the log tells how the service is set up, and no secret', async (t) => {
  const lines: string[] = [];
  const to = { write: (line: string) => void lines.push(line) };
  await runningService(t, { trustProxy: ['192.0.2.1'], log: { level: 'info', to } });
  const set = lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'set up');
  assert.deepEqual(set.trustProxy, ['192.0.2.1']);
  assert.deepEqual([set.store.engine, set.tls, set.analyses], ['sqlite', false, false]);
  assert.equal(set.limits.bodyMillis, 20_000);
  assert.ok(!lines.join('').includes(ADMIN_PASSWORD));
});
