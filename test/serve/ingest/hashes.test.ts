import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Hashes } from '../../../src/serve/ingest/hashes.ts';
import { Receiving, writeAll } from '../../../src/serve/ingest/receiving.ts';
import { temporaryFolder } from '../../store/fixtures.ts';

const bytesOf = (length: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 255));

for (const size of [3_000_000, null]) {
  const where = size === null ? 'in the thread' : 'in this thread';
  test(`what is received is written in order and hashed ${where}`, async (t) => {
    const path = join(temporaryFolder(t), 'a');
    const hashes = new Hashes();
    t.after(() => hashes.close());
    const all = bytesOf(3_000_000);
    const handle = await open(path, 'w');
    let written = 0;
    await hashes.begin('a', path, 0, size);
    const receiving = new Receiving({
      write: async (pieces) => {
        written += await writeAll(handle, pieces, written);
      },
      written: (piece) => hashes.add('a', piece),
    });
    for (let at = 0, step = 1; at < all.length; at += step, step = (step * 3) % 65_537) {
      await receiving.add(all.subarray(at, at + step));
    }
    await receiving.end();
    await handle.close();
    assert.ok((await readFile(path)).equals(all));
    const expected = createHash('sha256').update(all).digest('hex');
    assert.equal(await hashes.digest('a'), expected);
    assert.equal(await hashes.digest('a'), expected, 'asked twice');
    hashes.forget('a');
  });
}

test('a hash goes on from the bytes that are there; a file too short is told', async (t) => {
  const path = join(temporaryFolder(t), 'a');
  const all = bytesOf(2_500_000);
  writeFileSync(path, all.subarray(0, 2_000_000));
  const hashes = new Hashes();
  t.after(() => hashes.close());
  await hashes.begin('a', path, 2_000_000, all.length);
  const rest = new Uint8Array(new SharedArrayBuffer(500_000));
  rest.set(all.subarray(2_000_000));
  await hashes.add('a', rest);
  assert.equal(await hashes.digest('a'), createHash('sha256').update(all).digest('hex'));
  await assert.rejects(hashes.begin('b', path, 3_000_000, null), /ends at byte 2000000/);
});

test('what cannot be written fails the next piece or the end, not the process', async () => {
  const receiving = new Receiving({
    write: async () => {
      throw new Error('no room');
    },
    written: async () => {},
  });
  await receiving.add(bytesOf(10)).catch(() => {});
  await assert.rejects(receiving.end(), /no room/);
  await assert.rejects(receiving.add(bytesOf(20_000_000)), /no room/);
});
