import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { Random } from '../../src/base/index.ts';
import { openCaptureBytes } from '../../src/capture/index.ts';
import { pcapHeader, pcapRecord, readAll } from './build.ts';

const FRAMES = 3000;
const random = new Random(3);
const noise = Uint8Array.from({ length: 100 }, () => random.int(256));
const records = Array.from({ length: FRAMES }, (_, i) => {
  noise[i % 100] = random.int(256);
  return pcapRecord(noise, { seconds: i });
});
const capture = Buffer.concat([pcapHeader(), ...records]);
const zipped = gzipSync(capture);

describe('gzip', () => {
  it('gives the frames of what is inside, for every chunk size', async () => {
    const plain = await readAll(capture);
    assert.equal(plain.frames.length, FRAMES);
    assert.deepEqual(await readAll(zipped), plain);
    assert.deepEqual(await readAll(zipped, 1000), plain);
    assert.deepEqual(await readAll(gzipSync(capture.subarray(0, 500)), 1), {
      ...(await readAll(capture.subarray(0, 500))),
    });
  });

  it('reads several members as one', async () => {
    const half = capture.length >> 1;
    const members = [capture.subarray(0, half), capture.subarray(half)].map((m) => gzipSync(m));
    const { frames, anomalies } = await readAll(Buffer.concat(members));
    assert.equal(frames.length, FRAMES);
    assert.deepEqual(anomalies, {});
  });

  it('allows zeros behind the end, as tapes leave them', async () => {
    const { frames, anomalies } = await readAll(Buffer.concat([zipped, Buffer.alloc(512)]));
    assert.equal(frames.length, FRAMES);
    assert.deepEqual(anomalies, {});
  });

  it('gives what came before a cut, and says so', async () => {
    const { frames, anomalies } = await readAll(zipped.subarray(0, zipped.length >> 1));
    assert.ok(frames.length > FRAMES * 0.4 && frames.length < FRAMES * 0.6, `${frames.length}`);
    assert.equal(anomalies['capture_gzip_truncated'], 1);
    const trailer = await readAll(zipped.subarray(0, -4));
    assert.equal(trailer.frames.length, FRAMES);
    assert.deepEqual(trailer.anomalies, { capture_gzip_truncated: 1 });
  });

  it('gives what came before damage, and says so', async () => {
    // Stored blocks show their borders: a length and its complement, here of the second block.
    const damaged = gzipSync(capture, { level: 0 });
    const second = 10 + 5 + damaged.readUInt16LE(11);
    damaged.writeUInt16LE(damaged.readUInt16LE(second + 1), second + 3);
    const { frames, anomalies } = await readAll(damaged);
    const before = Math.floor((damaged.readUInt16LE(11) - 24) / 116);
    assert.ok(frames.length <= before && frames.length >= before - 283, `${frames.length}`);
    assert.equal(anomalies['capture_gzip_damaged'], 1);
    const checksum = Buffer.from(zipped);
    checksum[zipped.length - 8]! ^= 1;
    assert.equal((await readAll(checksum)).anomalies['capture_gzip_damaged'], 1);
  });

  it('reads what expands a thousandfold', async () => {
    const frames = 800;
    const record = pcapRecord(new Uint8Array(60_000));
    const bomb = gzipSync(Buffer.concat([pcapHeader(), ...Array(frames).fill(record)]));
    assert.ok(bomb.length < 60_000);
    const source = await openCaptureBytes(bomb);
    await source.read(() => {});
    assert.equal(source.frames, frames);
  });

  it('can be left in the middle', async () => {
    const control = new AbortController();
    const source = await openCaptureBytes(zipped, 'test', { chunkBytes: 4096 });
    await source.read(() => control.abort(), control.signal);
    assert.ok(source.frames > 0 && source.frames < 100);
  });
});
