import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PROTOCOLS } from '../../../src/decode/app/protocols.ts';
import { bytesOf, connect, play } from './dialogue.ts';
import { SAMPLES } from './samples.ts';

describe('each protocol', () => {
  for (const { name, service, setting, turns } of SAMPLES) {
    test(`${name} is confirmed on any port, however the stream is cut`, () => {
      const whole = play(turns, setting);
      assert.equal(whole.service, service);
      if (setting.protocol !== 6) return;
      const longest = Math.max(...turns.map(([, text]) => bytesOf(text).length));
      for (let piece = 1; piece <= longest; piece++) {
        assert.deepEqual(play(turns, setting, piece), whole, `pieces of ${piece}`);
      }
    });
  }

  test('has a sample, but those that name no service or need keys', () => {
    const without = new Set(['telnet', 'quic']);
    const words = SAMPLES.map((sample) => `${sample.name} ${sample.service}`).join(' ');
    const named: Record<string, string> = { krb: 'krb', dnp3: 'dnp3', dtls: 'dtls', ssl: 'ssl' };
    for (const { name } of PROTOCOLS) {
      if (!without.has(name)) assert.ok(words.includes(named[name] ?? name), name);
    }
  });

  test('fits the sets of ruled-out candidates', () => {
    for (const transport of [6, 17]) {
      const count = PROTOCOLS.filter((protocol) => protocol.transport === transport).length;
      assert.ok(count <= 32, `${count}`);
    }
  });
});

test('a port never hides what is said: every sample is confirmed on the ports of all others', () => {
  const ports = new Set(PROTOCOLS.flatMap((protocol) => protocol.ports));
  for (const { name, service, setting, turns } of SAMPLES) {
    if (setting.responderPort !== undefined) continue;
    for (const responderPort of ports) {
      const found = play(turns, { ...setting, responderPort }).service;
      assert.equal(found, service, `${name} on ${responderPort}`);
    }
  }
});

test('a port alone confirms nothing', () => {
  for (const port of new Set(PROTOCOLS.flatMap((protocol) => protocol.ports))) {
    for (const protocol of [6, 17]) {
      const turns = [
        ['>', 'plain talk that is nothing\r\n'],
        ['<', 'nor is this\r\n'],
      ] as const;
      assert.equal(play(turns, { protocol, responderPort: port }).service, '', `${port}`);
    }
  }
});

test('a hole before a protocol is found ends the search', () => {
  const connection = connect();
  connection.gap(true, 10);
  assert.equal(connection.over, true);
  const get = bytesOf('GET / HTTP/1.1\r\n\r\n');
  connection.data(true, get, 0, get.length, 0);
  assert.equal(connection.service, '');
});

test('other IP protocols are not read', () => {
  const connection = connect({ protocol: 132 });
  assert.equal(connection.over, true);
  connection.data(true, bytesOf('GET / HTTP/1.1\r\n\r\n'), 0, 18, 0);
  assert.equal(connection.service, '');
});

test('what no protocol takes is forgotten within 1,024 bytes each way', () => {
  const connection = connect();
  const text = bytesOf('220 '.padEnd(256, 'x'));
  let sent = 0;
  while (!connection.over && sent < 10_000) {
    connection.data(false, text, 0, text.length, 0);
    sent += text.length;
  }
  assert.ok(connection.over);
  assert.ok(sent <= 1024 + 256, `${sent}`);
});

test('an NTP answer that comes first turns the roles, a question does not', () => {
  const answer = new Uint8Array(48);
  answer.set([0x24, 2, 6, 0xe9]);
  const question = answer.slice();
  question[0] = 0x23;
  const ports = { protocol: 17, originatorPort: 123, responderPort: 123 };
  const first = play([['>', answer]], ports);
  assert.deepEqual([first.service, first.flipped], ['ntp', true]);
  assert.equal(play([['>', question]], ports).flipped, false);
  assert.equal(play([['<', answer]], ports).flipped, false);
});
