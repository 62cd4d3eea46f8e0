import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { PROTOCOLS } from '../../../src/decode/app/protocols.ts';
import { bytesOf, connect } from './dialogue.ts';
import { SAMPLES } from './samples.ts';

const CONNECTIONS = 30_000;
/** There Zeek too takes whatever parses: a byte or two of header is all there is to check. */
const LOOSE_PORTS = new Set([123, 4789, 6081]);

function fill(random: Random, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at++) bytes[at] = random.int(256);
}

test('random bytes confirm nothing, on any port', () => {
  const random = new Random(20_240_601);
  const ports = [...new Set(PROTOCOLS.flatMap((protocol) => protocol.ports))].filter(
    (port) => !LOOSE_PORTS.has(port),
  );
  const bytes = new Uint8Array(1300);
  let wrong = '';
  for (let index = 0; index < CONNECTIONS; index++) {
    const port =
      index % 2 === 0 ? (ports[index % ports.length] as number) : 10_000 + random.int(9999);
    const connection = connect({ protocol: index % 3 === 0 ? 6 : 17, responderPort: port });
    for (let turn = 0; turn < 3; turn++) {
      const size = random.int(turn === 0 ? 1300 : 200);
      fill(random, bytes.subarray(0, size));
      connection.data(turn !== 1, bytes, 0, size, 0);
    }
    connection.end();
    if (connection.service !== '') wrong += `${port} ${connection.service}; `;
  }
  assert.equal(wrong, '');
});

test('samples with bytes changed, cut and repeated never throw', () => {
  const random = new Random(7);
  for (let round = 0; round < 150; round++) {
    for (const { setting, turns } of SAMPLES) {
      const connection = connect(setting);
      for (const [who, text] of turns) {
        const bytes = Uint8Array.from(bytesOf(text));
        const changes = random.int(4);
        for (let change = 0; change < changes; change++) {
          bytes[random.int(bytes.length)] = random.int(256);
        }
        const cut = random.int(8) === 0 ? random.int(bytes.length) : bytes.length;
        connection.data(who === '>', bytes, 0, cut, 0);
        if (random.int(16) === 0) connection.gap(who === '>', 1 + random.int(1000));
        if (random.int(8) === 0) connection.data(who === '>', bytes, 0, cut, 0);
      }
      connection.end();
      assert.ok(connection.service.split(',').length <= 8);
    }
  }
});

test('a confirmed protocol followed by random bytes never throws and stays', () => {
  const random = new Random(11);
  const noise = new Uint8Array(5000);
  for (const { setting, turns, service, name } of SAMPLES) {
    const connection = connect(setting);
    for (const [who, text] of turns) {
      const bytes = bytesOf(text);
      connection.data(who === '>', bytes, 0, bytes.length, 0);
    }
    for (let turn = 0; turn < 20; turn++) {
      fill(random, noise);
      connection.data(turn % 2 === 0, noise, 0, noise.length, 0);
    }
    connection.end();
    // FTP's word is taken back when its replies stop having codes.
    if (name !== 'ftp') assert.ok(connection.service.startsWith(service), name);
  }
});
