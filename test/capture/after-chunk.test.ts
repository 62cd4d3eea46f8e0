import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPcapWriter, openCaptureBytes } from '../../src/capture/index.ts';

test('the reader waits for its consumer after every chunk', async () => {
  const pieces: Uint8Array[] = [];
  const writer = createPcapWriter({ linkType: 1, sink: (bytes) => pieces.push(bytes.slice()) });
  for (let i = 0; i < 20; i++) writer.write(new Uint8Array(60), i);
  writer.close();
  const reader = await openCaptureBytes(Buffer.concat(pieces), 'memory', { chunkBytes: 200 });
  let frames = 0;
  let waiting = false;
  let waits = 0;
  await reader.read(
    () => {
      assert.ok(!waiting, 'a frame came while the consumer was busy');
      frames++;
    },
    undefined,
    async () => {
      waiting = true;
      await new Promise((resolve) => setImmediate(resolve));
      waiting = false;
      waits++;
    },
  );
  assert.equal(frames, 20);
  assert.ok(waits >= 5, `${waits} waits`);
});
