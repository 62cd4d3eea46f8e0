import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readInterface } from '../../../src/capture/pcapng/interface.ts';
import { Bytes } from '../build.ts';

function read(bytes: Buffer, little = true) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return readInterface(view, 0, bytes.length, little);
}

const fixed = (little = true): Bytes => new Bytes(little).u16(113, 0).u32(96);

describe('Interface Description Block', () => {
  it('counts microseconds from 1970 unless told otherwise', () => {
    assert.deepEqual(read(fixed().end()), {
      linkType: 113,
      snapLength: 96,
      scale: { kind: 'micro', unitsPerSecond: 1_000_000n, offsetSeconds: 0n, offsetMicros: 0 },
      malformed: false,
    });
  });

  it('finds its options among others, in both byte orders', () => {
    for (const little of [true, false]) {
      const bytes = fixed(little)
        .u16(2, 3)
        .raw(Uint8Array.of(101, 116, 104, 0));
      bytes
        .u16(9, 1)
        .raw(Uint8Array.of(0x94, 0, 0, 0))
        .u16(14, 8)
        .i64(-3600n)
        .u16(0, 0);
      const found = read(bytes.end(), little);
      assert.equal(found?.scale.unitsPerSecond, 1n << 20n);
      assert.equal(found?.scale.offsetMicros, -3.6e9);
      assert.equal(found?.malformed, false);
    }
  });

  it('stops at the end of options', () => {
    const bytes = fixed()
      .u16(0, 0)
      .u16(9, 1)
      .raw(Uint8Array.of(9, 0, 0, 0));
    assert.equal(read(bytes.end())?.scale.kind, 'micro');
  });

  it('keeps what stood before an option that overruns its block', () => {
    const bytes = fixed()
      .u16(9, 1)
      .raw(Uint8Array.of(9, 0, 0, 0))
      .u16(2, 60_000)
      .u32(0);
    const found = read(bytes.end());
    assert.equal(found?.scale.kind, 'nano');
    assert.equal(found?.malformed, true);
  });

  it('does not believe an option of the wrong length', () => {
    const found = read(fixed().u16(9, 4).u32(9).u16(14, 4).u32(9).end());
    assert.equal(found?.scale.kind, 'micro');
    assert.equal(found?.scale.offsetSeconds, 0n);
    assert.equal(found?.malformed, true);
  });

  it('is nothing below its fixed fields', () => {
    assert.equal(read(Buffer.alloc(7)), undefined);
  });
});
