import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../src/base/index.ts';
import { createDecoder, Packet, PLAIN_TRUNCATED, readPlain } from '../../src/decode/index.ts';
import { NOT_PLAIN } from '../../src/decode/plain.ts';
import { frameOf } from './build.ts';

const ETHERNET = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
const u16 = (value: number): number[] => [(value >> 8) & 255, value & 255];

function ipv4(protocol: number, payload: number[]): number[] {
  const head = [0x45, 0, ...u16(20 + payload.length), 0, 1, 0, 0, 64, protocol, 0, 0];
  return [...ETHERNET, ...head, 10, 0, 0, 1, 10, 0, 0, 2, ...payload];
}

function tcp(flags: number, options: number[] = [], data: number[] = []): number[] {
  const words = 5 + options.length / 4;
  const head = [4, 1, 0, 80, 0, 0, 0, 1, 0, 0, 0, 2, words << 4, flags, 1, 2, 0, 0, 0, 0];
  return ipv4(6, [...head, ...options, ...data]);
}

function udp(from: number, to: number, data: number[]): number[] {
  return ipv4(17, [...u16(from), ...u16(to), ...u16(8 + data.length), 0, 0, ...data]);
}

const TIMESTAMP = [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2];

function plain(bytes: number[], wire = bytes.length): number {
  return readPlain(Uint8Array.from(bytes), 0, bytes.length, wire);
}

test('knows plain segments and datagrams, whole and cut', () => {
  assert.equal(plain(tcp(0x10)), 0);
  assert.equal(plain(tcp(0x02)), 0);
  assert.equal(plain(tcp(0x18, TIMESTAMP, [1, 2, 3])), 0);
  assert.equal(plain(udp(4000, 53, [1, 2])), 0);
  const long = udp(4000, 53, new Array<number>(100).fill(7));
  assert.equal(plain(long.slice(0, 60), long.length), PLAIN_TRUNCATED);
});

test('leaves to the decoder what is odd, fragmented, tunnelled or not IPv4', () => {
  for (const flags of [0, 3, 6, 0x15, 0x29, 1, 5]) assert.equal(plain(tcp(flags)), NOT_PLAIN);
  assert.equal(plain(tcp(0x02, [2, 4, 5, 180, 4, 2, 1, 1])), 0);
  for (const options of [
    [2, 3, 5, 180],
    [3, 4, 1, 1],
    [1, 1, 8, 9],
    [5, 1, 0, 0],
    [4, 3, 1, 1],
  ])
    assert.equal(plain(tcp(0x10, options)), NOT_PLAIN);
  for (const port of [4789, 2152, 3544]) {
    assert.equal(plain(udp(port, 9, [1])), NOT_PLAIN);
    assert.equal(plain(udp(9, port, [1])), NOT_PLAIN);
  }
  assert.equal(plain(ipv4(1, [8, 0, 0, 0, 0, 1, 0, 1])), NOT_PLAIN);
  const fragment = udp(1, 2, [3]);
  fragment[20] = 0x20;
  assert.equal(plain(fragment), NOT_PLAIN);
  assert.equal(plain(udp(1, 2, [3]).slice(0, 41)), NOT_PLAIN);
});

test('whatever is plain, the decoder finds one layer and the same anomalies', () => {
  const random = new Random(11);
  const data = Array.from({ length: 30 }, (_, i) => i);
  const syn = tcp(2, [2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7]);
  const sound = [
    syn,
    tcp(0x10),
    tcp(0x18, TIMESTAMP, data),
    tcp(2),
    udp(5, 53, data),
    udp(7, 9, []),
  ];
  const decoder = createDecoder();
  const packet = new Packet();
  let found = 0;
  for (let i = 0; i < 60_000; i++) {
    const bytes = Uint8Array.from(sound[i % sound.length]!);
    for (let turns = random.int(3); turns > 0; turns--) {
      const at = 12 + random.int(bytes.length - 12);
      bytes[at] = random.int(2) === 0 ? random.int(256) : bytes[at]! ^ (1 << random.int(8));
    }
    const end = random.int(3) === 0 ? random.int(bytes.length) : bytes.length;
    const wire = end + (random.int(3) === 0 ? random.int(200) : 0);
    const cut = bytes.slice(0, end);
    const anomalies = readPlain(cut, 0, end, wire);
    if (anomalies === NOT_PLAIN) continue;
    found++;
    decoder.decode(frameOf(cut, 1, wire), packet);
    assert.equal(packet.ipCount, 1);
    assert.equal(packet.anomalyLow >>> 0, anomalies >>> 0);
    assert.equal(packet.anomalyHigh, 0);
    assert.ok(packet.ip[0]!.hasTransport);
  }
  assert.ok(found > 10_000, `${found} plain frames`);
});
