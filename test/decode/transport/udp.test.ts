import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Packet } from '../../../src/decode/index.ts';
import { decode, ethernet, hex, ipv4, ipv6, last, odd, udp } from '../build.ts';

const datagram = (length: number): Packet =>
  decode(ethernet(0x0800, ipv4(17, udp([1000, 2000], new Uint8Array(20), length))));

test('ports and data', () => {
  const packet = datagram(28);
  assert.deepEqual([last(packet).sourcePort, last(packet).destinationPort], [1000, 2000]);
  assert.deepEqual([last(packet).dataLength, odd(packet)], [20, []]);
});

test('lengths that contradict the IP header', () => {
  assert.deepEqual(odd(datagram(29)), ['udp_length']);
  assert.deepEqual(odd(datagram(7)), ['udp_header']);
  assert.deepEqual(odd(datagram(0)), ['udp_header']);
  assert.deepEqual(odd(datagram(20)), ['udp_trailing']);
  assert.equal(last(datagram(20)).dataLength, 12);
  assert.equal(last(datagram(20)).dataEnd - last(datagram(20)).dataStart, 12);
  assert.equal(last(datagram(29)).dataLength, 20);
});

test('length 0 in IPv6 is a jumbogram', () => {
  assert.deepEqual(odd(decode(ethernet(0x86dd, ipv6(17, udp([1, 2], new Uint8Array(20), 0))))), []);
});

test('a short header is told apart by who made it short', () => {
  const whole = ethernet(0x0800, ipv4(17, udp([1000, 2000], hex(''))));
  const cut = decode(whole.subarray(0, 39), 1, whole.length);
  assert.deepEqual(odd(cut), ['ip_payload_truncated', 'udp_truncated']);
  assert.deepEqual([last(cut).hasTransport, last(cut).destinationPort], [false, 2000]);
  assert.deepEqual(odd(decode(ethernet(0x0800, ipv4(17, hex('03e807d0'))))), ['udp_header']);
});

test('lengths above a byte, and a first fragment that ends in the header', () => {
  const long = decode(ethernet(0x0800, ipv4(17, udp([1000, 2000], new Uint8Array(700)))));
  assert.deepEqual([odd(long), last(long).dataLength], [[], 700]);
  const tiny = ethernet(0x0800, ipv4(17, hex('03e807d0'), { fragment: 0x2000 }));
  assert.deepEqual(odd(decode(tiny)), ['ip_fragment_tiny']);
  const cut = ethernet(0x0800, ipv4(17, hex('03e807d0 02bc0000'), { fragment: 0x2000 }));
  assert.deepEqual(odd(decode(cut.subarray(0, 38), 1, cut.length)), [
    'ip_payload_truncated',
    'udp_truncated',
  ]);
});
