import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { runningService } from '../running.ts';
import { ANALYSING, begin, send, settled, upload } from '../uploading.ts';

const capture = readFileSync(new URL('../../../examples/attack.pcap', import.meta.url));

interface Alerts {
  readonly rows: readonly { readonly host: string; readonly title: string }[];
}

test('a capture sent in pieces is followed, analysed once, and goes with all that hangs on it', async (t) => {
  const { as, store } = await runningService(t, ANALYSING);
  const analyst = await as('analyst');
  const id = await begin(analyst, '../../etc/passwd', capture.length);
  const first = await send(analyst, id, capture.subarray(0, 900_000));
  assert.deepEqual([first.body.file.received, first.body.file.state], [900_000, 'uploading']);
  for (
    let tries = 0;
    (await store.jobs.count([{ field: 'state', is: 'equal', value: 'running' }])) === 0;
    tries++
  ) {
    assert.ok(tries < 100, 'the analysis begins while the upload waits');
    await sleep(50);
  }
  const wrong = await send(analyst, id, capture.subarray(0, 10), { offset: 10 });
  assert.deepEqual([wrong.status, wrong.headers['upload-offset']], [409, '900000']);
  const head = await analyst.call('HEAD', `/api/files/${id}/content`);
  assert.equal(head.headers['upload-offset'], '900000');
  assert.equal(head.headers['upload-length'], String(capture.length));
  const rest = await send(analyst, id, capture.subarray(900_000), { offset: 900_000 });
  assert.equal(rest.body.file.received, capture.length);
  const { file, jobs } = await settled(analyst, id);
  assert.equal(file.state, 'analysed');
  assert.equal(file.facts['packets'], 19_868);
  assert.deepEqual(
    jobs.map(({ state }) => state),
    ['done'],
  );
  const alerts = await analyst.call<Alerts>('GET', '/api/alerts');
  assert.equal(alerts.body.rows.length, 7);
  assert.ok(alerts.body.rows.some(({ title }) => title === 'Vertical scan'));
  assert.equal(await store.flows.count({ view: 'argus' }), 3596);
  const kept = await analyst.call('GET', `/api/files/${id}/content`);
  assert.equal(kept.headers['content-type'], 'application/octet-stream');
  assert.match(String(kept.headers['content-disposition']), /^attachment; filename="[^/"]*";/);

  const again = await upload(analyst, 'again.pcap', capture);
  assert.equal(again.sameAs, id);
  const known = await analyst.call<{ sameAs: string }>('POST', '/api/files', {
    name: 'third.pcap',
    hash: file.hash,
  });
  assert.equal(known.body.sameAs, id);

  const before = await analyst.call<{ alerts: number; flows: number }>(
    'GET',
    `/api/files/${id}/consequences`,
  );
  assert.deepEqual([before.body.alerts, before.body.flows], [7, 3596 + 3797]);
  assert.equal((await analyst.call('DELETE', `/api/files/${id}`)).status, 204);
  const left = [
    await store.flows.count({ view: 'argus' }),
    await store.alerts.count(),
    await store.hosts.count(),
  ];
  assert.deepEqual(left, [0, 0, 0]);
  assert.equal((await analyst.call('GET', `/api/files/${id}/content`)).status, 404);
});

test('gzip is unfolded on the way; a bomb and what is no capture fail with their reason', async (t) => {
  const { as } = await runningService(t, { ...ANALYSING, limits: { unfoldRatio: 100 } });
  const analyst = await as('analyst');
  const packed = await upload(analyst, 'office.pcap.gz', gzipSync(capture));
  const bomb = await upload(
    analyst,
    'bomb.gz',
    gzipSync(Buffer.concat([capture.subarray(0, 24), Buffer.alloc(64 * 2 ** 20)])),
  );
  const text = await upload(analyst, '<script>alert(1)</script>.pcap', Buffer.from('hello, world'));
  const found = await settled(analyst, packed.file.id);
  assert.equal(found.file.facts['packets'], 19_868);
  const refused = await settled(analyst, bomb.file.id);
  assert.equal(refused.file.state, 'failed');
  assert.match(refused.file.problem, /unfold to more than/);
  const other = await settled(analyst, text.file.id);
  assert.match(other.file.problem, /magic number/);
  assert.doesNotMatch(other.file.problem, /\/tmp|uploads/);
});

test('an upload without a size ends where it is said; more than the limit is refused', async (t) => {
  const { as, store } = await runningService(t, { limits: { uploadBytes: 1000 } });
  const analyst = await as('analyst');
  const big = await analyst.call('POST', '/api/files', { name: 'big.pcap', size: 1001 });
  assert.equal(big.status, 413);
  const id = await begin(analyst, 'unknown.pcap');
  assert.equal((await send(analyst, id, Buffer.alloc(600))).status, 200);
  assert.equal((await send(analyst, id, Buffer.alloc(600), { offset: 600 })).status, 413);
  const end = await send(analyst, id, Buffer.alloc(100), { offset: 600, last: true });
  assert.deepEqual([end.body.file.state, end.body.file.size], ['received', 700]);
  assert.equal((await send(analyst, id, Buffer.alloc(1), { offset: 700 })).status, 409);
  assert.equal(await store.jobs.count(), 0);
});
