import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Packet } from '../../../src/decode/index.ts';
import { decode, ethernet, hex, ipv4, ipv6, join, odd, tcp, udp } from '../build.ts';

const TCP = ipv4(6, tcp());
const over = (port: number, ...parts: (Uint8Array | string)[]): Packet =>
  decode(ethernet(0x0800, ipv4(17, udp([50000, port], join(...parts)))));

test('Teredo: an origin, an authentication with identifiers, and what is not Teredo', () => {
  const six = ipv6(6, tcp());
  assert.equal(over(3544, '0000 1234 01020304', six).ipCount, 2);
  assert.equal(over(3544, '0001 02 01 6162 63 0000000000000000 00', six).ipCount, 2);
  for (const wrong of [TCP, hex('0001ffff'), six.subarray(0, 39)]) {
    const packet = over(3544, wrong);
    assert.deepEqual([packet.ipCount, odd(packet)], [1, []]);
  }
});

test('indications that hold nothing else, and an IPv6 header without payload', () => {
  const bubble = ipv6(59, new Uint8Array(0));
  assert.equal(over(3544, bubble).ipCount, 2);
  assert.equal(over(3544, '0001 0000 0000000000000000 00', bubble).ipCount, 2);
  assert.equal(over(3544, '0000 1234 01020304').ipCount, 1);
  assert.equal(over(3544, '0001 0000 0000000000000000 00').ipCount, 1);
});
