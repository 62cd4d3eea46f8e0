import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  BITS,
  CLOSED,
  ESTABLISHED,
  FINISHED,
  RESET,
  SAW_SYN,
  SAW_SYN_ACK,
  SIDES,
  STRIDE,
} from '../../src/flow/slot.ts';
import { followTcp, Segment, startTcp } from '../../src/flow/tcp-machine.ts';
import { tcp } from './packets.ts';

type Step = [forward: boolean, flags: string, sequence?: number, ack?: number, data?: number];

/** Runs segments through one slot. @returns the slot's bits, flags and which step restarted */
function follow(steps: Step[]): { bits: number; sides: number; restarts: number[] } {
  const words = new Int32Array(STRIDE);
  const segment = new Segment();
  const restarts: number[] = [];
  steps.forEach(([forward, flags, sequence = 1, ack = 0, data = 0], i) => {
    const bytes = Uint8Array.from(tcp(1, 2, flags, [sequence, ack], new Array(data).fill(0)));
    assert.ok(segment.read(bytes, 0, bytes.length, bytes.length));
    if (i === 0) startTcp(words, 0, segment, forward);
    else if (followTcp(words, 0, segment, forward)) restarts.push(i);
  });
  return { bits: words[BITS]!, sides: words[SIDES]!, restarts };
}

const HANDSHAKE: Step[] = [
  [true, 'S', 100],
  [false, 'SA', 300, 101],
  [true, 'A', 101, 301],
];

test('a handshake is seen as SYN, SYN-ACK and established', () => {
  const { bits, sides } = follow(HANDSHAKE);
  assert.equal(bits & (SAW_SYN | SAW_SYN_ACK | ESTABLISHED), SAW_SYN | SAW_SYN_ACK | ESTABLISHED);
  assert.equal(bits & (FINISHED | CLOSED), 0);
  assert.equal(sides, 0x12 | (0x12 << 8));
});

test('after data, FINs that both sides acknowledge close; then a SYN is a retransmission', () => {
  const close: Step[] = [
    ...HANDSHAKE,
    [true, 'PA', 101, 301, 10],
    [false, 'PA', 301, 111, 20],
    [true, 'A', 111, 321],
    [true, 'FA', 111, 321],
    [false, 'FA', 321, 112],
    [true, 'A', 112, 322],
    [false, 'A', 322, 112],
  ];
  const { bits, restarts } = follow([...close, [true, 'S', 5000]]);
  assert.equal(bits & (FINISHED | CLOSED), FINISHED | CLOSED);
  assert.deepEqual(restarts, []);
});

test('a SYN after a FIN or after RST begins anew, one with ACK or ECN does not', () => {
  assert.deepEqual(follow([...HANDSHAKE, [true, 'FA', 101, 301], [true, 'S', 900]]).restarts, [4]);
  assert.deepEqual(follow([...HANDSHAKE, [false, 'R', 301], [false, 'S', 900]]).restarts, [4]);
  assert.deepEqual(follow([...HANDSHAKE, [false, 'RA', 99_000, 1], [true, 'S', 9]]).restarts, [4]);
  assert.deepEqual(follow([...HANDSHAKE, [true, 'FA', 101, 301], [false, 'SA', 9]]).restarts, []);
  assert.deepEqual(follow([...HANDSHAKE, [false, 'R', 301], [true, 'SEC', 9]]).restarts, []);
});

test('a refused SYN may be tried again in the same record', () => {
  const { bits, restarts } = follow([
    [true, 'S', 100],
    [false, 'RA', 0, 101],
    [true, 'S', 200],
    [false, 'RA', 0, 201],
  ]);
  assert.deepEqual(restarts, []);
  assert.equal(bits & RESET, RESET);
});

test('a flow that begins with RST waits for any SYN', () => {
  assert.deepEqual(
    follow([
      [true, 'R', 5],
      [false, 'SA', 9, 1],
    ]).restarts,
    [1],
  );
  assert.deepEqual(
    follow([
      [true, 'R', 5],
      [true, 'A', 9, 1],
      [true, 'S', 1],
    ]).restarts,
    [],
  );
});

test('a header that was cut off is refused; contradicting lengths are not', () => {
  const segment = new Segment();
  const bytes = Uint8Array.from(tcp(1, 2, 'S'));
  assert.equal(segment.read(bytes, 0, 19, 20), false);
  assert.equal(segment.read(bytes, 0, 20, 4), true);
  assert.equal(segment.length, -16);
});

test('the window scale is read from a SYN only, within the bytes captured', () => {
  const segment = new Segment();
  const options = (flags: string) => {
    const bytes = Uint8Array.from([...tcp(1, 2, flags), 1, 3, 3, 7]);
    bytes[12] = 0x60;
    return bytes;
  };
  segment.read(options('S'), 0, 24, 24);
  assert.equal(segment.shift, 7);
  segment.read(options('A'), 0, 24, 24);
  assert.equal(segment.shift, -1);
  segment.read(options('S'), 0, 23, 24);
  assert.equal(segment.shift, -1);
});
