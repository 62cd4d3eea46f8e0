import assert from 'node:assert/strict';
import { readdirSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Random } from '../../../src/base/index.ts';
import { openCapture } from '../../../src/capture/index.ts';
import { createDecoder, Packet } from '../../../src/decode/index.ts';
import { FlowKey } from '../../../src/flow/key.ts';
import { NEEDS_DECODING, Route } from '../../../src/flow/parallel/route.ts';
import { sharedMissing, sharedPath } from '../../shared-data.ts';

const WORKERS = [0.25, 0.25, 0.25, 0.25];

/** Frames, each also with some bytes changed: the quick answer must be that of the decoder. */
async function compare(paths: readonly string[]): Promise<{ quick: number; decoded: number }> {
  const route = new Route(WORKERS);
  const decoder = createDecoder();
  const packet = new Packet();
  const key = new FlowKey();
  const random = new Random(7);
  const seen = { quick: 0, decoded: 0 };
  for (const path of paths) {
    const source = await openCapture(path);
    await source.read((frame) => {
      if (frame.linkType !== 1) return;
      const { bytes, start, end } = frame;
      for (let change = 0; change < 3; change++) {
        const quick = route.readFrame(bytes, start, end);
        decoder.decode(frame, packet);
        if (quick === NEEDS_DECODING) seen.decoded++;
        else if (key.read(packet)) {
          seen.quick++;
          assert.equal(quick, route.read(packet), `${path}, frame ${frame.number}`);
          assert.equal(route.about, -1);
        }
        if (end > start) bytes[start + random.int(Math.min(40, end - start))] = random.int(256);
      }
    });
  }
  return seen;
}

test('most frames are routed by a few bytes, and as the decoder would', async () => {
  const example = fileURLToPath(new URL('../../../examples/office.pcap', import.meta.url));
  const { quick, decoded } = await compare([example]);
  assert.ok(quick > 5 * decoded, `${quick} quick, ${decoded} decoded`);
});

test('the same over real captures', { skip: sharedMissing }, async () => {
  const root = sharedPath('data', 'pcap');
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(pcap|pcapng|cap)$/.test(name))
    .map((name) => `${root}/${name}`)
    .filter((path) => statSync(path).size < 300_000);
  const { quick } = await compare(paths);
  assert.ok(quick > 10_000);
});

test('shares are kept: the flows of random addresses fall as asked', () => {
  const route = new Route([0.1, 0.6, 0.3]);
  const random = new Random(3);
  const bytes = new Uint8Array(60);
  bytes.set([8, 0, 0x45, 0, 0, 46], 12);
  bytes[23] = 6;
  const view = new DataView(bytes.buffer);
  const counts = [0, 0, 0];
  for (let i = 0; i < 10_000; i++) {
    const one = random.uint32();
    const other = random.uint32();
    view.setUint32(26, one);
    view.setUint32(30, other);
    const worker = route.readFrame(bytes, 0, 60);
    counts[worker]!++;
    view.setUint32(26, other);
    view.setUint32(30, one);
    assert.equal(route.readFrame(bytes, 0, 60), worker, 'both ways');
  }
  [0.1, 0.6, 0.3].forEach((share, worker) => {
    assert.ok(Math.abs(counts[worker]! / 10_000 - share) < 0.03, `${counts}`);
  });
});
