import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { test } from 'node:test';
import { headerMask, initialKeys } from '../../../src/decode/app/quic-keys.ts';
import { hex, play } from './dialogue.ts';
import { clientHello, extension, handshake, serverName } from './made-tls.ts';

const ID = hex('8394c8f03e515708');

test('the initial keys are those of RFC 9001, appendix A.1', () => {
  const client = initialKeys(1, ID, true);
  assert.equal(client?.key.toString('hex'), '1f369613dd76d5467730efcbe3b1a22d');
  assert.equal(client?.iv.toString('hex'), 'fa044b2f42a3fd3b46fb255c');
  assert.equal(client?.hp.toString('hex'), '9f50449e04a0e810283a1e9933adedd2');
  const server = initialKeys(1, ID, false);
  assert.equal(server?.key.toString('hex'), 'cf3a5331653c364c88f0f379b6067e37');
  assert.equal(initialKeys(0x1234, ID, true), null);
});

/** Seals frames into a client's Initial packet of version 1, padded to 1,200 bytes. */
function sealed(frames: readonly number[]): Uint8Array {
  const keys = initialKeys(1, ID, true);
  assert.ok(keys !== null);
  const padded = [...frames, ...new Array<number>(1170 - frames.length).fill(0)];
  const length = padded.length + 2 + 16;
  const header = [0xc1, 0, 0, 0, 1, 8, ...ID, 0, 0, 0x40 | (length >> 8), length & 255, 0, 2];
  const nonce = Buffer.from(keys.iv);
  nonce[11] = (nonce[11] as number) ^ 2;
  const cipher = createCipheriv('aes-128-gcm', keys.key, nonce);
  cipher.setAAD(new Uint8Array(header));
  const body = Buffer.concat([cipher.update(new Uint8Array(padded)), cipher.final()]);
  const packet = new Uint8Array([...header, ...body, ...cipher.getAuthTag()]);
  const at = header.length - 2;
  const mask = headerMask(keys, packet.subarray(at + 4, at + 20));
  packet[0] = (packet[0] as number) ^ ((mask[0] as number) & 15);
  packet[at] = (packet[at] as number) ^ (mask[1] as number);
  packet[at + 1] = (packet[at + 1] as number) ^ (mask[2] as number);
  return packet;
}

const HELLO = handshake(
  1,
  clientHello(0x0303, 0, [0x1301], [serverName('q.test'), extension(43, [2, 3, 4])]),
);

function crypto(offset: number, part: readonly number[]): number[] {
  return [6, offset, 0x40 | (part.length >> 8), part.length & 255, ...part];
}

test('a sealed Initial is opened and its ClientHello read, its parts in any order', () => {
  const frames = [...crypto(50, HELLO.slice(50)), 1, 0, ...crypto(0, HELLO.slice(0, 50))];
  const { service, facts } = play([['>', sealed(frames)]], { protocol: 17 });
  assert.equal(service, 'quic,ssl');
  assert.equal(facts.ssl?.serverName, 'q.test');
  assert.ok(facts.ssl?.ja4.startsWith('q13d0102'));
});

test('a packet whose seal is broken confirms nothing', () => {
  const packet = sealed(crypto(0, HELLO));
  packet[600] = (packet[600] as number) ^ 1;
  assert.equal(play([['>', packet]], { protocol: 17, responderPort: 443 }).service, '');
});
