import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import fc from 'fast-check';
import { createPcapWriter, type PcapWriterOptions } from '../../src/capture/index.ts';
import { body, pcapHeader, pcapRecord, readAll } from './build.ts';

const folder = mkdtempSync(join(tmpdir(), 'wiresift-write-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function collect(options: Omit<PcapWriterOptions, 'sink'> = { linkType: 1 }) {
  const parts: Buffer[] = [];
  const sink = (bytes: Uint8Array): void => {
    parts.push(Buffer.from(bytes));
  };
  return { writer: createPcapWriter({ ...options, sink }), whole: () => Buffer.concat(parts) };
}

describe('createPcapWriter', () => {
  it('writes the header and the records, byte for byte', () => {
    const { writer, whole } = collect({ linkType: 101, snapLength: 65_535 });
    writer.write(body(5), 7_000_009, 60);
    writer.close();
    const expected = [
      pcapHeader({ linkType: 101 }),
      pcapRecord(body(5), { seconds: 7, fraction: 9, original: 60 }),
    ];
    assert.deepEqual(whole(), Buffer.concat(expected));
    assert.equal(writer.bytes, whole().length);
    assert.equal(writer.frames, 1);
  });

  it('gives back what was written, for any frames', async () => {
    const frame = fc.record({
      data: fc.uint8Array({ maxLength: 200 }),
      time: fc.integer({ min: 0, max: 2 ** 32 * 1e6 - 1 }),
      nanos: fc.nat(999),
      longer: fc.nat(2000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(frame), fc.boolean(), async (list, nanoseconds) => {
        const { writer, whole } = collect({ linkType: 113, nanoseconds });
        for (const { data, time, nanos, longer } of list) {
          writer.write(data, time, data.length + longer, nanos);
        }
        writer.close();
        const { frames, anomalies } = await readAll(whole());
        assert.deepEqual(anomalies, {});
        const expected = list.map(({ data, time, nanos, longer }, i) => ({
          bytes: Buffer.from(data).toString('hex'),
          time,
          nanos: nanoseconds ? nanos : 0,
          original: data.length + longer,
          linkType: 113,
          number: i + 1,
        }));
        assert.deepEqual(frames, expected);
      }),
      { numRuns: 100, seed: 2 },
    );
  });

  it('cuts at the snap length and keeps the original length', async () => {
    const { writer, whole } = collect({ linkType: 1, snapLength: 100 });
    writer.write(body(150), 1);
    writer.write(body(3), 2, 1);
    writer.close();
    const { frames, anomalies } = await readAll(whole());
    assert.deepEqual(anomalies, {});
    assert.equal(frames[0]?.bytes, Buffer.from(body(100)).toString('hex'));
    assert.deepEqual(
      frames.map(({ original }) => original),
      [150, 3],
    );
  });

  it('writes more than its buffer holds', async () => {
    const { writer, whole } = collect();
    const big = new Uint8Array(262_144).fill(7);
    for (let i = 0; i < 9; i++) writer.write(big, i);
    writer.close();
    const { frames, anomalies } = await readAll(whole());
    assert.deepEqual(anomalies, {});
    assert.equal(frames.length, 9);
    assert.equal(writer.bytes, whole().length);
  });

  it('refuses a time that the format cannot hold, and two targets or none', () => {
    const { writer } = collect();
    for (const time of [-1, 2 ** 32 * 1e6, Number.NaN, Number.POSITIVE_INFINITY]) {
      assert.throws(() => writer.write(body(1), time), RangeError);
    }
    assert.equal(writer.frames, 0);
    assert.throws(() => createPcapWriter({ linkType: 1 }), TypeError);
    const both = { linkType: 1, path: 'x', sink: () => {} };
    assert.throws(() => createPcapWriter(both), TypeError);
  });

  it('gives the file its name only when closed whole', async () => {
    const path = join(folder, 'whole.pcap');
    const writer = createPcapWriter({ path, linkType: 1 });
    writer.write(body(9), 1);
    assert.equal(existsSync(path), false);
    writer.close();
    writer.close();
    writer.abort();
    assert.equal((await readAll(readFileSync(path))).frames.length, 1);
    const dropped = createPcapWriter({ path: join(folder, 'dropped.pcap'), linkType: 1 });
    dropped.abort();
    dropped.close();
    assert.deepEqual(readdirSync(folder), ['whole.pcap']);
  });
});
