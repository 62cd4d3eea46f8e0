import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Packet } from '../../../src/decode/index.ts';
import { decode, ethernet, hex, ipv4, last, odd } from '../build.ts';

const packetOf = (protocol: number, text: string): Packet =>
  decode(ethernet(0x0800, ipv4(protocol, hex(text))));

test('SCTP ports, chunks as data', () => {
  const packet = packetOf(132, '1388 1389 00000001 00000000 01000004');
  assert.deepEqual([last(packet).hasTransport, last(packet).dataLength], [true, 4]);
});

test('UDP-Lite has eight bytes of header', () => {
  assert.equal(last(packetOf(136, '1388 1389 0008 0000 616263')).dataLength, 3);
});

test('DCCP data begins where its offset says', () => {
  const text = '1388 1389 0400 0000 0000 0000 00000000 6162';
  assert.equal(last(packetOf(33, text)).dataLength, 2);
  assert.deepEqual(odd(packetOf(33, text.replace('0400', 'ff00'))), ['transport_header']);
  assert.deepEqual(odd(packetOf(33, text.replace('0400', '0200'))), ['transport_header']);
});

test('IGMP has no ports', () => {
  const layer = last(packetOf(2, '2200 0000 00000001 0400 0000'));
  assert.deepEqual([layer.hasTransport, layer.sourcePort, layer.dataLength], [true, 0, 4]);
});

test('a short header is named, and its ports are kept', () => {
  const packet = packetOf(132, '1388 1389 00000001');
  assert.deepEqual(odd(packet), ['transport_header']);
  assert.equal(last(packet).sourcePort, 5000);
  assert.deepEqual(odd(packetOf(2, '2200')), ['transport_header']);
});

test('a protocol without decoder is payload as a whole', () => {
  const layer = last(packetOf(89, '0201 0018'));
  assert.deepEqual([layer.protocol, layer.hasTransport, layer.dataLength], [89, false, 4]);
});
