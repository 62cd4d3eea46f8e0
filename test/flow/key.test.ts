import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FlowKey, KIND_IPV6, KIND_MAC } from '../../src/flow/key.ts';
import {
  A,
  arp,
  B,
  decodeFrames,
  ether,
  ip,
  ipv4,
  type TestFrame,
  tcp,
  u16,
  udp,
} from './packets.ts';

/** Key words, and what else a test asks for, of each frame. */
function keys(
  ...frames: TestFrame[]
): { words: string; turned: boolean; key: FlowKey; ok: boolean }[] {
  const found: { words: string; turned: boolean; key: FlowKey; ok: boolean }[] = [];
  decodeFrames(frames, (packet) => {
    const key = new FlowKey();
    const ok = key.read(packet);
    found.push({ words: key.words.join(), turned: key.turned, key, ok });
  });
  return found;
}

const v6 = (from: number, to: number, next: number, payload: number[]): TestFrame => {
  const host = (n: number) => [0xfe, 0x80, ...new Array(13).fill(0), n];
  const head = [0x60, 0, 0x0f, 0xa0, ...u16(payload.length), next, 64];
  return { time: 1, bytes: ether(1, 2, 0x86dd, [...head, ...host(from), ...host(to), ...payload]) };
};

test('both directions of a conversation share a key, and only one is turned', () => {
  const pairs = [
    [ip(1, ipv4(A, B, 6, tcp(5, 80, 'S'))), ip(1, ipv4(B, A, 6, tcp(80, 5, 'SA')))],
    [ip(1, ipv4(A, A, 17, udp(5, 6))), ip(1, ipv4(A, A, 17, udp(6, 5)))],
    [v6(1, 2, 17, udp(5, 6)), v6(2, 1, 17, udp(6, 5))],
    [ip(1, ipv4(A, B, 132, [1])), ip(1, ipv4(B, A, 132, [1]))],
    [
      ip(1, ipv4(A, B, 1, [8, 0, 0, 0, 1, 2, 3, 4])),
      ip(1, ipv4(B, A, 1, [0, 0, 0, 0, 1, 2, 3, 4])),
    ],
  ] as const;
  for (const [there, back] of pairs) {
    const [first, second] = keys(there, back);
    assert.equal(first!.words, second!.words);
    assert.notEqual(first!.turned, second!.turned);
  }
});

test('IPv6 between equal addresses keeps its directions apart, as Argus does', () => {
  const [first, second] = keys(v6(1, 1, 6, tcp(5, 80, 'S')), v6(1, 1, 6, tcp(80, 5, 'SA')));
  assert.notEqual(first!.words, second!.words);
});

test('what tells flows apart is in the key', () => {
  const frames = [
    ip(1, ipv4(A, B, 6, tcp(5, 80, 'S'))),
    ip(1, ipv4(A, B, 17, udp(5, 80))),
    ip(1, ipv4(A, B, 17, udp(5, 81))),
    ip(1, ipv4(A, B, 17, udp(5, 53, [0, 1]))),
    ip(1, ipv4(A, B, 17, udp(5, 53, [0, 2]))),
    ip(1, ipv4(A, B, 50, [0, 0, 0, 1, 0, 0, 0, 0])),
    ip(1, ipv4(A, B, 50, [0, 0, 0, 2, 0, 0, 0, 0])),
    ip(1, ipv4(A, B, 17, [1, 2, 3, 4, 5, 6, 7, 8], { offset: 1 })),
    v6(1, 2, 58, [135, 0, 0, 0, 0, 0, 0, 0]),
    v6(1, 2, 58, [128, 0, 0, 0, 0, 0, 0, 0]),
  ];
  assert.equal(new Set(keys(...frames).map(({ words }) => words)).size, frames.length);
});

test('IPv6 extension headers are passed, and fragments noted', () => {
  const hop = [17, 0, 1, 4, 0, 0, 0, 0];
  const [plain] = keys(v6(1, 2, 0, [...hop, ...udp(5, 6)]));
  assert.equal(plain!.key.protocol, 17);
  assert.equal(plain!.key.kind, KIND_IPV6);
  const part = [17, 0, 0, 8, 0, 0, 0, 9];
  const [later] = keys(v6(1, 2, 44, [...part, 1, 2, 3, 4, 5, 6, 7, 8]));
  assert.equal(later!.key.fragment, true);
  const [first] = keys(v6(1, 2, 44, [17, 0, 0, 1, 0, 0, 0, 9, ...udp(5, 6)]));
  assert.equal(first!.key.leads, true);
  assert.equal(first!.key.tos, 0xfa, 'Argus takes bits of the flow label for the traffic class');
});

test('encapsulations that Argus does not open are flows of MAC addresses', () => {
  const inner = ipv4(A, B, 17, udp(1, 2));
  for (const [type, kind] of [
    [0x8100, 1],
    [0x88a8, KIND_MAC],
    [0x9100, KIND_MAC],
  ] as const) {
    const tag = [0, 5, 8, 0];
    const [found] = keys({ time: 1, bytes: ether(1, 2, type, [...tag, ...inner]) });
    assert.equal(found!.key.kind, kind);
  }
});

test('a packet whose header was cut off has no key, or that of its MAC addresses', () => {
  const whole = ether(1, 2, 0x86dd, new Array(39).fill(0x60));
  assert.equal(keys({ time: 1, bytes: whole })[0]!.ok, false);
  const short = ip(1, ipv4(A, B, 17, udp(1, 2)).slice(0, 19));
  assert.equal(keys(short)[0]!.key.kind, KIND_MAC);
});

test('an answer for another kind of hardware is no answer', () => {
  const answer = arp(2, 2, B, A);
  const bytes = answer.bytes.map((byte, i) => (i === 15 ? 6 : byte));
  const [asks, answers, other] = keys(arp(1, 1, A, B), answer, { time: 2, bytes });
  assert.equal(asks!.words, answers!.words);
  assert.notEqual(asks!.words, other!.words);
});
