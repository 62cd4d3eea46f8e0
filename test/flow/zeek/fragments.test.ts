import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { IpLayer } from '../../../src/decode/index.ts';
import { Fragments } from '../../../src/flow/zeek/fragments.ts';

const PAYLOAD = Uint8Array.from({ length: 800 }, (_, i) => i * 7);

/** An IPv4 fragment: bytes and layer as the decoder would give them. */
function fragment(start: number, end: number, more: boolean, identification = 1) {
  const bytes = new Uint8Array(20 + end - start);
  bytes[0] = 0x45;
  bytes.set(PAYLOAD.subarray(start, end), 20);
  const layer = new IpLayer();
  layer.version = 4;
  layer.headerLength = 20;
  layer.sourceOffset = 12;
  layer.identification = identification;
  layer.fragmentOffset = start;
  layer.moreFragments = more;
  layer.payloadStart = 20;
  layer.payloadLength = end - start;
  return { bytes, layer };
}

test('fragments in any order, repeated and overlapping, make the datagram', () => {
  const random = new Random(8);
  for (let round = 0; round < 100; round++) {
    const fragments = new Fragments();
    const list = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((i) =>
      fragment(i * 80, Math.min(800, i * 80 + 80 + 8 * random.int(4)), i < 9),
    );
    const order = [...list, ...list.slice(0, 4)].sort(() => random.next() - 0.5);
    const done = order.findIndex(({ bytes, layer }) => fragments.add(bytes, layer, 0));
    assert.ok(done >= 9);
    assert.equal(fragments.length, 820);
    assert.deepEqual(fragments.bytes.slice(20, 820), PAYLOAD);
    assert.equal((fragments.bytes[2]! << 8) | fragments.bytes[3]!, 820);
  }
});

test('a datagram without its end never completes, and is given up after five minutes', () => {
  const fragments = new Fragments();
  const first = fragment(0, 80, true);
  const last = fragment(80, 160, false);
  assert.equal(fragments.add(first.bytes, first.layer, 0), false);
  assert.equal(fragments.add(last.bytes, last.layer, 301e6), false);
  assert.equal(fragments.lost, 1);
  assert.equal(fragments.add(first.bytes, first.layer, 302e6), true);
});

test('a flood of first fragments is bounded', () => {
  const fragments = new Fragments();
  for (let i = 0; i < 5000; i++) {
    const { bytes, layer } = fragment(0, 800, true, i);
    fragments.add(bytes, layer, i);
  }
  assert.equal(fragments.lost, 5000 - 1024);
});
