import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Packet } from '../../../src/decode/index.ts';
import { decode, ethernet, hex, ipv4, join, last, odd, tcp } from '../build.ts';

const TCP = ipv4(6, tcp());
const gre = (...parts: (Uint8Array | string)[]): Packet =>
  decode(ethernet(0x0800, ipv4(47, join(...parts))));

test('the outer layer stays first and keeps protocol 47', () => {
  const packet = gre('0000 0800', TCP);
  assert.deepEqual([packet.ip[0].protocol, packet.ip[0].hasTransport], [47, false]);
  assert.deepEqual([packet.ip[1].protocol, packet.ip[1].sourcePort], [6, 40000]);
  assert.equal(packet.ip[0].payloadLength, 4 + TCP.length);
});

test('optional fields, one by one', () => {
  for (const flags of ['8000', '2000', '1000'])
    assert.equal(gre(flags, '0800 00000000', TCP).ipCount, 2);
});

test('inner oddities are named', () => {
  assert.deepEqual(odd(gre('0000 0800 65', TCP)), ['ip_version']);
  assert.deepEqual(odd(gre('0000 0800 45')), ['ipv4_header']);
});

test('keep-alives, source routes and bare acknowledgements end the walk', () => {
  assert.deepEqual([gre('0000 0000').ipCount, odd(gre('0000 0000'))], [1, []]);
  assert.equal(gre('4000 0800', TCP).ipCount, 1);
  const acknowledgement = gre('2081 880b 0000 0001 00000005');
  assert.deepEqual([acknowledgement.ipCount, odd(acknowledgement)], [1, []]);
});

test('what contradicts itself is named', () => {
  assert.deepEqual(odd(gre('0005 0800', TCP)), ['tunnel_malformed']);
  assert.deepEqual(odd(gre('0001 0800', TCP)), ['tunnel_malformed']);
  assert.deepEqual(odd(gre('3001 0800', TCP)), ['tunnel_malformed']);
  assert.deepEqual(odd(gre('00')), ['tunnel_malformed']);
  assert.deepEqual(odd(gre('1000 88be 00000000 00')), ['tunnel_malformed']);
});

test('the PPTP length ends the inner packet', () => {
  const packet = gre(
    '3081 880b 000c 0001 00000001 00000001 ff030021 4500 0008',
    hex('00'.repeat(40)),
  );
  assert.deepEqual(odd(packet), ['ipv4_header']);
  assert.equal(last(packet).protocol, 47);
});

test('WCCP of both versions, ERSPAN with an optional header', () => {
  assert.equal(gre('0000 883e', TCP).ipCount, 2);
  assert.equal(gre('0000 883e 00010203', TCP).ipCount, 2);
  const inner = ethernet(0x0800, TCP);
  const optional = join(new Uint8Array(11), '01', new Uint8Array(8));
  assert.equal(gre('1000 22eb 00000000', optional, inner).ipCount, 2);
});

test('a PPTP header that just fits', () => {
  assert.deepEqual(odd(gre('3001 880b 0000 0001 00000001')), []);
  assert.deepEqual(odd(gre('3001 880b 0000 0001 000000')), ['tunnel_malformed']);
  assert.deepEqual(odd(gre('1001 880b 0000 0001 00000001')), ['tunnel_malformed']);
});
