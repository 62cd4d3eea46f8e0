import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Packet } from '../../../src/decode/index.ts';
import { decode, ethernet, ipv4, join, odd, tcp, udp } from '../build.ts';

const TCP = ipv4(6, tcp());
const INNER = ethernet(0x0800, TCP);
const over = (port: number, ...parts: (Uint8Array | string)[]): Packet =>
  decode(ethernet(0x0800, ipv4(17, udp([50000, port], join(...parts)))));

test('VXLAN by its flags, to either port and from it', () => {
  assert.equal(over(8472, '08000000 00000100', INNER).ipCount, 2);
  assert.equal(over(4789, '88000000 00000100', INNER).ipCount, 2);
  for (const head of ['00000000 00000100', '08000001 00000100', '08000000 00000101']) {
    const packet = over(4789, head, INNER);
    assert.deepEqual([packet.ipCount, odd(packet)], [1, []], head);
  }
  const back = ethernet(0x0800, ipv4(17, udp([4789, 50000], join('08000000 00000100', INNER))));
  assert.equal(decode(back).ipCount, 2);
});

test('Geneve with options, and with IP in place of Ethernet', () => {
  assert.equal(over(6081, '02400800 00000100', new Uint8Array(8), TCP).ipCount, 2);
  for (const head of [
    '40006558 00000100',
    '00016558 00000100',
    '3f006558 00000100',
    '00001234 00000100',
  ]) {
    const packet = over(6081, head, INNER);
    assert.deepEqual([packet.ipCount, odd(packet)], [1, []], head);
  }
});
