import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { WiresiftError } from '../../src/base/index.ts';
import { openCaptureBytes } from '../../src/capture/index.ts';
import {
  block,
  body,
  enhanced,
  interfaceBlock,
  oldPacket,
  pcapHeader,
  pcapRecord,
  readAll,
  section,
  simple,
} from './build.ts';

const pcap = Buffer.concat([
  pcapHeader(),
  pcapRecord(body(60)),
  pcapRecord(body(0)),
  pcapRecord(body(33), { seconds: 9 }),
]);
const modified = Buffer.concat([
  pcapHeader({ magic: 0xa1b2cd34, little: false }),
  pcapRecord(body(40), { little: false, extra: 8 }),
  pcapRecord(body(21), { little: false, extra: 8 }),
]);
const pcapng = Buffer.concat([
  section(),
  interfaceBlock({ resolution: 9, offset: -5n }),
  enhanced(body(30)),
  block(4, body(20)),
  section(false),
  interfaceBlock({ little: false, resolution: 0x94 }),
  oldPacket(body(13), { little: false }),
  simple(body(9), 9, false),
]);

describe('the window over a capture', () => {
  for (const [name, bytes] of Object.entries({ pcap, modified, pcapng })) {
    it(`gives the same frames of a ${name} for every chunk size`, async () => {
      const whole = await readAll(bytes);
      assert.ok(whole.frames.length >= 2);
      for (let chunk = 1; chunk <= bytes.length + 1; chunk++) {
        assert.deepEqual(await readAll(bytes, chunk), whole, `chunks of ${chunk}`);
      }
    });
  }
});

describe('reading', () => {
  it('stops between two chunks when aborted, and resolves', async () => {
    const control = new AbortController();
    const source = await openCaptureBytes(pcap, 'test', { chunkBytes: 100 });
    await source.read(() => control.abort(), control.signal);
    assert.equal(source.frames, 1);
    assert.deepEqual({ ...source.anomalies }, {});
    await source.read(() => assert.fail('a second reading delivers nothing'));
  });

  it('delivers nothing when aborted before', async () => {
    const source = await openCaptureBytes(pcap);
    await source.read(() => assert.fail('aborted'), AbortSignal.abort());
    assert.equal(source.frames, 0);
  });

  it('passes on what the taker of frames throws', async () => {
    const source = await openCaptureBytes(pcap);
    const reading = source.read(() => {
      throw new Error('taker');
    });
    await assert.rejects(reading, /taker/);
  });

  it('reuses one frame', async () => {
    const seen = new Set<unknown>();
    const source = await openCaptureBytes(pcap);
    await source.read((frame) => seen.add(frame));
    assert.equal(seen.size, 1);
  });

  it('is safe from names of anomalies that meet those of objects', async () => {
    const source = await openCaptureBytes(pcap);
    assert.equal(Object.getPrototypeOf(source.anomalies), null);
  });
});

describe('mutated captures', () => {
  const edits = fc.array(
    fc.record({ at: fc.nat(400), value: fc.nat(255), kind: fc.constantFrom('set', 'cut', 'add') }),
    { minLength: 1, maxLength: 6 },
  );
  const seed = fc.constantFrom(pcap, modified, pcapng);

  it('never throw anything but a refusal, and frames stay in their buffer', async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(seed, edits, fc.integer({ min: 1, max: 300 }), async (from, list, chunk) => {
        let bytes = Buffer.from(from);
        for (const { at, value, kind } of list) {
          const place = at % (bytes.length + 1);
          if (kind === 'set' && place < bytes.length) bytes[place] = value;
          else if (kind === 'cut') bytes = bytes.subarray(0, Math.max(place, 30));
          else bytes = Buffer.concat([bytes.subarray(0, place), bytes.subarray(place ^ 3)]);
        }
        try {
          // Each frame is checked against its buffer there.
          const { frames } = await readAll(bytes, chunk);
          const captured = frames.reduce((sum, frame) => sum + frame.bytes.length / 2, 0);
          assert.ok(captured <= bytes.length);
          for (const { time, nanos, original, bytes: data } of frames) {
            assert.ok(Number.isSafeInteger(time) && nanos >= 0 && nanos <= 999);
            assert.ok(original >= data.length / 2);
          }
        } catch (error) {
          assert.ok(error instanceof WiresiftError, String(error));
          assert.match(error.code, /^CAPTURE_(MAGIC|HEADER|EMPTY)$/);
          refused++;
        }
      }),
      { numRuns: 3000, seed: 7 },
    );
    assert.ok(refused < 1500, `${refused} of 3000 were refused: the rest was read`);
  });
});
