import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { bytesOf, connect, play, type Turn } from './dialogue.ts';

const POST: Turn[] = [
  [
    '>',
    'POST /a?b=1 HTTP/1.1\r\nHost: h.test:8080\r\nUser-Agent: x/1\r\nContent-Length: 7\r\n\r\n{"a":1}',
  ],
  [
    '<',
    'HTTP/1.0 404 No\r\nServer: s/2\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n<html>\r\n3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\n',
  ],
];

test('request, reply, bodies and their types', () => {
  const { facts } = play(POST);
  assert.deepEqual(facts.http, {
    transDepth: 1,
    method: 'POST',
    host: 'h.test',
    uri: '/a?b=1',
    version: '1.0',
    userAgent: 'x/1',
    requestBodyLength: 7,
    responseBodyLength: 9,
    statusCode: 404,
    origMimeTypes: 'text/json',
    respMimeTypes: 'text/html',
    requests: 1,
    replies: 1,
  });
  assert.equal(facts.serverBanner, 's/2');
});

test('the facts do not depend on the cuts', () => {
  const whole = play(POST);
  for (let piece = 1; piece < 150; piece++) assert.deepEqual(play(POST, {}, piece), whole);
});

test('pipelined requests are answered in order; HEAD, 204 and 304 have no body', () => {
  const turns: Turn[] = [
    [
      '>',
      'HEAD /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\nGET /3 HTTP/1.1\r\n\r\nGET /4 HTTP/1.1\r\n\r\n',
    ],
    ['<', 'HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n'],
    [
      '<',
      'HTTP/1.1 204 No\r\nContent-Length: 9\r\n\r\nHTTP/1.1 304 No\r\nContent-Length: 9\r\n\r\n',
    ],
    ['<', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'],
  ];
  const { facts } = play(turns);
  assert.deepEqual([facts.http?.requests, facts.http?.replies], [4, 4]);
  assert.equal(facts.http?.responseBodyLength, 0);
});

test('what is left of a body is told once its type is known', () => {
  const connection = connect();
  const say = (who: boolean, text: string): void => {
    const bytes = bytesOf(text);
    connection.data(who, bytes, 0, bytes.length, 0);
  };
  say(true, 'GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\nGET /c HTTP/1.1\r\n\r\n');
  say(false, `HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n${'x'.repeat(500)}`);
  assert.equal(connection.bodyLeft(false), 0, 'its first bytes are still looked at');
  say(false, 'x'.repeat(500));
  assert.equal(connection.bodyLeft(false), 99_000);
  assert.equal(connection.bodyLeft(true), 0);
  connection.gap(false, 98_000);
  say(false, `${'x'.repeat(1000)}HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n`);
  assert.equal(connection.facts.http?.responseBodyLength, 100_000);
  assert.equal(connection.bodyLeft(false), 4096, 'of a chunk');
  say(false, `${'x'.repeat(4096)}\r\n0\r\n\r\nHTTP/1.0 200 OK\r\n\r\n`);
  assert.equal(connection.bodyLeft(false), Number.POSITIVE_INFINITY);
  assert.equal(connection.facts.http?.replies, 3);
});

test('100 Continue is no reply', () => {
  const turns: Turn[] = [
    ['>', 'POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\n'],
    ['<', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['>', 'x'],
    ['<', 'HTTP/1.1 201 Made\r\nContent-Length: 0\r\n\r\n'],
  ];
  const { facts } = play(turns);
  assert.deepEqual([facts.http?.statusCode, facts.http?.replies], [201, 1]);
});

test('a body without length goes on to the end; a hole inside it is counted', () => {
  const connection = connect();
  const send = (from: boolean, text: string): void => {
    const bytes = bytesOf(text);
    connection.data(from, bytes, 0, bytes.length, 0);
  };
  send(true, 'GET / HTTP/1.1\r\n\r\n');
  send(false, 'HTTP/1.1 200 OK\r\n\r\n\x89PNG\r\n\x1a\n');
  connection.gap(false, 1000);
  send(false, 'end');
  connection.end();
  assert.equal(connection.facts.http?.responseBodyLength, 1011);
  assert.equal(connection.facts.http?.respMimeTypes, 'image/png');
});

test('a hole in the headers of a request leaves its reply readable, and ends the reading there', () => {
  const connection = connect();
  const send = (from: boolean, text: string): void => {
    const bytes = bytesOf(text);
    connection.data(from, bytes, 0, bytes.length, 0);
  };
  const reply = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
  send(true, 'GET / HTTP/1.1\r\nHost: ');
  connection.gap(true, 100);
  send(false, reply + reply);
  connection.end();
  assert.equal(connection.facts.http?.statusCode, 200);
  assert.equal(connection.facts.http?.replies, 1);
  assert.equal(connection.facts.weird, null);
});

test('a reply to nothing and a line that is no request are Zeek weirds', () => {
  const unmatched = play([
    ['>', 'GET / HTTP/1.1\r\n\r\n'],
    [
      '<',
      'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
    ],
  ]);
  assert.equal(unmatched.facts.weird?.name, 'unmatched_HTTP_reply');
  const bad = play([['>', 'GET / HTTP/1.1\r\n\r\n(((\r\n']]);
  assert.equal(bad.facts.weird?.name, 'bad_HTTP_request');
});

test('an upgrade ends the reading', () => {
  const connection = connect();
  const ask = bytesOf('GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n');
  const grant = bytesOf(
    'HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\nGET / HTTP/1.1\r\n\r\n',
  );
  connection.data(true, ask, 0, ask.length, 0);
  connection.data(false, grant, 0, grant.length, 0);
  assert.equal(connection.over, true);
  assert.equal(connection.facts.http?.statusCode, 101);
});

test('logins by Basic authorisation are counted', () => {
  const login = 'GET / HTTP/1.1\r\nAuthorization: Basic cm9vdDp4\r\n\r\n';
  const turns: Turn[] = [
    ['>', login],
    ['<', 'HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n'],
    ['>', login],
    ['<', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'],
  ];
  const dialogue = play(turns).facts.dialogue;
  assert.deepEqual(
    [dialogue?.failedLogins, dialogue?.loggedIn, dialogue?.hostLogin],
    [1, true, true],
  );
});

test('the type of a packed body is that of what is inside, as far as it can be unpacked', () => {
  const page = `<html>${Array.from({ length: 900 }, (_, index) => index * 7919).join(' ')}</html>`;
  const packed = gzipSync(page);
  const reply = (body: Uint8Array): Turn[] => [
    ['>', 'GET / HTTP/1.1\r\n\r\n'],
    ['<', `HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`],
    ['<', body],
  ];
  assert.ok(packed.length > 600);
  assert.equal(play(reply(packed)).facts.http?.respMimeTypes, 'text/html');
  const broken = Uint8Array.from(packed);
  broken[3] = 0xff;
  assert.equal(play(reply(broken)).facts.http?.respMimeTypes, 'application/x-gzip');
});
