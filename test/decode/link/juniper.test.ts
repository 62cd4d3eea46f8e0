import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, ethernet, hex, ipv4, join, MARGIN, odd, tcp } from '../build.ts';

const LINK = 178;
const FRAME = ethernet(0x0800, ipv4(6, tcp()));

test('the router header and its extensions lead to Ethernet', () => {
  const plain = decode(join('4d474300', FRAME), LINK);
  assert.deepEqual([plain.ipCount, plain.sourceMacOffset, odd(plain)], [1, MARGIN + 10, []]);
  const extended = decode(join('4d474380 0003 aabbcc', FRAME), LINK);
  assert.deepEqual(
    [extended.ipCount, extended.sourceMacOffset, odd(extended)],
    [1, MARGIN + 15, []],
  );
});

test('a frame whose link header was left out is not followed', () => {
  const packet = decode(join('4d474302', FRAME), LINK);
  assert.deepEqual([packet.ipCount, odd(packet)], [0, []]);
});

test('what is no such header, or cut off in it, is odd', () => {
  assert.deepEqual(odd(decode(join('4d474400', FRAME), LINK)), ['link_malformed']);
  assert.deepEqual(odd(decode(hex('4d4743'), LINK)), ['link_malformed']);
  assert.deepEqual(odd(decode(join('4d474380 ffff', FRAME), LINK)), ['link_malformed']);
  assert.equal(decode(hex('4d474380 0000'), LINK).ipCount, 0);
});
