import assert from 'node:assert/strict';
import { test } from 'node:test';
import { A, B, ip, ipv4, metered, type TestFrame, u16, u32, udp } from './packets.ts';

interface Voice {
  readonly source?: number;
  readonly ports?: readonly [number, number];
  readonly first?: number;
  readonly type?: number;
}

const rtp = (sequence: number, { source = 77, first = 0x80, type = 0 }: Voice = {}): number[] => [
  first,
  type,
  ...u16(sequence),
  ...u32(sequence * 160),
  ...u32(source),
  ...Array<number>(20).fill(1),
];

function voice(count: number, options: Voice = {}, back = 0): TestFrame[] {
  const [from, to] = options.ports ?? [20_000, 30_000];
  const there = Array.from({ length: count }, (_, i) =>
    ipv4(A, B, 17, udp(from, to, rtp(100 + i, options))),
  );
  const reply = Array.from({ length: back }, (_, i) => ipv4(B, A, 17, udp(to, from, rtp(500 + i))));
  return [...there, ...reply].map((packet, i) => ip(10 + i / 50, packet));
}

/** The Proto cell of the one record. */
function proto(frames: readonly TestFrame[]): string | undefined {
  const { rows } = metered(frames);
  assert.equal(rows.length, 1);
  return rows[0]!.split(',')[2];
}

test('RTP is called so once one side has sent five packets', () => {
  assert.equal(proto(voice(4)), 'udp');
  assert.equal(proto(voice(5)), 'rtp');
  assert.equal(proto(voice(4, {}, 4)), 'udp');
  assert.equal(proto(voice(1, {}, 5)), 'rtp');
});

test('the ports of services and of AFS are none of RTP', () => {
  assert.equal(proto(voice(9, { ports: [1023, 30_000] })), 'udp');
  assert.equal(proto(voice(9, { ports: [1024, 30_000] })), 'rtp');
  assert.equal(proto(voice(9, { ports: [20_000, 7000] })), 'udp');
  assert.equal(proto(voice(9, { ports: [20_000, 7010] })), 'udp');
  assert.equal(proto(voice(9, { ports: [20_000, 7011] })), 'rtp');
});

test('a source that changes, or is none, is no RTP; a packet of another version is passed over', () => {
  const frames = voice(9);
  const odd = (data: number[]) => ip(20, ipv4(A, B, 17, udp(20_000, 30_000, data)));
  assert.equal(proto([...frames, odd(rtp(200, { source: 78 }))]), 'udp');
  assert.equal(proto([...frames, odd(rtp(200, { source: 0 }))]), 'udp');
  assert.equal(proto([...frames, odd(rtp(200, { first: 0x40, source: 78 }))]), 'rtp');
  assert.equal(proto([...frames, odd([0x80, 0])]), 'udp', 'cut off before its source');
  assert.equal(proto(voice(9, { first: 0x90 })), 'udp', 'an extension whose length does not fit');
});

test('a report makes RTCP of it, from the first packet on', () => {
  assert.equal(proto(voice(1, { type: 200 })), 'rtcp');
  assert.equal(proto(voice(1, { type: 201 })), 'rtcp');
  const compound = [0x81, 202, 0, 1, 1, 2, 3, 4, ...rtp(6, { type: 201 })];
  const datagram = (data: number[]) => [ip(10, ipv4(A, B, 17, udp(20_000, 30_000, data)))];
  assert.equal(proto(datagram(compound)), 'rtcp');
  assert.equal(proto(datagram([0x81, 202, 0xff, 0xff, 1, 2, 3, 4, 5, 6, 7, 8])), 'udp');
  assert.equal(proto(datagram([0x81, 202, 0, 0, 1, 2, 3, 4, ...rtp(6, { type: 201 })])), 'udp');
});

test('UDT is told on port 9000 by its first packet', () => {
  const first = (data: number[], to = 9000) => [ip(10, ipv4(A, B, 17, udp(20_000, to, data)))];
  const zeros = Array<number>(16).fill(0);
  assert.equal(proto(first(zeros)), 'udt');
  assert.equal(proto(first(zeros, 9001)), 'udp');
  assert.equal(proto(first(zeros.slice(1))), 'udp', 'shorter than its header');
});

test('handshakes of UDT run from below the free ports, where RTP does not come first', () => {
  const first = (data: number[]) => [ip(10, ipv4(A, B, 17, udp(500, 9000, data)))];
  const head = (type: number) => [...u16(type), ...Array<number>(14).fill(0)];
  assert.equal(proto(first([...head(0x8000), ...u32(4)])), 'udt');
  assert.equal(proto(first([...head(0x8000), ...u32(5)])), 'udp');
  assert.equal(proto(first(head(0x8000))), 'udp');
  assert.equal(proto(first(head(0x8010))), 'udt');
  assert.equal(proto(first(head(0x8020))), 'udp');
});
