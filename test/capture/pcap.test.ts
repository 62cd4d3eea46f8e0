import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MAX_CAPTURED } from '../../src/capture/index.ts';
import { readPcapHeader } from '../../src/capture/pcap.ts';
import { body, type PcapFields, pcapHeader, pcapRecord, readAll } from './build.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const VARIANTS = [
  { name: 'microseconds', magic: 0xa1b2c3d4, fraction: 123_456, nanos: 0, extra: 0 },
  { name: 'nanoseconds', magic: 0xa1b23c4d, fraction: 123_456_789, nanos: 789, extra: 0 },
  { name: 'Kuznetzov', magic: 0xa1b2cd34, fraction: 123_456, nanos: 0, extra: 8 },
  { name: 'Ixia hardware', magic: 0x1c0001ac, fraction: 123_456_789, nanos: 789, extra: 0 },
  { name: 'Ixia software', magic: 0x1c0001ab, fraction: 123_456, nanos: 0, extra: 0 },
];

describe('pcap variants', () => {
  for (const { name, magic, fraction, nanos, extra } of VARIANTS) {
    for (const little of [true, false]) {
      it(`reads ${name}, ${little ? 'little' : 'big'}-endian`, async () => {
        const seconds = 0xf000_0000;
        const file = Buffer.concat([
          pcapHeader({ magic, little, linkType: 113 }),
          pcapRecord(body(5), { little, seconds, fraction, original: 77, extra }),
          pcapRecord(body(0), { little, seconds: 0, fraction: 0, extra }),
          pcapRecord(body(70, 9), { little, extra }),
        ]);
        const { frames, anomalies, format } = await readAll(file);
        assert.equal(format, 'pcap');
        assert.deepEqual(anomalies, {});
        assert.equal(frames.length, 3);
        assert.deepEqual(frames[0], {
          bytes: hex(body(5)),
          time: seconds * 1e6 + 123_456,
          nanos,
          original: 77,
          linkType: 113,
          number: 1,
        });
        assert.equal(frames[1]?.bytes, '');
        assert.equal(frames[1]?.time, 0);
        assert.equal(frames[2]?.bytes, hex(body(70, 9)));
        assert.equal(frames[2]?.number, 3);
      });
    }
  }
});

async function one(record: Buffer, fields: PcapFields = {}) {
  const after = pcapRecord(body(3));
  return readAll(Buffer.concat([pcapHeader(fields), record, after]));
}

describe('pcap header', () => {
  it('parts the link type from the FCS bits above it', () => {
    const header = pcapHeader({ linkType: 0x2400_0001 });
    assert.equal(readPcapHeader(header, 0, header.length)?.linkType, 1);
    const reserved = pcapHeader({ linkType: 0x0101_0001 });
    assert.equal(readPcapHeader(reserved, 0, reserved.length)?.linkType, 0x0101_0001);
  });

  it('wants the whole header, and Ixia four bytes more', () => {
    const plain = pcapHeader();
    assert.equal(readPcapHeader(plain, 0, 23), undefined);
    assert.equal(readPcapHeader(plain, 0, 24)?.fileHeaderLength, 24);
    const ixia = pcapHeader({ magic: 0x1c0001ac });
    assert.equal(readPcapHeader(ixia, 0, 27), undefined);
    assert.equal(readPcapHeader(ixia, 0, 28)?.fileHeaderLength, 28);
  });

  it('says when the version has an unknown layout, and reads on', async () => {
    const { frames, anomalies } = await one(pcapRecord(body(4)), { version: [3, 0] });
    assert.equal(frames.length, 2);
    assert.deepEqual(anomalies, { capture_version_unknown: 1 });
    assert.deepEqual((await one(pcapRecord(body(4)), { version: [543, 0] })).anomalies, {});
  });
});

