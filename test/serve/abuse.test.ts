import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { after, before, describe, mock, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EventHub } from '../../src/serve/event-hub.ts';
import { makeAlert } from '../store/fixtures.ts';
import { type Caller, type Running, runningService } from './running.ts';
import { begin, send } from './uploading.ts';

const SCRIPT = `<script>alert(1)</script>"'><img src=x onerror=alert(1)>`;

/** What a socket hears until it is closed. */
function heard(socket: Socket, millis: number): Promise<{ text: string; closed: boolean }> {
  return new Promise((resolve) => {
    let text = '';
    const timer = setTimeout(() => end(false), millis);
    const end = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ text, closed });
    };
    socket.on('data', (bytes) => {
      text += bytes;
    });
    socket.on('close', () => end(true));
    socket.on('error', () => end(true));
  });
}

test('paths do not climb, by any spelling', async (t) => {
  const { as, stranger } = await runningService(t);
  const analyst = await as('analyst');
  for (const path of [
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/..%2f..%2fetc%2fpasswd',
    '/..%5c..%5cetc%5cpasswd',
    '//etc/passwd',
    '/%00/etc/passwd',
    '/api/files/..%2f..%2f..%2fetc%2fpasswd/content',
    '/api/files/%2fetc%2fpasswd/content',
    '/api/files/nothing%00/content',
  ]) {
    for (const caller of [stranger(), analyst]) {
      const { status, text } = await caller.call('GET', path);
      assert.ok([400, 401, 404].includes(status), `${path}: ${status}`);
      assert.doesNotMatch(text, /root:/, path);
    }
  }
});

test('bodies that are too large, no JSON, of another type, or poisoned are refused', async (t) => {
  const { service, as } = await runningService(t, { limits: { bodyBytes: 10_000 } });
  const analyst = await as('analyst');
  const { cookie, csrf } = analyst;
  const raw = (payload: string, type = 'application/json') =>
    service.app.inject({
      method: 'POST',
      url: '/api/alerts/judge',
      payload,
      headers: { cookie, 'x-wiresift-csrf': csrf, 'content-type': type },
    });
  assert.equal((await raw(JSON.stringify({ note: 'x'.repeat(20_000) }))).statusCode, 413);
  assert.equal((await raw('{"targets": [')).statusCode, 400);
  assert.equal((await raw('a=b', 'application/x-www-form-urlencoded')).statusCode, 415);
  assert.equal((await raw('{}', 'text/plain')).statusCode, 415);
  const target = '{"id":"a","version":1}';
  for (const poison of ['"__proto__":{"x":1}', '"constructor":{"prototype":{"x":1}}']) {
    const answer = await raw(`{"targets":[${target}],"judgement":{"note":"n"},${poison}}`);
    assert.equal(answer.statusCode, 400, poison);
    const inner = await raw(`{"targets":[${target}],"judgement":{"note":"n",${poison}}}`);
    assert.equal(inner.statusCode, 400, poison);
  }
  assert.equal(({} as { x?: number }).x, undefined);
  for (const query of [
    '__proto__=1',
    'constructor=1',
    'filter=__proto__:eq:1',
    'filter=constructor:eq:1',
    'sort=__proto__',
    'sort=constructor',
  ]) {
    assert.equal((await analyst.call('GET', `/api/alerts?${query}`)).status, 400, query);
  }
  const column = { filter: { view: 'argus' }, column: '__proto__' };
  assert.equal((await analyst.call('POST', '/api/flows/histogram', column)).status, 400);
  assert.equal((await analyst.call('GET', '/api/models/__proto__')).status, 404);
});

test('a refusal tells no stack, no path and no SQL', async (t) => {
  const { as, store } = await runningService(t);
  const viewer = await as('viewer');
  t.mock.method(store.alerts, 'page', async () => {
    throw new Error('SQLITE_CORRUPT: select secret from /var/lib/x');
  });
  const { status, text } = await viewer.call('GET', '/api/alerts');
  assert.equal(status, 500);
  assert.match(text, /SERVE_FAULT/);
  assert.doesNotMatch(text, /SQLITE|select|\/var|node_modules|\.ts/);
});

