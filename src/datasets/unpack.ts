import type { Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { stopRequested, WiresiftError } from '../base/index.ts';

/** Bytes read from the disk at a time. */
const READ_BYTES = 1 << 19;
/** Bytes unpacked at a time: few hand-overs between threads, still in cache when parsed. */
const UNPACK_BYTES = 1 << 18;

/** What {@link unpacked} tells while it reads. */
export interface UnpackOptions {
  /** Fed with the file's bytes as they lie on the disk. */
  readonly hash: Hash;
  readonly onBytes?: ((bytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The bytes of a file in pieces, unpacked when it begins with the magic of gzip (RFC 1952), whatever
 * its name. Each piece is only valid until the next is asked for.
 * @throws WiresiftError `DATASET_OPEN` when it cannot be read, `DATASET_GZIP` when it is cut off or damaged, `ABORTED`
 */
export async function* unpacked(path: string, options: UnpackOptions): AsyncGenerator<Uint8Array> {
  const { signal } = options;
  try {
    const handle = await open(path);
    try {
      const magic = new Uint8Array(2);
      await handle.read(magic, 0, 2, 0);
      const zipped = magic[0] === 0x1f && magic[1] === 0x8b;
      const packed = disk(handle, zipped, options);
      const pieces = zipped
        ? pipeline(packed, createGunzip({ chunkSize: UNPACK_BYTES }), () => {})
        : packed;
      for await (const piece of pieces) {
        if (signal?.aborted) throw stopRequested(path);
        yield piece as Uint8Array;
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw told(error, path);
  }
}

async function* disk(
  handle: FileHandle,
  zipped: boolean,
  { hash, onBytes }: UnpackOptions,
): AsyncGenerator<Uint8Array> {
  let buffer = new Uint8Array(READ_BYTES);
  for (let at = 0; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, READ_BYTES, at);
    if (bytesRead === 0) return;
    const piece = buffer.subarray(0, bytesRead);
    at += bytesRead;
    hash.update(piece);
    onBytes?.(bytesRead);
    yield piece;
    // Gunzip may still hold the piece; a caller of the plain bytes is done with it.
    if (zipped) buffer = new Uint8Array(READ_BYTES);
  }
}

function told(error: unknown, path: string): unknown {
  if (error instanceof WiresiftError || !(error instanceof Error)) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code.startsWith('Z_')) {
    return new WiresiftError(
      {
        code: 'DATASET_GZIP',
        where: path,
        saw: `gzip that ends early or is damaged (${error.message})`,
        expected: 'a whole gzip file',
        todo: 'Fetch the file again',
      },
      { cause: error },
    );
  }
  if (!/^E[A-Z]+$/.test(code)) return error;
  return new WiresiftError(
    {
      code: 'DATASET_OPEN',
      where: path,
      saw: error.message,
      expected: 'a file that can be read',
      todo: 'Check the path, or fetch the data set first (wiresift datasets)',
    },
    { cause: error },
  );
}
