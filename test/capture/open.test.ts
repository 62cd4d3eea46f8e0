import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { WiresiftError } from '../../src/base/index.ts';
import { openCapture, openCaptureBytes } from '../../src/capture/index.ts';
import { startChild } from '../child.ts';
import { body, pcapHeader, pcapRecord, section } from './build.ts';

const folder = mkdtempSync(join(tmpdir(), 'wiresift-open-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const capture = Buffer.concat([pcapHeader(), pcapRecord(body(6)), pcapRecord(body(7))]);

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

async function failure(promise: Promise<unknown>): Promise<WiresiftError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof WiresiftError, String(error));
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('openCapture on a file', () => {
  it('goes by the magic, not by the name', async () => {
    const source = await openCapture(file('really.pcapng', capture));
    assert.equal(source.format, 'pcap');
    assert.equal(source.compression, 'none');
    const lengths: number[] = [];
    await source.read((frame) => lengths.push(frame.end - frame.start));
    assert.deepEqual(lengths, [6, 7]);
    assert.equal(source.frames, 2);
    assert.equal(source.bytesTotal, capture.length);
    assert.equal(source.bytesRead, capture.length);
    assert.equal(source.name, join(folder, 'really.pcapng'));
  });

  it('opens gzip of any name, and counts the bytes on disk', async () => {
    const zipped = gzipSync(capture);
    const source = await openCapture(file('plain.pcap', zipped));
    await source.read(() => {});
    assert.equal(source.compression, 'gzip');
    assert.equal(source.frames, 2);
    assert.equal(source.bytesRead, zipped.length);
    assert.equal(source.bytesTotal, zipped.length);
  });

  it('can be closed unread', async () => {
    const source = await openCapture(file('unread.pcap', capture));
    await source.close();
    await source.close();
    await source.read(() => assert.fail('nothing to read'));
  });
});

describe('openCapture on what is no capture', () => {
  it('names a file that is absent, or a folder', async () => {
    const absent = await failure(openCapture(join(folder, 'absent.pcap')));
    assert.equal(absent.code, 'CAPTURE_OPEN');
    assert.match(absent.message, /absent\.pcap/);
    assert.equal((await failure(openCapture(folder))).code, 'CAPTURE_OPEN');
  });

  it('tells an empty file, also inside gzip', async () => {
    assert.equal(
      (await failure(openCapture(file('empty', Buffer.alloc(0))))).code,
      'CAPTURE_EMPTY',
    );
    const zipped = await failure(openCaptureBytes(gzipSync(Buffer.alloc(0))));
    assert.equal(zipped.code, 'CAPTURE_EMPTY');
    assert.match(zipped.message, /decompressed/);
  });

  it('shows the first bytes in hex when it knows no such magic', async () => {
    const error = await failure(openCaptureBytes(Buffer.from('GIF89a and more')));
    assert.equal(error.code, 'CAPTURE_MAGIC');
    assert.match(error.message, /47 49 46 38 39 61/);
    assert.equal((await failure(openCaptureBytes(Uint8Array.of(0xd4)))).code, 'CAPTURE_MAGIC');
    const order = Buffer.from(section());
    order.writeUInt32LE(0x12345678, 8);
    assert.equal((await failure(openCaptureBytes(order))).code, 'CAPTURE_MAGIC');
  });

  it('says how to unpack what it does not', async () => {
    const error = await failure(openCaptureBytes(Buffer.from('28b52ffd2400010000', 'hex')));
    assert.equal(error.code, 'CAPTURE_MAGIC');
    assert.match(error.message, /zstd -dc/);
  });

  it('tells a file that broke off inside its header', async () => {
    for (const length of [4, 23]) {
      const error = await failure(openCaptureBytes(capture.subarray(0, length)));
      assert.equal(error.code, 'CAPTURE_HEADER');
    }
    const ixia = pcapHeader({ magic: 0x1c0001ab }).subarray(0, 26);
    assert.equal((await failure(openCaptureBytes(ixia))).code, 'CAPTURE_HEADER');
    assert.equal(
      (await failure(openCaptureBytes(section().subarray(0, 11)))).code,
      'CAPTURE_HEADER',
    );
  });
});

describe('openCapture on standard input', () => {
  it('reads a stream that comes in pieces', async () => {
    const pieces = Array.from(capture, (_, i) => capture.subarray(i, i + 1));
    const source = await openCapture('-', { stdin: Readable.from(pieces) });
    await source.read(() => {});
    assert.equal(source.name, '-');
    assert.equal(source.frames, 2);
    assert.equal(source.bytesRead, capture.length);
    assert.ok(Number.isNaN(source.bytesTotal));
    assert.deepEqual({ ...source.anomalies }, {});
  });

  it('wakes from a stream that gives nothing when aborted', async () => {
    const stream = new Readable({ read() {} });
    stream.push(capture);
    const source = await openCapture('-', { stdin: stream });
    const control = new AbortController();
    let frames = 0;
    await source.read(() => {
      if (++frames === 2) setImmediate(() => control.abort());
    }, control.signal);
    assert.equal(frames, 2);
    assert.ok(stream.destroyed);
  });

  it('tells a failing stream from a file that ends', async () => {
    const stream = new Readable({ read() {} });
    stream.push(capture);
    const source = await openCapture('-', { stdin: stream });
    const reading = source.read(() => stream.destroy(new Error('line cut')));
    assert.equal((await failure(reading)).code, 'CAPTURE_READ');
  });

  it('reads the pipe of a process', async () => {
    const script = `
      import { openCapture } from ${JSON.stringify(
        fileURLToPath(new URL('../../src/capture/index.ts', import.meta.url)),
      )};
      const source = await openCapture('-');
      await source.read(() => {});
      console.log(source.frames, JSON.stringify(source.anomalies));`;
    const child = startChild(['--input-type=module', '-e', script], { input: true });
    child.process.stdin!.end(gzipSync(Buffer.concat([capture, Buffer.alloc(5)])));
    assert.equal((await child.ended).out.trim(), '2 {"capture_truncated_record":1}');
  });
});