describe('lengths of a pcap record', () => {
  it('reads them the other way round before version 2.3', async () => {
    const swapped = pcapRecord(body(3), { captured: 9, original: 3 });
    const file = Buffer.concat([pcapHeader({ version: [2, 2] }), swapped]);
    const { frames, anomalies } = await readAll(file);
    assert.deepEqual(anomalies, {});
    assert.equal(frames[0]?.original, 9);
    assert.equal(frames[0]?.bytes, hex(body(3)));
  });

  it('reads either order in version 2.3', async () => {
    const swapped = pcapRecord(body(3), { captured: 9, original: 3 });
    const { frames, anomalies } = await one(swapped, { version: [2, 3] });
    assert.deepEqual(anomalies, {});
    assert.deepEqual(
      frames.map(({ original }) => original),
      [9, 3],
    );
  });

  it('raises an original length below the captured one', async () => {
    const { frames, anomalies } = await one(pcapRecord(body(9), { original: 4 }));
    assert.equal(frames[0]?.original, 9);
    assert.equal(frames.length, 2);
    assert.deepEqual(anomalies, { capture_length_lie: 1 });
  });

  it('delivers a packet above the snap length whole, and says so', async () => {
    const { frames, anomalies } = await one(pcapRecord(body(9)), { snapLength: 8 });
    assert.equal(frames[0]?.bytes.length, 18);
    assert.deepEqual(anomalies, { capture_over_snap_length: 1 });
    assert.deepEqual((await one(pcapRecord(body(9)), { snapLength: 0 })).anomalies, {});
  });

  it('delivers the longest packet allowed and stops at a longer one', async () => {
    const snapLength = 0;
    const longest = await one(pcapRecord(new Uint8Array(MAX_CAPTURED)), { snapLength });
    assert.equal(longest.frames.length, 2);
    assert.deepEqual(longest.anomalies, {});
    const longer = await one(pcapRecord(new Uint8Array(MAX_CAPTURED + 1)), { snapLength });
    assert.equal(longer.frames.length, 0);
    assert.deepEqual(longer.anomalies, { capture_record_too_large: 1 });
    const lie = await one(pcapRecord(body(3), { captured: 0xffff_ffff }));
    assert.deepEqual(lie.anomalies, { capture_record_too_large: 1 });
  });
});

describe('a pcap that breaks off', () => {
  it('gives what came before the cut, wherever it is', async () => {
    const first = Buffer.concat([pcapHeader(), pcapRecord(body(6))]);
    const second = pcapRecord(body(6));
    for (let cut = 0; cut <= second.length; cut++) {
      const { frames, anomalies } = await readAll(Buffer.concat([first, second.subarray(0, cut)]));
      const whole = cut === 0 || cut === second.length;
      assert.equal(frames.length, cut === second.length ? 2 : 1, `cut at ${cut}`);
      assert.deepEqual(anomalies, whole ? {} : { capture_truncated_record: 1 }, `cut at ${cut}`);
    }
  });

  it('may end behind its header', async () => {
    assert.deepEqual(await readAll(pcapHeader()), { frames: [], anomalies: {}, format: 'pcap' });
  });
});

describe('times of a pcap record', () => {
  it('takes a fraction of a second and more for its end, a negative one as it stands, and says so', async () => {
    const above = await one(pcapRecord(body(1), { seconds: 10, fraction: 1_000_000 }));
    assert.equal(above.frames[0]?.time, 11e6);
    assert.deepEqual(above.anomalies, { capture_time_out_of_range: 1 });
    const far = await one(pcapRecord(body(1), { seconds: 10, fraction: 0x30303030 }));
    assert.equal(far.frames[0]?.time, 10_999_999);
    const farNanos = pcapRecord(body(1), { seconds: 10, fraction: 0x7fffffff });
    const kept = (await one(farNanos, { magic: 0xa1b23c4d })).frames[0];
    assert.deepEqual([kept?.time, kept?.nanos], [10_999_999, 999]);
    const negative = await one(pcapRecord(body(1), { seconds: 10, fraction: -1_404_616 }));
    assert.equal(negative.frames[0]?.time, 10e6 - 1_404_616);
    const nanos = pcapRecord(body(1), { seconds: 10, fraction: -1 });
    const { frames } = await one(nanos, { magic: 0xa1b23c4d });
    assert.equal(frames[0]?.time, 9_999_999);
    assert.equal(frames[0]?.nanos, 999);
  });
});
