import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Packet } from '../../../src/decode/index.ts';
import { decode, ethernet, ipv4, ipv6, join, tcp, udp } from '../build.ts';

const over = (port: number, ...parts: (Uint8Array | string)[]): Packet =>
  decode(ethernet(0x0800, ipv4(17, udp([50000, port], join(...parts)))));

test('AYIYA: only forwarded packets are followed', () => {
  const head = '40 52 11 29 00000000';
  const rest = join(new Uint8Array(36), ipv6(6, tcp()));
  assert.equal(over(5072, head, rest).ipCount, 2);
  assert.equal(over(5072, head.replace('11', '10'), rest).ipCount, 1);
  assert.equal(over(5072, head.replace('29', '3b'), rest).ipCount, 1);
});
