import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { ROUTES, type RouteName } from '../../src/serve/index.ts';
import { COLUMNS_WITH_MARKUP, hostileCapture } from '../e2e/hostile.ts';
import { makeAlert } from '../store/fixtures.ts';
import { ADMIN_PASSWORD, Caller, runningService } from './running.ts';
import { ANALYSING, send, settled, upload } from './uploading.ts';

const NAMES = Object.keys(ROUTES) as RouteName[];
const CHANGES = NAMES.filter((name) => !/^(GET|HEAD) /.test(name) && name !== 'POST /api/session');
const SCRIPT = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`;

interface Refusal {
  readonly error: { readonly code: string };
}

test('no change by a browser goes without the token of its own session and from its own page', async (t) => {
  const { service, store, as } = await runningService(t);
  const admin = await as('administrator');
  const other = new Caller(service);
  await other.signIn('admin', ADMIN_PASSWORD);
  assert.notEqual(other.csrf, admin.csrf);
  const before = await store.audit.page({ limit: 1000 });
  const forged: [string, Record<string, string>][] = [
    ['no token', { 'x-wiresift-csrf': '' }],
    ['the token of another session', { 'x-wiresift-csrf': other.csrf }],
    ['another page', { origin: 'https://evil.example', host: 'localhost' }],
    [
      'a page of the same host on another port',
      { origin: 'http://localhost:1', host: 'localhost' },
    ],
    ['no origin that can be named', { origin: 'null', host: 'localhost' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a sister site', { 'sec-fetch-site': 'same-site' }],
  ];
  for (const name of CHANGES) {
    const [method = '', path = ''] = name.split(' ');
    const url = `${path.replace(':id', 'nothing')}?x-wiresift-csrf=${admin.csrf}`;
    for (const [what, headers] of forged) {
      const { status, body } = await admin.call<Refusal>(method, url, {}, headers);
      assert.deepEqual([status, body.error.code], [403, 'SERVE_CSRF'], `${name} with ${what}`);
    }
  }
  assert.ok(CHANGES.length > 25);
  const after = await store.audit.page({ limit: 1000 });
  assert.equal(after.rows.length, before.rows.length, 'nothing was done');
  assert.equal((await admin.call('GET', '/api/session')).status, 200);
});

test('whatever packets, files and callers say, no answer is a page', async (t) => {
  const { service, store, as } = await runningService(t, ANALYSING);
  const admin = await as('administrator');
  const { file } = await upload(admin, `${SCRIPT}.pcap`, hostileCapture());
  assert.equal((await settled(admin, file.id)).file.state, 'analysed');
  const alert = makeAlert(1, {
    title: SCRIPT,
    host: SCRIPT,
    peers: [SCRIPT],
    agreementText: SCRIPT,
    reasons: [{ feature: SCRIPT, value: SCRIPT, contribution: 1 }],
    anomalies: [SCRIPT],
  });
  await store.alerts.put([alert], file.id);
  const hunt = { name: SCRIPT, view: 'zeek', query: { view: 'zeek' } };
  await admin.call('POST', '/api/hunts', hunt);

  await t.test(
    'names from DNS, HTTP and certificates come back as they were, as data',
    async () => {
      for (const [column, where] of Object.entries(COLUMNS_WITH_MARKUP)) {
        const filter = { view: 'zeek', origin: file.id };
        const { status, text } = await admin.call('POST', '/api/flows/distinct', {
          filter,
          column,
        });
        assert.equal(status, 200, text);
        // DNS names are told in small letters, fields of certificates escaped as RFC 4514 has them.
        const told = `onerror=wiresiftInjected('${where}')`.toLowerCase();
        assert.ok(text.toLowerCase().includes(told), `${column}: ${text}`);
      }
      const query = encodeURIComponent(JSON.stringify({ view: 'zeek', origin: file.id }));
      const csv = await admin.call('GET', `/api/flows.csv?query=${query}`);
      assert.equal(csv.status, 200, csv.text);
      assert.match(csv.text, /onerror=wiresiftInjected/);
      assert.match(
        String(csv.headers['content-disposition']),
        /^attachment; filename="flows\.csv"/,
      );
    },
  );

  await t.test('every answer is JSON, an attachment or plain, and may run nothing', async () => {
    const { rows } = await store.jobs.page();
    const ids = [file.id, alert.id, rows[0]!.id, SCRIPT, `${file.id}${SCRIPT}`];
    const query = `q=${encodeURIComponent(SCRIPT)}`;
    let checked = 0;
    for (const name of NAMES) {
      const [method, path = ''] = name.split(' ');
      if (method !== 'GET' || name === 'GET /api/stream') continue;
      const places = path.includes(':id')
        ? ids.map((id) => path.replace(':id', encodeURIComponent(id)))
        : [path];
      for (const url of places.flatMap((place) => [place, `${place}?${query}`])) {
        const { headers, statusCode } = await service.app.inject({
          url,
          headers: { cookie: admin.cookie },
        });
        const type = String(headers['content-type'] ?? 'none');
        const kept = /^attachment; filename="[A-Za-z0-9._-]+"/.test(
          String(headers['content-disposition']),
        );
        const data = /^(application\/json|text\/plain)\b/.test(type);
        assert.ok(data || kept || type === 'none', `${url}: ${statusCode} ${type}`);
        assert.equal(headers['x-content-type-options'], 'nosniff', url);
        const policy = String(headers['content-security-policy']);
        assert.match(policy, kept ? /sandbox/ : /script-src 'self'(;|$)/, url);
        assert.doesNotMatch(policy, /unsafe-eval|script-src[^;]*unsafe-inline/, url);
        checked++;
      }
    }
    assert.ok(checked > 60, `${checked}`);
  });
});

/** Names that some system takes for a path, a device, a header or a command. */
const CLIMBING = [
  '../../../../etc/cron.d/x',
  '..\\..\\windows\\system32\\x',
  '/etc/passwd',
  'C:\\x.pcap',
  '\\\\server\\share\\x',
  'file:///etc/passwd',
  '%2e%2e%2f%2e%2e%2fx',
  '..',
  '.',
  'NUL',
  'a\u0000b.pcap',
  'a\r\nSet-Cookie: x=y\r\n\r\n<script>',
  '\u202efdp.exe',
  '"; filename="x.html',
  `${'x'.repeat(199)}é`,
  '\ud800.pcap',
  '~/.ssh/authorized_keys',
  '$(reboot)',
  '-rf',
];

test('names of files climb nowhere, into no header and no other name', async (t) => {
  const { service, store, as } = await runningService(t);
  const analyst = await as('analyst');
  const ids: string[] = [];
  for (const [i, name] of CLIMBING.entries()) {
    const begun = await analyst.call<{ file: { id: string } }>('POST', '/api/files', { name });
    if (begun.status === 400) continue;
    assert.equal(begun.status, 200, `${JSON.stringify(name)}: ${begun.text}`);
    const { id } = begun.body.file;
    ids.push(id);
    await send(analyst, id, Buffer.from(`${i}`), { last: true });
    const answer = await service.app.inject({
      url: `/api/files/${id}/content`,
      headers: { cookie: analyst.cookie },
    });
    assert.equal(answer.body, `${i}`, name);
    assert.equal(answer.headers['set-cookie'], undefined, name);
    const disposition = String(answer.headers['content-disposition']);
    assert.match(
      disposition,
      /^attachment; filename="[A-Za-z0-9_-][A-Za-z0-9._-]*"; filename\*=UTF-8''[A-Za-z0-9%._~!-]+$/,
      name,
    );
    assert.doesNotMatch(disposition, /%2F|%5C|%0D|%0A|%00/i, name);
  }
  assert.ok(ids.length >= CLIMBING.length - 3, 'names are kept as words, not refused');
  assert.deepEqual(readdirSync(join(store.folder, 'uploads')).sort(), ids.sort());
});

const zipOf = (bytes: Buffer): Buffer => {
  const name = Buffer.from('a.pcap');
  const packed = deflateRawSync(bytes);
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(20, 4);
  head.writeUInt16LE(8, 8);
  head.writeUInt32LE(packed.length, 18);
  head.writeUInt32LE(bytes.length, 22);
  head.writeUInt16LE(name.length, 26);
  return Buffer.concat([head, name, packed]);
};

test('what unfolds beyond measure is not unfolded, however it is packed', async (t) => {
  const { service, as } = await runningService(t, { ...ANALYSING, limits: { unfoldRatio: 100 } });
  const analyst = await as('analyst');
  const example = readFileSync(new URL('../../examples/office.pcap', import.meta.url));
  const header = example.subarray(0, 24);
  const zeros = gzipSync(Buffer.alloc(8 * 2 ** 20));
  const bombs: [string, Buffer, RegExp][] = [
    [
      'members of a few MB each',
      Buffer.concat([gzipSync(header), ...Array(16).fill(zeros)]),
      /unfold to more than/,
    ],
    ['gzip in gzip', gzipSync(gzipSync(Buffer.alloc(64 * 2 ** 20))), /magic number/],
    ['zip', zipOf(Buffer.concat([header, Buffer.alloc(64 * 2 ** 20)])), /magic number/],
  ];
  for (const [name, bytes, reason] of bombs) {
    const taken = await upload(analyst, name, bytes);
    const { file } = await settled(analyst, taken.file.id);
    assert.equal(file.state, 'failed', name);
    assert.match(file.problem, reason, name);
  }
  const { cookie, csrf } = analyst;
  const post = (payload: Buffer | string, more: Record<string, string> = {}) =>
    service.app.inject({
      method: 'POST',
      url: '/api/alerts/undo',
      payload,
      headers: { cookie, 'x-wiresift-csrf': csrf, 'content-type': 'application/json', ...more },
    });
  // Bodies of requests are taken as they are: what says that it is packed is no JSON.
  for (const encoding of ['gzip', 'deflate', 'br']) {
    const packed = gzipSync(`{"action":"${'a'.repeat(2 ** 20)}"}`);
    assert.equal((await post(packed, { 'content-encoding': encoding })).statusCode, 400, encoding);
  }
  const deep = `${'['.repeat(400_000)}${']'.repeat(400_000)}`;
  assert.equal((await post(deep)).statusCode, 400, 'deep');
  assert.equal((await post(`{"action":${'[{"a":'.repeat(100_000)}`)).statusCode, 400, 'broken');
});

test('headers without end, two lengths at once, and more connections than there is room for', async (t) => {
  const { service } = await runningService(t, { limits: { connections: 4 } });
  const port = Number(new URL(await service.listen(0)).port);
  const said = (words: string, millis = 3000): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(words));
      let text = '';
      const timer = setTimeout(() => socket.destroy(), millis);
      socket.on('data', (bytes) => {
        text += bytes;
      });
      socket.on('error', () => {});
      socket.on('close', () => {
        clearTimeout(timer);
        resolve(text);
      });
    });
  const get = 'GET /api/session HTTP/1.1\r\nHost: x\r\n';
  assert.match(await said(`${get}X-A: ${'a'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431/);
  const both = 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics';
  assert.match(await said(`POST /api/session HTTP/1.1\r\nHost: x\r\n${both}`), /^HTTP\/1\.1 400/);
  assert.match(
    await said(`${get}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`),
    /^HTTP\/1\.1 400/,
  );
  assert.match(await said(`${get}Bad Header: x\r\n\r\n`), /^HTTP\/1\.1 400/);
  // Four that say nothing take all the room; the fifth is closed at once, and with one gone there is room.
  const held = await Promise.all(
    Array.from({ length: 4 }, () => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      return new Promise<typeof socket>((resolve) => socket.on('connect', () => resolve(socket)));
    }),
  );
  assert.equal(await said(`${get}\r\n`), '');
  for (const socket of held) socket.destroy();
  for (let tries = 0; ; tries++) {
    if (/^HTTP\/1\.1 200/.test(await said(`${get}Connection: close\r\n\r\n`))) break;
    assert.ok(tries < 20, 'there is room again');
  }
});
