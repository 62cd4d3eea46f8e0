import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Frame } from '../../src/capture/index.ts';
import { ANOMALIES, anomalyBit, createDecoder, Packet } from '../../src/decode/index.ts';
import { decode, ethernet, frameOf, hex, ipv4, last, odd, tcp } from './build.ts';
import { SAMPLES } from './samples.ts';

for (const sample of SAMPLES) {
  test(`${sample.name}: layers and ports are found, and nothing is odd`, () => {
    const packet = decode(sample.bytes, sample.linkType);
    const layers = packet.ip.slice(0, packet.ipCount);
    assert.equal(layers.map((layer) => layer.version).join(''), sample.versions);
    assert.deepEqual(odd(packet), []);
    if (!sample.ports) return;
    const inner = last(packet);
    assert.ok(inner.hasTransport);
    assert.deepEqual([inner.sourcePort, inner.destinationPort], [...sample.ports]);
  });

  test(`${sample.name}: bytes that the capture cut off are never the sender's fault`, () => {
    const malformed = new Set(
      ANOMALIES.filter((entry) => entry.cause === 'malformed').map((entry) => entry.name),
    );
    for (let cut = 0; cut < sample.bytes.length; cut++) {
      const packet = decode(sample.bytes.subarray(0, cut), sample.linkType, sample.bytes.length);
      assert.deepEqual(
        odd(packet).filter((name) => malformed.has(name)),
        [],
        `cut to ${cut} bytes`,
      );
    }
  });

  test(`${sample.name}: a frame that was sent short is never truncated by the capture`, () => {
    const truncated = new Set(
      ANOMALIES.filter((entry) => entry.cause === 'truncated').map((entry) => entry.name),
    );
    for (let cut = 0; cut < sample.bytes.length; cut++) {
      const packet = decode(sample.bytes.subarray(0, cut), sample.linkType);
      assert.deepEqual(
        odd(packet).filter((name) => truncated.has(name)),
        [],
        `sent with ${cut} bytes`,
      );
    }
  });
}

test('a packet takes over what the frame says', () => {
  const frame = frameOf(ethernet(0x0800, ipv4(6, tcp())));
  Object.assign(frame, { time: 1_300_000_000_123_456, nanos: 789, number: 42 });
  const packet = new Packet();
  createDecoder().decode(frame, packet);
  assert.equal(packet.time, 1_300_000_000_123_456);
  assert.deepEqual([packet.nanos, packet.number, packet.linkType], [789, 42, 1]);
  assert.equal(packet.originalLength, frame.originalLength);
});

test('a reused packet shows nothing of the packet before it', () => {
  const decoder = createDecoder();
  const reused = new Packet();
  for (const before of SAMPLES) {
    for (const sample of SAMPLES) {
      const fresh = new Packet();
      decoder.decode(frameOf(before.bytes, before.linkType), reused);
      const frame = frameOf(sample.bytes, sample.linkType);
      decoder.decode(frame, reused);
      createDecoder().decode(frame, fresh);
      const shown = (packet: Packet): string =>
        JSON.stringify({ ...packet, bytes: 0, ip: packet.ip.slice(0, packet.ipCount) });
      assert.equal(shown(reused), shown(fresh), `${sample.name} after ${before.name}`);
    }
  }
});

test('packets and anomalies are counted, each once a packet', () => {
  const decoder = createDecoder();
  const packet = new Packet();
  const odder = frameOf(ethernet(0x0800, ipv4(6, tcp(0x03))));
  decoder.decode(odder, packet);
  decoder.decode(odder, packet);
  decoder.decode(frameOf(ethernet(0x0800, ipv4(6, tcp()))), packet);
  decoder.decode(frameOf(ethernet(0x0800, ipv4(6, tcp().subarray(0, 12))), 1, 66), packet);
  assert.equal(decoder.packets, 4);
  assert.equal(decoder.anomalies[anomalyBit('tcp_syn_fin')], 2);
  assert.equal(decoder.anomalies[anomalyBit('tcp_header')], 1);
  assert.equal(
    decoder.anomalies.reduce((sum, count) => sum + count, 0),
    3,
  );
});

test('link types without a decoder are counted by number, and the map stays small', () => {
  const decoder = createDecoder();
  const packet = new Packet();
  const frame = frameOf(hex('00'), 147);
  decoder.decode(frame, packet);
  assert.deepEqual(odd(packet), ['link_type_unsupported']);
  assert.equal(packet.network, 'none');
  for (let type = 1000; type < 2000; type++) {
    frame.linkType = type;
    decoder.decode(frame, packet);
  }
  assert.equal(decoder.linkTypes.get(147), 1);
  assert.ok(decoder.linkTypes.size <= 65);
  assert.equal(decoder.linkTypes.get(-1), 1001 - 64);
  assert.equal(decoder.anomalies[anomalyBit('link_type_unsupported')], 1001);
});

test('an empty frame is no exception', () => {
  const decoder = createDecoder();
  const packet = new Packet();
  decoder.decode(new Frame(), packet);
  assert.equal(packet.ipCount, 0);
  for (let linkType = 0; linkType < 300; linkType++) decode(new Uint8Array(0), linkType, 60);
});

test('headers inside each other without end are given up', () => {
  const nested = hex('8903 0000 020000000002 020000000001'.repeat(200));
  const packet = decode(ethernet(0x8903, '0000', nested.subarray(4)));
  assert.ok(odd(packet).includes('layer_limit'));
});

test('a header that just fits is whole, one byte less is not', () => {
  const fits: [string, number, string][] = [
    ['Ethernet', 1, '020000000002 020000000001 88cc'],
    ['null', 0, '07000000'],
    ['SLL', 113, '0000 0338 0006 020000000001 0000 0800'],
    ['SLL2', 276, '0800 0000 00000001 0338 00 06 020000000001 0000'],
    ['FDDI', 10, '41 020000000002 020000000001'],
    ['Cisco HDLC', 104, '0f00 2000'],
    ['PPP', 9, 'ff03 c021'],
    ['PPPoE', 51, '1109 0000 0000'],
    ['802.11', 105, '4801 0000 020000000001 020000000002 020000000003 0000'],
    ['NFLOG', 239, '02000000'],
  ];
  for (const [name, linkType, text] of fits) {
    const bytes = hex(text);
    assert.deepEqual(odd(decode(bytes, linkType)), [], name);
    assert.deepEqual(odd(decode(bytes.subarray(0, -1), linkType)), ['link_malformed'], name);
    const cut = decode(bytes.subarray(0, -1), linkType, 99);
    assert.deepEqual(odd(cut), ['link_truncated'], name);
  }
});
