import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Frame } from '../../src/capture/index.ts';
import { createDecoder, Packet } from '../../src/decode/index.ts';
import { FlowKey, KIND_WLAN } from '../../src/flow/key.ts';
import { hex } from '../decode/build.ts';

const BEACON = `80000000ffffffffffff022222222222023333333333${'0000'}${'11'.repeat(12)}`;

/** Words of the key of a frame; undefined when it has none. */
function words(text: string, linkType: number): number[] | undefined {
  const frame = new Frame();
  frame.bytes = hex(text);
  frame.end = frame.bytes.length;
  frame.originalLength = frame.bytes.length;
  frame.linkType = linkType;
  const packet = new Packet();
  createDecoder().decode(frame, packet);
  const key = new FlowKey();
  return key.read(packet) && key.kind === KIND_WLAN ? [...key.words] : undefined;
}

test('a frame is found behind each radio header', () => {
  const bare = words(BEACON, 105);
  assert.equal(bare?.[1], 0x02222222);
  assert.deepEqual(words(`0000080000000000${BEACON}`, 127), bare);
  assert.deepEqual(words(`0000004400000090${'00'.repeat(136)}${BEACON}`, 119), bare);
  assert.deepEqual(words(`8021100100000040${'00'.repeat(56)}${BEACON}`, 163), bare);
});

test('headers that say too much, or are cut off, lead nowhere', () => {
  for (const [text, linkType] of [
    ['0000ff0000000000', 127],
    ['0000', 127],
    ['80211001ffffffff', 163],
    ['00000044', 119],
    ['80', 105],
  ] as const) {
    assert.equal(words(text, linkType), undefined, text);
  }
});

test('an address that was not sent is zero', () => {
  const key = words('d4000000021111111111', 105);
  assert.deepEqual(key?.slice(1, 6), [0, 0x0211, 0x11111111, 0, 0]);
});

test('the name tells beacons apart, if an unknown element follows it', () => {
  const named = (name: string, tail = 'dd00') => words(`${BEACON}0001${name}${tail}`, 105)!;
  assert.notDeepEqual(named('41'), named('42'));
  assert.deepEqual(named('41'), named('41', '010182030106dd00'));
  assert.deepEqual(named('41', ''), words(BEACON, 105));
  assert.deepEqual(named('00'), words(BEACON, 105));
});
