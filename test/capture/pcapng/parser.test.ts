import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_CAPTURED } from '../../../src/capture/index.ts';
import { MAX_BLOCK, MAX_INTERFACES } from '../../../src/capture/pcapng/parser.ts';
import {
  Bytes,
  block,
  body,
  enhanced,
  interfaceBlock,
  oldPacket,
  readAll,
  section,
  simple,
} from '../build.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const read = (...parts: Uint8Array[]) => readAll(Buffer.concat(parts));

describe('pcapng blocks', () => {
  for (const little of [true, false]) {
    it(`reads all three packet blocks, ${little ? 'little' : 'big'}-endian`, async () => {
      const { frames, anomalies, format } = await read(
        section(little),
        interfaceBlock({ little, linkType: 1 }),
        interfaceBlock({ little, linkType: 228, resolution: 9 }),
        enhanced(body(5), { little, original: 60, time: 0x5_0000_0001n }),
        enhanced(body(6), { little, index: 1, time: 1_700_000_000_123_456_789n }),
        oldPacket(body(7), { little, index: 1, time: 1_000_000_002n }),
        simple(body(8), 8, little),
      );
      assert.equal(format, 'pcapng');
      assert.deepEqual(anomalies, { capture_no_time: 1 });
      assert.deepEqual(frames[0], {
        bytes: hex(body(5)),
        time: 0x5_0000_0001,
        nanos: 0,
        original: 60,
        linkType: 1,
        number: 1,
      });
      assert.deepEqual(
        frames.slice(1).map(({ time, nanos, linkType, bytes }) => [time, nanos, linkType, bytes]),
        [
          [1_700_000_000_123_456, 789, 228, hex(body(6))],
          [1_000_000, 2, 228, hex(body(7))],
          [1_000_000, 2, 1, hex(body(8))],
        ],
      );
    });
  }

  it('forgets the interfaces and the byte order at a new section', async () => {
    const { frames, anomalies } = await read(
      section(true),
      interfaceBlock({ linkType: 1 }),
      interfaceBlock({ linkType: 101 }),
      enhanced(body(1), { index: 1 }),
      section(false),
      interfaceBlock({ little: false, linkType: 113, resolution: 3 }),
      enhanced(body(2), { little: false, index: 0, time: 5n }),
      enhanced(body(3), { little: false, index: 1 }),
    );
    assert.deepEqual(
      frames.map(({ linkType, time }) => [linkType, time]),
      [
        [101, 1_000_002],
        [113, 5000],
      ],
    );
    assert.deepEqual(anomalies, { capture_unknown_interface: 1 });
  });

  it('passes blocks without packets in silence and counts unknown ones', async () => {
    const { frames, anomalies } = await read(
      section(),
      ...[4, 5, 7, 8, 9, 10, 0x0bad, 0x4000_0bad].map((type) => block(type, body(9))),
      block(0x1234, body(11)),
      block(0x8000_0001, body(0)),
      interfaceBlock(),
      enhanced(body(4)),
    );
    assert.equal(frames.length, 1);
    assert.deepEqual(anomalies, { capture_unknown_block: 2 });
  });

  it('cuts a Simple Packet Block at the snap length', async () => {
    const { frames, anomalies } = await read(
      section(),
      interfaceBlock({ snapLength: 6 }),
      simple(body(6), 40),
    );
    assert.equal(frames[0]?.bytes, hex(body(6)));
    assert.equal(frames[0]?.original, 40);
    assert.equal(frames[0]?.time, 0);
    assert.deepEqual(anomalies, { capture_no_time: 1 });
  });
});

