import assert from 'node:assert/strict';
import { test } from 'node:test';
import { data, decode, ethernet, hex, ipv4, join, last, MARGIN, odd, tcp, udp } from '../build.ts';

test('every field of the header', () => {
  const packet = decode(ethernet(0x0800, ipv4(6, tcp(), { options: '94040000' })));
  const layer = packet.ip[0];
  assert.equal(packet.network, 'ip');
  assert.equal(packet.etherType, 0x0800);
  assert.equal(packet.networkOffset, MARGIN + 14);
  assert.equal(layer.headerStart, MARGIN + 14);
  assert.equal(layer.headerLength, 24);
  assert.equal(layer.sourceOffset, MARGIN + 26);
  assert.equal(layer.destinationOffset, MARGIN + 30);
  assert.deepEqual([layer.protocol, layer.tos, layer.ttl], [6, 0x28, 63]);
  assert.equal(layer.identification, 0x1234);
  assert.equal(layer.totalLength, 47);
  assert.deepEqual([layer.dontFragment, layer.moreFragments], [true, false]);
  assert.equal(layer.payloadLength, 23);
  assert.deepEqual(odd(packet), []);
});

test('padding of the link is no payload', () => {
  const padded = join(ethernet(0x0800, ipv4(6, tcp(0x10, hex('')))), new Uint8Array(6));
  const packet = decode(padded);
  assert.equal(last(packet).dataLength, 0);
  assert.equal(last(packet).dataEnd, packet.end - 6);
  assert.deepEqual(odd(packet), []);
});

test('a length that the wire had is truncated, one that it never had is malformed', () => {
  const whole = ethernet(0x0800, ipv4(17, udp([1, 2], new Uint8Array(100))));
  const cut = decode(whole.subarray(0, 60), 1, whole.length);
  assert.deepEqual(odd(cut), ['ip_payload_truncated']);
  assert.equal(last(cut).dataLength, 100);
  assert.equal(last(cut).dataEnd - last(cut).dataStart, 18);
  const lying = decode(whole.subarray(0, 60));
  assert.deepEqual(odd(lying), ['ipv4_length']);
  assert.equal(last(lying).payloadLength, 108);
});

test('total length 0 of segmentation offload takes the frame', () => {
  const packet = decode(ethernet(0x0800, ipv4(6, tcp(0x18, new Uint8Array(3000)), { length: 0 })));
  assert.deepEqual(odd(packet), ['ipv4_length_zero']);
  assert.equal(last(packet).totalLength, 3040);
  assert.equal(last(packet).dataLength, 3000);
});

test('a total length below the header leaves addresses and no payload', () => {
  const packet = decode(ethernet(0x0800, ipv4(6, tcp(), { length: 19 })));
  assert.deepEqual(odd(packet), ['ipv4_length']);
  assert.equal(packet.ipCount, 1);
  assert.deepEqual([last(packet).hasTransport, last(packet).payloadLength], [false, 0]);
});

test('a header length below five words or past the frame is no header', () => {
  for (const first of [0x44, 0x40]) {
    const packet = decode(ethernet(0x0800, ipv4(6, tcp(), { first })));
    assert.deepEqual(odd(packet), ['ipv4_header']);
    assert.deepEqual([packet.network, packet.ipCount], ['ip', 0]);
  }
  assert.deepEqual(odd(decode(ethernet(0x0800, ipv4(6, hex(''), { first: 0x4f })))), [
    'ipv4_header',
  ]);
});

test('another version behind the EtherType is named', () => {
  assert.deepEqual(odd(decode(ethernet(0x0800, ipv4(6, tcp(), { first: 0x65 })))), ['ip_version']);
});

test('options that run past the header are named, and the rest is read', () => {
  for (const options of ['07ff0400', '83010000', '01010183']) {
    const packet = decode(ethernet(0x0800, ipv4(6, tcp(), { options })));
    assert.deepEqual(odd(packet), ['ipv4_options'], options);
    assert.equal(data(packet), 'dat');
  }
  assert.deepEqual(odd(decode(ethernet(0x0800, ipv4(6, tcp(), { options: '0100ffff' })))), []);
});

test('a first fragment has ports, a later one none', () => {
  const first = decode(
    ethernet(0x0800, ipv4(17, udp([53, 9], new Uint8Array(8), 3000), { fragment: 0x2000 })),
  );
  assert.deepEqual([last(first).hasTransport, last(first).sourcePort], [true, 53]);
  assert.deepEqual([last(first).moreFragments, last(first).fragmentOffset], [true, 0]);
  assert.deepEqual(odd(first), []);
  const later = decode(ethernet(0x0800, ipv4(17, udp([53, 9], hex('0102')), { fragment: 0x00b9 })));
  assert.deepEqual([last(later).hasTransport, last(later).sourcePort], [false, 0]);
  assert.equal(last(later).fragmentOffset, 1480);
  assert.equal(last(later).dataLength, 10);
});

test('fragments that hide the ports or overrun the datagram are named', () => {
  const tiny = decode(ethernet(0x0800, ipv4(6, hex('9c4001bb00000000'), { fragment: 0x2000 })));
  assert.deepEqual(odd(tiny), ['ip_fragment_tiny']);
  assert.equal(last(tiny).hasTransport, false);
  const ping = decode(ethernet(0x0800, ipv4(1, new Uint8Array(64), { fragment: 0x1fff })));
  assert.deepEqual(odd(ping), ['ip_fragment_overrun']);
});
