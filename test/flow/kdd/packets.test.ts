import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KddPackets, MAX_NOTED } from '../../../src/flow/kdd/packets.ts';
import { A, B, decodeFrames, ip, ipv4, type TestFrame, tcp, u16 } from '../packets.ts';

const ends = Uint8Array.from([...[10, 0, 0, 1], ...Array(12).fill(0), ...[10, 0, 0, 2]]);

function fed(frames: readonly TestFrame[]): { packets: KddPackets; wrong: number[] } {
  const wrong: number[] = [];
  const packets = new KddPackets((messages) => {
    wrong.push(...messages.wrongFragment.subarray(0, messages.length));
  });
  decodeFrames(frames, (packet) => packets.add(packet));
  return { packets, wrong };
}

test('what was noted is told once, whichever end asks as originator', () => {
  const urgent = ip(1, ipv4(A, B, 6, tcp(40000, 23, 'AU')));
  const answer = ip(1, ipv4(B, A, 6, tcp(23, 40000, 'AU')));
  const { packets } = fed([urgent, answer, urgent]);
  assert.equal(packets.quiet, false);
  assert.equal(packets.take(ends, 0, 4, [6, 40001, 23]).urgent, 0);
  assert.equal(packets.take(ends, 0, 4, [6, 40000, 23]).urgent, 3);
  assert.equal(packets.take(ends, 0, 4, [6, 40000, 23]).urgent, 0);
  assert.equal(packets.quiet, true);
});

test('a flood of URG forgets the oldest and counts them', () => {
  const frame = ip(1, ipv4(A, B, 6, tcp(1, 23, 'U')));
  const more = 500;
  const flood = (function* (): Generator<TestFrame> {
    for (let i = 0; i < MAX_NOTED + more; i++) {
      // Ethernet 14, IPv4 20: the ports lie behind; the source address ends at byte 29.
      const bytes = [...frame.bytes];
      bytes[29] = i >> 16;
      bytes.splice(34, 2, ...u16(i & 0xffff));
      yield { ...frame, bytes };
    }
  })();
  const { packets } = fed([]);
  for (const one of flood) decodeFrames([one], (packet) => packets.add(packet));
  assert.equal(packets.forgotten, more);
});

const MORE = 0x2000;
const echo = [8, 0, 0, 0, 0, 7, 0, 1, ...Array(24).fill(0)];

test('a flood of fragments that never complete gives up the oldest, and keeps their rows', () => {
  const frames = Array.from({ length: 2000 }, (_, id) =>
    ip(1 + id / 1000, ipv4(A, B, 1, echo, { id, offset: MORE })),
  );
  const { packets, wrong } = fed(frames);
  packets.flush();
  assert.equal(wrong.length, 2000 - 1024);
  packets.finish();
  assert.equal(wrong.length, 2000);
});

test('fragments are awaited for a minute', () => {
  const first = ip(1, ipv4(A, B, 1, echo, { id: 1, offset: MORE }));
  const other = ip(62, ipv4(A, B, 1, echo, { id: 2, offset: MORE }));
  const { packets, wrong } = fed([first, other]);
  packets.flush();
  assert.deepEqual(wrong, [0]);
});

test('at most three wrong pieces are counted', () => {
  const frames = [ip(1, ipv4(A, B, 1, echo, { id: 1, offset: MORE }))];
  for (let i = 0; i < 6; i++) {
    const piece = ipv4(A, B, 1, Array(16 + 8 * i).fill(1), { id: 1, offset: MORE | 1 });
    frames.push(ip(1.1 + i / 100, piece));
  }
  const { packets, wrong } = fed(frames);
  packets.finish();
  assert.deepEqual(wrong, [3]);
});