test('scripts in names and in what packets said come back as data, never as a page', async (t) => {
  const { as, store, service } = await runningService(t);
  const analyst = await as('analyst');
  const alert = makeAlert(1, {
    title: SCRIPT,
    host: SCRIPT,
    peers: [SCRIPT],
    agreementText: SCRIPT,
    reasons: [{ feature: SCRIPT, value: SCRIPT, contribution: 1 }],
    anomalies: [SCRIPT],
  });
  await store.alerts.put([alert]);
  const id = await begin(analyst, SCRIPT, 4);
  await send(analyst, id, Buffer.from('<b>!'));
  const host = encodeURIComponent(SCRIPT);
  for (const url of [
    '/api/alerts',
    `/api/alerts/${alert.id}`,
    '/api/hosts',
    `/api/hosts/${host}`,
    '/api/files',
    `/api/files/${id}`,
    `/api/nothing/${host}`,
    `/api/alerts?filter=${host}:eq:1`,
    `/api/hosts/${host}x`,
    `/${host}`,
  ]) {
    const answer = await service.app.inject({ url, headers: { cookie: analyst.cookie } });
    assert.match(String(answer.headers['content-type']), /^application\/json/, url);
    assert.equal(answer.headers['x-content-type-options'], 'nosniff', url);
    const policy = String(answer.headers['content-security-policy']);
    assert.match(policy, /script-src 'self'(;|$)/, url);
    assert.match(policy, /style-src 'self'(;|$)/, url);
    assert.doesNotMatch(policy, /unsafe/, url);
    assert.doesNotThrow(() => JSON.parse(answer.body), url);
  }
  const detail = await analyst.call<{ row: { title: string }; replay: string }>(
    'GET',
    `/api/alerts/${alert.id}`,
  );
  assert.equal(detail.body.row.title, SCRIPT);
  const file = await service.app.inject({
    url: `/api/files/${id}/content`,
    headers: { cookie: analyst.cookie },
  });
  assert.equal(file.headers['content-type'], 'application/octet-stream');
  const disposition = String(file.headers['content-disposition']);
  assert.match(
    disposition,
    /^attachment; filename="[A-Za-z0-9._-]+"; filename\*=UTF-8''[A-Za-z0-9%._~!-]+$/,
  );
  assert.match(String(file.headers['content-security-policy']), /sandbox/);
});

test('a command to be pasted cannot be broken out of', async (t) => {
  const { as, store } = await runningService(t);
  const analyst = await as('analyst');
  for (const [i, name] of [
    `a'; rm -rf ~; '.pcap`,
    '$(reboot).pcap',
    '-rf',
    'a\nb.pcap',
    '`x`',
  ].entries()) {
    const id = await begin(analyst, name, 10);
    const alert = makeAlert(i);
    await store.alerts.put([alert], id);
    const { body } = await analyst.call<{ replay: string }>('GET', `/api/alerts/${alert.id}`);
    const word = /^wiresift detect ('(?:[^']|'\\'')*'|[A-Za-z0-9_./:-]+) --/.exec(body.replay)?.[1];
    assert.ok(word, body.replay);
    assert.match(word, /^'?\.\//);
    assert.doesNotMatch(body.replay, /\n/);
  }
});

