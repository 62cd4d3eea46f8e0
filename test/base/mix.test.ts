import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mixWord } from '../../src/base/index.ts';

describe('mixWord', () => {
  it('gives the words of the published finish', () => {
    assert.equal(mixWord(0), 0);
    assert.equal(mixWord(1) >>> 0, 0x514e28b7);
    assert.equal(mixWord(-1) >>> 0, 0x81f16f39);
  });

  it('gives no two words the same and does not mind the sign', () => {
    const seen = new Set(Array.from({ length: 10_000 }, (_, i) => mixWord(i * 65_537)));
    assert.equal(seen.size, 10_000);
    assert.equal(mixWord(0xdeadbeef), mixWord(0xdeadbeef | 0));
  });
});