describe('hostile pcapng blocks', () => {
  const start = [section(), interfaceBlock({ snapLength: 100 })];
  const after = enhanced(body(4));

  it('skips what is well framed but wrong inside', async () => {
    const wrong: readonly (readonly [Uint8Array, string])[] = [
      [enhanced(body(4), { captured: 9 }), 'capture_block_malformed'],
      [enhanced(body(4), { captured: 0xffff_ffff }), 'capture_block_malformed'],
      [oldPacket(body(4), { captured: 9 }), 'capture_block_malformed'],
      [block(6, body(16)), 'capture_block_malformed'],
      [block(2, body(16)), 'capture_block_malformed'],
      [block(3, body(0)), 'capture_block_malformed'],
      [simple(body(4), 30), 'capture_block_malformed'],
      [block(1, body(4)), 'capture_block_malformed'],
      [enhanced(body(4), { index: 1 }), 'capture_unknown_interface'],
      [oldPacket(body(4), { index: 9 }), 'capture_unknown_interface'],
      [enhanced(new Uint8Array(MAX_CAPTURED + 1)), 'capture_record_too_large'],
    ];
    for (const [bytes, name] of wrong) {
      const { frames, anomalies } = await read(...start, bytes, after);
      assert.equal(frames.length, 1, name);
      assert.equal(frames[0]?.number, 1);
      assert.deepEqual(anomalies, { [name]: 1 });
    }
  });

  it('has no interface for a Simple Packet Block before any is described', async () => {
    const { frames, anomalies } = await read(section(), simple(body(4)));
    assert.equal(frames.length, 0);
    assert.deepEqual(anomalies, { capture_unknown_interface: 1 });
  });

  it('stops where the framing is lost', async () => {
    const twisted = Buffer.from(after);
    twisted.writeUInt32LE(4, twisted.length - 4);
    const lost = [
      twisted,
      new Bytes(true).u32(6, 8, 8).end(),
      new Bytes(true).u32(6, MAX_BLOCK + 4, 0, 0).end(),
      new Bytes(true).u32(0x0a0d0d0a, 28, 0x12345678, 0, 0, 0, 28).end(),
      new Uint8Array(12),
    ];
    for (const bytes of lost) {
      const { frames, anomalies } = await read(...start, after, bytes, after);
      assert.equal(frames.length, 1);
      assert.deepEqual(anomalies, { capture_block_malformed: 1 });
    }
  });

  it('reads the longest packet block and the longest block', async () => {
    const { frames, anomalies } = await read(
      section(),
      interfaceBlock(),
      enhanced(new Uint8Array(MAX_CAPTURED)),
      block(10, new Uint8Array(MAX_BLOCK - 12)),
      after,
    );
    assert.deepEqual(
      frames.map(({ original }) => original),
      [MAX_CAPTURED, 4],
    );
    assert.deepEqual(anomalies, {});
  });

  it('reads a block whose length was not rounded up to four', async () => {
    const unaligned = new Bytes(true).u32(6, 12 + 20 + 5, 0, 0, 7, 5, 5).raw(body(5));
    const bytes = unaligned.raw(body(3)).u32(37).end();
    const { frames, anomalies } = await read(...start, bytes, after);
    assert.equal(frames[0]?.bytes, hex(body(5)));
    assert.equal(frames.length, 2);
    assert.deepEqual(anomalies, { capture_block_unaligned: 1 });
  });

  it('counts lies about lengths', async () => {
    const { frames, anomalies } = await read(
      ...start,
      enhanced(body(9), { original: 3 }),
      enhanced(new Uint8Array(101)),
    );
    assert.equal(frames[0]?.original, 9);
    assert.deepEqual(anomalies, { capture_length_lie: 1, capture_over_snap_length: 1 });
  });

  it('passes over a section of an unknown version to the next one', async () => {
    const { frames, anomalies } = await read(
      ...start,
      after,
      section(false, [2, 0]),
      interfaceBlock({ little: false }),
      enhanced(body(4), { little: false }),
      section(true, [1, 2]),
      interfaceBlock(),
      after,
    );
    assert.equal(frames.length, 2);
    assert.deepEqual(anomalies, { capture_version_unknown: 1 });
  });

  it('keeps a bounded number of interfaces', async () => {
    const many = Array.from({ length: MAX_INTERFACES + 3 }, () => interfaceBlock());
    const { frames, anomalies } = await read(
      section(),
      ...many,
      enhanced(body(4), { index: MAX_INTERFACES - 1 }),
      enhanced(body(4), { index: MAX_INTERFACES }),
    );
    assert.equal(frames.length, 1);
    assert.deepEqual(anomalies, {
      capture_too_many_interfaces: 3,
      capture_unknown_interface: 1,
    });
  });
});

describe('a pcapng that breaks off', () => {
  it('gives what came before the cut, wherever it is', async () => {
    const head = Buffer.concat([section(), interfaceBlock(), enhanced(body(4))]);
    const last = enhanced(body(6));
    for (let cut = 0; cut <= last.length; cut++) {
      const { frames, anomalies } = await read(head, last.subarray(0, cut));
      assert.equal(frames.length, cut === last.length ? 2 : 1);
      const whole = cut === 0 || cut === last.length;
      assert.deepEqual(anomalies, whole ? {} : { capture_truncated_record: 1 }, `cut at ${cut}`);
    }
  });
});