describe('slow and broken callers', () => {
  let running: Running;
  let analyst: Caller;
  let port: number;
  let hub: EventHub | undefined;
  const ends: (() => unknown)[] = [];

  before(async () => {
    const { listen } = EventHub.prototype;
    mock.method(EventHub.prototype, 'listen', function (this: EventHub, listener: () => void) {
      hub = this;
      return listen.call(this, listener);
    });
    const context = { after: (end: () => unknown) => ends.push(end) };
    running = await runningService(context as never, {
      limits: {
        headerMillis: 500,
        bodyMillis: 500,
        uploadIdleMillis: 700,
        heartbeatMillis: 100,
        listenerBytes: 64 * 1024,
        listeners: 3,
      },
    });
    analyst = await running.as('analyst');
    port = Number(new URL(await running.service.listen(0)).port);
  });

  after(async () => {
    mock.restoreAll();
    for (const end of ends) await end();
  });

  const headers = (): string =>
    `Host: 127.0.0.1:${port}\r\nCookie: ${analyst.cookie}\r\nX-Wiresift-Csrf: ${analyst.csrf}\r\n`;

  test('a header that does not end is cut off', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /api/session HTTP/1.1\r\nHost: x\r\n');
    const drip = setInterval(() => socket.write('X-A: b\r\n'), 100);
    const { closed } = await heard(socket, 5000);
    clearInterval(drip);
    assert.ok(closed);
  });

  test('a body that does not end is cut off', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `POST /api/alerts/undo HTTP/1.1\r\n${headers()}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{`,
    );
    const drip = setInterval(() => socket.write(' '), 100);
    const { closed, text } = await heard(socket, 5000);
    clearInterval(drip);
    assert.ok(closed);
    assert.doesNotMatch(text, /200 OK/);
  });

  test('whoever may not call is told before the body is read', async () => {
    const socket = connect(port, '127.0.0.1');
    socket.write(
      'PUT /api/files/x/content HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000000000\r\n\r\n',
    );
    const { text } = await heard(socket, 600);
    assert.match(text, /^HTTP\/1\.1 401/);
  });

  test('an upload that pauses is cut off, keeps what came, and goes on', async () => {
    const id = await begin(analyst, 'slow.pcap', 30);
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `PUT /api/files/${id}/content HTTP/1.1\r\n${headers()}Content-Type: application/octet-stream\r\nUpload-Offset: 0\r\nContent-Length: 30\r\n\r\n0123456789`,
    );
    const { closed } = await heard(socket, 5000);
    assert.ok(closed);
    const where = await analyst.call('HEAD', `/api/files/${id}/content`);
    assert.equal(where.headers['upload-offset'], '10');
    const rest = await send(analyst, id, Buffer.from('01234567890123456789'), { offset: 10 });
    assert.equal(rest.body.file.state, 'received');
  });

  test('a body whose connection died gives way to the next', async () => {
    const id = await begin(analyst, 'again.pcap', 20);
    const socket = connect(port, '127.0.0.1');
    socket.write(
      `PUT /api/files/${id}/content HTTP/1.1\r\n${headers()}Content-Type: application/octet-stream\r\nUpload-Offset: 0\r\nContent-Length: 20\r\n\r\n01234`,
    );
    for (;;) {
      const { headers: now } = await analyst.call('HEAD', `/api/files/${id}/content`);
      if (now['upload-offset'] === '5') break;
      await sleep(20);
    }
    const next = await send(analyst, id, Buffer.from('567890123456789'), { offset: 5 });
    socket.destroy();
    assert.equal(next.status, 200, next.text);
    assert.equal(next.body.file.state, 'received');
  });

  test('the event stream tells what happens, resumes, and drops whoever does not read', async () => {
    const listen = (more: Record<string, string> = {}) =>
      new Promise<{ text: () => string; end: () => void; socket: Socket }>((resolve) => {
        const call = httpRequest(
          { port, path: '/api/stream', headers: { cookie: analyst.cookie, ...more } },
          (response) => {
            let text = '';
            response.on('data', (bytes: Buffer) => {
              text += bytes;
            });
            response.on('error', () => {});
            assert.equal(response.headers['content-type'], 'text/event-stream; charset=utf-8');
            resolve({ text: () => text, end: () => call.destroy(), socket: response.socket });
          },
        );
        call.on('error', () => {});
        call.end();
      });
    const first = await listen();
    await begin(analyst, 'told.pcap', 5);
    await sleep(250);
    assert.match(first.text(), /event: file\ndata: \{.*told\.pcap/);
    assert.match(first.text(), /: still here/);
    const last = [...first.text().matchAll(/^id: (\d+)$/gm)].at(-1)![1]!;
    first.end();
    await begin(analyst, 'missed.pcap', 5);
    const second = await listen({ 'last-event-id': last });
    await sleep(150);
    assert.match(second.text(), /missed\.pcap/);
    assert.doesNotMatch(second.text(), /told\.pcap/);
    second.end();
    const old = await listen({ 'last-event-id': '12' });
    await sleep(150);
    assert.match(old.text(), /event: reset/);
    old.end();

    const listeners = async (): Promise<string> =>
      /^nids_stream_listeners (\d+)$/m.exec((await analyst.call('GET', '/metrics')).text)![1]!;
    while ((await listeners()) !== '0') await sleep(20);
    const deaf = connect(port, '127.0.0.1');
    deaf.write(`GET /api/stream HTTP/1.1\r\n${headers()}\r\n`);
    deaf.pause();
    deaf.on('error', () => {});
    while ((await listeners()) !== '1') await sleep(20);
    // More than the buffers of the system take, so that it stays with the service.
    const pad = 'x'.repeat(2 ** 20);
    for (let i = 0; i < 30; i++) hub!.publish('overview', { at: i, pad } as never);
    await sleep(100);
    hub!.publish('overview', { at: 0 });
    await sleep(100);
    assert.equal(await listeners(), '0');
    deaf.destroy();
  });

  test('listeners are bounded', async () => {
    const sockets: Socket[] = [];
    const answers: Promise<{ text: string }>[] = [];
    for (let i = 0; i < 4; i++) {
      const socket = connect(port, '127.0.0.1');
      socket.write(`GET /api/stream HTTP/1.1\r\n${headers()}\r\n`);
      sockets.push(socket);
      answers.push(heard(socket, 800));
      await sleep(50);
    }
    const texts = (await Promise.all(answers)).map(({ text }) => text.slice(9, 12));
    assert.deepEqual(texts, ['200', '200', '200', '409']);
  });
});
