import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, ethernet, hex, ipv6, join, last, MARGIN, odd, tcp, udp } from '../build.ts';

test('every field of the header', () => {
  const packet = decode(ethernet(0x86dd, ipv6(17, udp([1, 2], hex('0102')))));
  const layer = last(packet);
  assert.deepEqual([layer.version, layer.protocol, layer.tos, layer.ttl], [6, 17, 0x28, 62]);
  assert.deepEqual([layer.sourceOffset, layer.destinationOffset], [MARGIN + 22, MARGIN + 38]);
  assert.deepEqual([layer.headerLength, layer.totalLength, layer.payloadLength], [40, 50, 10]);
  assert.equal(layer.dataLength, 2);
});

test('extension headers belong to the header, not to the payload', () => {
  const packet = decode(ethernet(0x86dd, ipv6(60, join('0600 0104 00000000', tcp()))));
  const layer = last(packet);
  assert.deepEqual([layer.headerLength, layer.protocol, layer.payloadLength], [48, 6, 23]);
  assert.equal(layer.payloadStart, layer.headerStart + 48);
});

test('a later fragment has no transport, a first one has', () => {
  const part = (field: string): Uint8Array =>
    ethernet(0x86dd, ipv6(44, join('1100', field, 'deadbeef', udp([53, 9], hex('01'), 2000))));
  const first = last(decode(part('0001')));
  assert.deepEqual(
    [first.hasTransport, first.moreFragments, first.identification],
    [true, true, 0xdeadbeef],
  );
  const later = last(decode(part('05a8')));
  assert.deepEqual([later.hasTransport, later.fragmentOffset, later.protocol], [false, 1448, 17]);
  assert.deepEqual(odd(decode(part('fff8'))), ['ip_fragment_overrun']);
});

test('an endless chain of extension headers is given up', () => {
  const chain = hex('3c00 0104 00000000'.repeat(40));
  const packet = decode(ethernet(0x86dd, ipv6(60, chain)));
  assert.deepEqual(odd(packet), ['ipv6_extension_limit']);
  assert.equal(last(packet).hasTransport, false);
});

test('an extension header past the packet is malformed, past the capture truncated', () => {
  const chain = ethernet(0x86dd, ipv6(60, hex('06ff 0104 00000000')));
  assert.deepEqual(odd(decode(chain)), ['ipv6_extension']);
  const whole = ethernet(0x86dd, ipv6(60, join('0602', new Uint8Array(22), tcp())));
  const names = odd(decode(whole.subarray(0, 14 + 40 + 10), 1, whole.length));
  assert.deepEqual(names, ['ip_payload_truncated', 'ipv6_extension_truncated']);
});

test('payload length 0: a jumbogram, offload, or just padding', () => {
  const jumbo = join('0600 c204 00011170', tcp(0x18, new Uint8Array(100)));
  const packet = decode(ethernet(0x86dd, ipv6(0, jumbo, { length: 0 })));
  assert.deepEqual(odd(packet), ['ipv6_jumbogram']);
  assert.equal(last(packet).dataLength, 100);
  const offload = ethernet(0x86dd, ipv6(6, tcp(0x18, new Uint8Array(2000)), { length: 0 }));
  assert.deepEqual(odd(decode(offload)), ['ipv6_length_zero']);
  assert.equal(last(decode(offload)).dataLength, 2000);
  const padded = decode(ethernet(0x86dd, ipv6(59, new Uint8Array(6), { length: 0 })));
  assert.deepEqual(odd(padded), []);
  assert.equal(last(padded).payloadLength, 0);
  assert.deepEqual(odd(decode(ethernet(0x86dd, ipv6(99, new Uint8Array(6), { length: 0 })))), []);
});

test('a length past the wire is malformed, past the capture truncated', () => {
  const whole = ethernet(0x86dd, ipv6(17, udp([1, 2], new Uint8Array(200))));
  assert.deepEqual(odd(decode(whole.subarray(0, 100), 1, whole.length)), ['ip_payload_truncated']);
  assert.deepEqual(odd(decode(whole.subarray(0, 100))), ['ipv6_length']);
  assert.deepEqual(odd(decode(ethernet(0x86dd, ipv6(6, tcp(), { first: 0x45 })))), ['ip_version']);
});

test('ESP ends the walk', () => {
  const layer = last(decode(ethernet(0x86dd, ipv6(50, new Uint8Array(30)))));
  assert.deepEqual([layer.protocol, layer.hasTransport, layer.dataLength], [50, false, 30]);
});
