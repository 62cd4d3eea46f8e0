import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertPage, Judged } from '../../src/serve/wire.ts';
import { startFixture } from './fixture/server.ts';

test('the fixture keeps to the wire: rights, paging, judging, undoing', async (t) => {
  const { address, close } = await startFixture({ alerts: 30 });
  t.after(close);
  const get = async <Body>(path: string, init: RequestInit = {}): Promise<Body> =>
    (await fetch(`${address}${path}`, init)) as Body;
  assert.equal((await get<Response>('/api/alerts')).status, 401);
  const signedIn = await get<Response>('/api/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'ana', password: 'ana-password' }),
  });
  const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!;
  const json = async <Body>(path: string, sent?: unknown): Promise<Body> => {
    const response = await fetch(`${address}${path}`, {
      method: sent === undefined ? 'GET' : 'POST',
      headers: { cookie, 'content-type': 'application/json', 'x-wiresift-csrf': 'csrf-ana' },
      ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
    });
    assert.equal(response.status, 200, `${path}: ${response.status}`);
    return (await response.json()) as Body;
  };
  const first = await json<AlertPage>('/api/alerts?limit=20&total=true&sort=score&order=up');
  assert.equal(first.total, 30);
  const second = await json<AlertPage>(`/api/alerts?limit=20&cursor=${first.next}&sort=score`);
  assert.equal(first.rows.length + second.rows.length, 30);
  const [{ id, version }] = first.rows as [AlertPage['rows'][number]];
  const judgement = { state: 'resolved', verdict: 'false positive' };
  const judged = await json<Judged>('/api/alerts/judge', { targets: [{ id, version }], judgement });
  assert.equal(judged.alerts[0]!.state, 'resolved');
  await json(`/api/alerts/undo`, { action: judged.action });
  for (const path of ['', '/usual', '/flows', '/history']) await json(`/api/alerts/${id}${path}`);
  await json('/api/alerts/counts?filter=state:eq:open');
  await json('/api/people');
});
