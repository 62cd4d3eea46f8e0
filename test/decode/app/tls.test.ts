import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { play, type Turn } from './dialogue.ts';
import {
  alpn,
  certificate,
  certificateMessage,
  clientHello,
  derName,
  extension,
  handshake,
  list16,
  record,
  serverHello,
  serverName,
} from './made-tls.ts';

const GREASE = 0x2a2a;
const CLIENT = clientHello(
  0x0303,
  5,
  [GREASE, 0xc02f, 0x009c],
  [
    extension(GREASE, []),
    serverName('www.example'),
    extension(10, list16([GREASE, 29, 23])),
    extension(11, [1, 0]),
    extension(13, list16([0x0403, 0x0804])),
    alpn('h2'),
  ],
);
const SUBJECT = derName([
  [6, 'XX'],
  [10, 'A, B'],
  [3, 'www.example'],
]);
const ISSUER = derName([[3, 'Test CA']]);
const SECRET = record(22, [1, 2, 3, 4, 5, 6, 7, 8]);
const CHANGE = record(20, [1]);

function full12(session: number): Turn[] {
  const server = [
    ...handshake(2, serverHello(0x0303, session, 0xc02f, [alpn('h2')])),
    ...handshake(11, certificateMessage(certificate(SUBJECT, ISSUER))),
    ...handshake(12, [3, 0, 29, 1, 9]),
    ...handshake(14, []),
  ];
  return [
    ['>', record(22, handshake(1, CLIENT))],
    ['<', record(22, server)],
    ['>', record(22, handshake(16, [1, 2, 3]))],
    ['>', CHANGE],
    ['>', SECRET],
    ['<', CHANGE],
    ['<', SECRET],
  ];
}

test('TLS 1.2: version, suite, curve, name, certificate, established', () => {
  const { facts } = play(full12(6));
  assert.equal(facts.ssl?.version, 'TLSv12');
  assert.equal(facts.ssl?.cipher, 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256');
  assert.equal(facts.ssl?.curve, 'x25519');
  assert.equal(facts.ssl?.serverName, 'www.example');
  assert.equal(facts.ssl?.alpn, 'h2');
  assert.equal(facts.ssl?.subject, 'CN=www.example,O=A\\, B,C=XX');
  assert.equal(facts.ssl?.issuer, 'CN=Test CA');
  assert.deepEqual([facts.ssl?.resumed, facts.ssl?.established], [false, true]);
});

test('the facts of TLS 1.2 do not depend on the cuts', () => {
  const whole = play(full12(6));
  for (const piece of [1, 2, 3, 4, 5, 7, 11, 64, 100]) {
    assert.deepEqual(play(full12(6), {}, piece), whole);
  }
});

test('a handshake spread over many records is put together', () => {
  const message = handshake(1, CLIENT);
  const turns: Turn[] = [['>', record(22, message.slice(0, 60))]];
  for (let at = 60; at < message.length; at += 7) {
    turns.push(['>', record(22, message.slice(at, at + 7))]);
  }
  assert.equal(play(turns).facts.ssl?.serverName, 'www.example');
});

test('a session id that comes back is a resumption', () => {
  const turns: Turn[] = [
    ['>', record(22, handshake(1, CLIENT))],
    ['<', record(22, handshake(2, serverHello(0x0303, 5, 0xc02f, [])))],
    ['<', CHANGE],
    ['<', SECRET],
    ['>', CHANGE],
    ['>', SECRET],
  ];
  const { facts } = play(turns);
  assert.deepEqual([facts.ssl?.resumed, facts.ssl?.established], [true, true]);
});

test('TLS 1.3 is told by supported_versions; encrypted records of both establish it', () => {
  const hello = clientHello(0x0303, 5, [0x1301], [extension(43, [4, 3, 4, 3, 3])]);
  const answer = serverHello(0x0303, 5, 0x1301, [
    extension(43, [3, 4]),
    extension(51, [0, 29, 0, 0]),
  ]);
  const turns: Turn[] = [
    ['>', record(22, handshake(1, hello))],
    ['<', record(22, handshake(2, answer))],
    ['<', CHANGE],
    ['<', record(23, [1, 2, 3])],
  ];
  const open = play(turns).facts.ssl;
  assert.deepEqual([open?.version, open?.curve, open?.resumed], ['TLSv13', 'x25519', false]);
  assert.equal(open?.established, false);
  assert.equal(play([...turns, ['>', record(23, [1, 2])]]).facts.ssl?.established, true);
});

test('JA3, JA3S and JA4 follow their published definitions', () => {
  const { facts } = play(full12(6));
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const sha = (text: string): string =>
    createHash('sha256').update(text).digest('hex').slice(0, 12);
  assert.equal(facts.ssl?.ja3, md5('771,49199-156,0-10-11-13-16,29-23,0'));
  assert.equal(facts.ssl?.ja3s, md5('771,49199,16'));
  const a = 't12d0205h2';
  const c = sha('000a,000b,000d_0403,0804');
  assert.equal(facts.ssl?.ja4, `${a}_${sha('009c,c02f')}_${c}`);
});

test('an alert or a broken hello ends the reading without facts made up', () => {
  const broken = record(22, handshake(1, CLIENT));
  broken[43] = 255;
  const { facts, service } = play([['>', broken]]);
  assert.equal(service, '');
  assert.equal(facts.ssl, null);
});
