import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createDecoder, Packet } from '../../../src/decode/index.ts';
import { data, decode, ethernet, frameOf, hex, ipv4, join, last, odd, tcp } from '../build.ts';

const segment = (...parts: Parameters<typeof tcp>): Packet =>
  decode(ethernet(0x0800, ipv4(6, tcp(...parts))));

test('every field of the header', () => {
  const packet = segment();
  const layer = last(packet);
  assert.equal(layer.tcpSequence, 0xfffffff0);
  assert.equal(layer.tcpAcknowledgement, 7);
  assert.deepEqual([layer.tcpFlags, layer.tcpWindow, layer.tcpHeaderLength], [0x18, 0x8000, 20]);
  assert.deepEqual([layer.tcpMss, layer.tcpWindowScale, layer.tcpTimestamp], [-1, -1, -1]);
  assert.equal(data(packet), 'dat');
});

test('the options of a SYN', () => {
  const layer = last(segment(2, hex(''), '020405b4 0402 080a fffffffe 00000000 01 030307'));
  assert.deepEqual([layer.tcpMss, layer.tcpWindowScale], [1460, 7]);
  assert.deepEqual([layer.tcpTimestamp, layer.tcpTimestampEcho], [0xfffffffe, 0]);
  assert.equal(layer.tcpSackPermitted, true);
  assert.equal(layer.dataLength, 0);
});

test('options that do not fit are named', () => {
  for (const options of ['02ff05b4', '08000000', '01010102', '02030000', '03040700']) {
    assert.deepEqual(odd(segment(0x10, hex('00'), options)), ['tcp_options'], options);
  }
  for (const options of ['00ffffff', '1e040000', '05020000', '01010101']) {
    assert.deepEqual(odd(segment(0x10, hex('00'), options)), [], options);
  }
});

test('combinations of flags that no stack sends', () => {
  const named: [number, string[]][] = [
    [0x00, ['tcp_null']],
    [0xc0, ['tcp_null']],
    [0x03, ['tcp_syn_fin']],
    [0x06, ['tcp_syn_rst']],
    [0x29, ['tcp_xmas']],
    [0x15, ['tcp_fin_rst']],
    [0x01, ['tcp_fin_only']],
    [0x3f, ['tcp_syn_fin']],
  ];
  for (const [flags, names] of named) assert.deepEqual(odd(segment(flags)), names, `${flags}`);
  for (const flags of [0x02, 0x12, 0x10, 0x18, 0x11, 0x19, 0x39, 0x04, 0x14, 0xc2, 0x52]) {
    assert.deepEqual(odd(segment(flags)), [], `${flags}`);
  }
});

test('a data offset below five words or past the segment leaves no data', () => {
  for (const offset of [0x40, 0x00, 0xf0]) {
    const bytes = tcp();
    bytes[12] = offset;
    const packet = decode(ethernet(0x0800, ipv4(6, bytes)));
    assert.deepEqual(odd(packet), ['tcp_header']);
    assert.deepEqual([last(packet).dataLength, last(packet).sourcePort], [0, 40000]);
  }
});

test('a header that was cut keeps its ports; cut options are read as far as they go', () => {
  const whole = ethernet(0x0800, ipv4(6, tcp(2, hex(''), '020405b4 01010402')));
  const ports = decode(whole.subarray(0, 14 + 20 + 8), 1, whole.length);
  assert.deepEqual(odd(ports), ['ip_payload_truncated', 'tcp_truncated']);
  assert.deepEqual([last(ports).hasTransport, last(ports).destinationPort], [false, 443]);
  const options = decode(whole.subarray(0, 14 + 20 + 25), 1, whole.length);
  assert.deepEqual(odd(options), ['ip_payload_truncated', 'tcp_truncated']);
  assert.deepEqual([last(options).tcpMss, last(options).hasTransport], [1460, true]);
});

test('fewer bytes than a header on the wire', () => {
  const packet = decode(ethernet(0x0800, ipv4(6, join('9c4001bb 00'))));
  assert.deepEqual(odd(packet), ['tcp_header']);
  assert.equal(last(packet).hasTransport, false);
});

test('ports that were cut off show nothing of the segment before them', () => {
  const decoder = createDecoder();
  const packet = new Packet();
  const whole = ethernet(0x0800, ipv4(6, tcp(2, hex(''), '020405b4 080a 00000001 00000002 0402')));
  decoder.decode(frameOf(whole), packet);
  decoder.decode(frameOf(whole.subarray(0, 36), 1, whole.length), packet);
  const layer = last(packet);
  assert.deepEqual([layer.sourcePort, layer.destinationPort, layer.hasTransport], [0, 0, false]);
  assert.deepEqual([layer.tcpSequence, layer.tcpAcknowledgement, layer.tcpFlags], [0, 0, 0]);
  assert.deepEqual([layer.tcpWindow, layer.tcpHeaderLength, layer.tcpMss], [0, 0, -1]);
  assert.deepEqual([layer.tcpTimestamp, layer.tcpTimestampEcho], [-1, -1]);
  assert.equal(layer.tcpSackPermitted, false);
});
