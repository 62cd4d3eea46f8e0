import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { Random } from '../../src/base/index.ts';
import { openCapture } from '../../src/capture/index.ts';
import { createDecoder, Packet } from '../../src/decode/index.ts';
import { sharedMissing, sharedPath } from '../shared-data.ts';
import { assertBounds, decode, frameOf } from './build.ts';
import { SAMPLES } from './samples.ts';

const LINK_TYPES = [...new Set(SAMPLES.map((sample) => sample.linkType)), 12, 14, 65_535];

test('random bytes on every link type: no exception, every offset within the frame', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...LINK_TYPES),
      fc.uint8Array({ maxLength: 200 }),
      fc.nat({ max: 2000 }),
      (linkType, bytes, missing) => {
        decode(bytes, linkType, bytes.length + missing);
      },
    ),
    { numRuns: 8000, seed: 1 },
  );
});

/** Overwrites, cuts or swells a copy of a sound frame in one to six places. */
function mutate(random: Random, sound: Uint8Array): Uint8Array {
  let bytes = Uint8Array.from(sound);
  for (let turns = 1 + random.int(6); turns > 0; turns--) {
    const at = random.int(bytes.length || 1);
    const kind = random.int(5);
    if (kind === 0) bytes[at] = random.int(256);
    else if (kind === 1) bytes[at] ^= 1 << random.int(8);
    else if (kind === 2) bytes[at] = random.int(2) === 0 ? 0 : 255;
    else if (kind === 3) bytes = bytes.slice(0, at);
    else bytes = Uint8Array.from([...bytes.slice(0, at), ...sound.slice(random.int(sound.length))]);
  }
  return bytes;
}

test('mutations of sound frames of every kind: no exception, bounds hold', () => {
  const random = new Random(20_110_816);
  const decoder = createDecoder();
  const packet = new Packet();
  for (let i = 0; i < 60_000; i++) {
    const sample = SAMPLES[i % SAMPLES.length];
    const bytes = mutate(random, sample.bytes);
    const missing = random.int(3) === 0 ? random.int(1600) : 0;
    decoder.decode(frameOf(bytes, sample.linkType, bytes.length + missing), packet);
    assertBounds(packet);
  }
  assert.equal(decoder.packets, 60_000);
  assert.ok(decoder.anomalies.every((count) => count <= decoder.packets));
});

test('no frame of 64 KiB takes longer than a millisecond on average', () => {
  const random = new Random(3);
  const decoder = createDecoder();
  const packet = new Packet();
  const frames = SAMPLES.map(({ bytes, linkType }) => {
    const long = new Uint8Array(65_536);
    // The frame again and again, so that every header finds another one behind it.
    for (let at = 0; at < long.length; at += bytes.length) {
      long.set(bytes.subarray(0, Math.min(bytes.length, long.length - at)), at);
    }
    long[random.int(60)] ^= 1;
    return frameOf(long, linkType);
  });
  const started = performance.now();
  for (let i = 0; i < 20; i++) for (const frame of frames) decoder.decode(frame, packet);
  const each = (performance.now() - started) / (20 * frames.length);
  assert.ok(each < 1, `${each} ms a frame`);
});

test('captures of all kinds: no exception, bounds hold', { skip: sharedMissing }, async () => {
  const decoder = createDecoder();
  const packet = new Packet();
  for (const folder of ['format-encap', 'format-linktype', 'malformed', 'attack-scan']) {
    for (const name of readdirSync(sharedPath('data/pcap', folder))) {
      const path = sharedPath('data/pcap', folder, name);
      if (statSync(path).size > 1_000_000) continue;
      const capture = await openCapture(path);
      await capture.read((frame) => {
        decoder.decode(frame, packet);
        assertBounds(packet);
      });
    }
  }
  assert.ok(decoder.packets > 1000, `${decoder.packets} packets`);
  assert.equal(decoder.linkTypes.size, 0);
});
