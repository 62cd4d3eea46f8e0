import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Packet } from '../../../src/decode/index.ts';
import { be16, decode, ethernet, ipv4, join, odd, tcp, udp } from '../build.ts';

const TCP = ipv4(6, tcp());
const over = (port: number, ...parts: (Uint8Array | string)[]): Packet =>
  decode(ethernet(0x0800, ipv4(17, udp([50000, port], join(...parts)))));

test('GTP-U: signalling and other versions are left alone, user packets are followed', () => {
  for (const head of ['3001 0004 00000000 00000000', '32ff', '50ff 0004 00000000']) {
    assert.deepEqual([over(2152, head).ipCount, odd(over(2152, head))], [1, []], head);
  }
  const padded = over(2152, '30ff', be16(TCP.length), '00000001', TCP, '0000');
  assert.equal(padded.ipCount, 2);
  const sequence = over(2152, '32ff', be16(TCP.length + 4), '00000001 00010000', TCP);
  assert.deepEqual([sequence.ipCount, odd(sequence)], [2, []]);
});

test('GTP-U extension headers that do not end are malformed', () => {
  const many = '01 0000 85'.repeat(12);
  const endless = over(2152, '34ff', be16(4 + 48 + TCP.length), '00000001 00000085', many, TCP);
  assert.deepEqual([odd(endless), endless.ipCount], [['tunnel_malformed'], 1]);
  const zero = over(2152, '34ff 000c 00000001 00000085 00000000 00000000');
  assert.deepEqual(odd(zero), ['tunnel_malformed']);
});
