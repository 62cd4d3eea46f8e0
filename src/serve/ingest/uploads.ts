import { type FileHandle, open, rm, stat, statfs } from 'node:fs/promises';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { WiresiftError } from '../../base/index.ts';
import { type Actor, engineError, type FileRecord, type Store } from '../../store/index.ts';
import type { ServiceLimits } from '../limits.ts';
import { notThere, tooLarge, wrongState } from '../refusals.ts';
import type { FileDraft } from '../wire.ts';
import { Hashes } from './hashes.ts';
import { Receiving, writeAll } from './receiving.ts';

/** Bytes between two flushes to the disk and notes in the data base. */
const SAFE_EVERY = 64 * 2 ** 20;
/** Longest name kept; more helps nobody. */
const LONGEST_NAME = 200;

/** An upload at work. */
interface Open {
  readonly id: string;
  /** Bytes in the file; what of them is safe on the disk stands in the store. */
  written: number;
  /** How much of it was flushed. */
  safe: number;
  /** A flush that goes on while more is written. */
  flushing?: Promise<void> | undefined;
  /** Ends the body that is being taken, when another one comes in its place. */
  interrupt: (() => void) | undefined;
  /** Why its bytes could not be made safe. */
  unsafe?: { readonly reason: unknown };
  /** Settles when no body is being taken. */
  idle: Promise<unknown>;
}

/** Who is told how uploads go on. */
export interface UploadListener {
  /** The first bytes of a body have come. */
  begun(file: FileRecord): void;
  /** So many bytes were taken. */
  taken(bytes: number): void;
  /** Bytes lie there; `complete` when these are all. */
  grown(id: string, bytes: number, complete: boolean): void;
  /** The row changed. */
  changed(file: FileRecord): void;
}

/** One body of an upload. */
export interface UploadBody {
  /** Where in the file it begins. */
  readonly offset: number;
  readonly body: Readable;
  /** Whether the file ends with it; for files whose size was not announced. */
  readonly last: boolean;
}

/** A wrong offset; the right one is told. */
export class OffsetError extends WiresiftError {
  readonly offset: number;

  constructor(saw: number, offset: number) {
    super({
      code: 'SERVE_OFFSET',
      where: 'upload-offset',
      saw: String(saw),
      expected: String(offset),
      todo: 'Go on from there',
    });
    this.offset = offset;
  }
}

/** Takes files as they come: written, hashed, and safe before it is said so. */
export class Uploads {
  readonly #store: Store;
  readonly #limits: ServiceLimits;
  readonly #listener: UploadListener;
  readonly #open = new Map<string, Promise<Open>>();
  readonly #hashes = new Hashes();

  constructor(store: Store, limits: ServiceLimits, listener: UploadListener) {
    this.#store = store;
    this.#limits = limits;
    this.#listener = listener;
  }

  /**
   * Begins an upload. @returns its row, or that of a file with the hash that was given
   * @throws WiresiftError `SERVE_LARGE`, `STORE_FULL`
   */
  async begin(
    draft: FileDraft,
    actor: Actor,
  ): Promise<{ file: FileRecord; sameAs: string | null }> {
    const { size = null, hash } = draft;
    const known = hash === undefined ? undefined : await this.#same(hash, '');
    if (known) return { file: known, sameAs: known.id };
    if (size !== null) await this.#checkRoom(size);
    const file = await this.#store.files.add(
      {
        name: draft.name.slice(0, LONGEST_NAME),
        hash: null,
        size,
        received: 0,
        state: 'uploading',
        uploadedBy: actor.by,
        problem: '',
        facts: {},
      },
      actor,
    );
    this.#listener.changed(file);
    return { file, sameAs: null };
  }

  async #checkRoom(size: number): Promise<void> {
    const { uploadBytes } = this.#limits;
    if (size > uploadBytes) throw tooLarge('size', `${size} bytes`, `${uploadBytes} at most`);
    const { bavail, bsize } = await statfs(this.#store.folder);
    if (size <= bavail * bsize) return;
    throw new WiresiftError({
      code: 'STORE_FULL',
      where: this.#store.folder,
      saw: `${bavail * bsize} bytes free`,
      expected: `${size} for the upload`,
      todo: 'Free space or shorten the retention',
    });
  }

  /** Another file with these bytes that is there or on its way. */
  async #same(hash: string, but: string): Promise<FileRecord | undefined> {
    const { rows } = await this.#store.files.page({
      where: [
        { field: 'hash', is: 'equal', value: hash },
        { field: 'state', is: 'one of', value: ['received', 'analysing', 'analysed'] },
        { field: 'id', is: 'not equal', value: but },
      ],
      sort: { by: 'createdAt', descending: false },
      limit: 1,
    });
    return rows[0];
  }

  /** Bytes that are there. @throws WiresiftError `SERVE_MISSING` */
  async offset(id: string): Promise<{ offset: number; size: number | null }> {
    const file = await this.#file(id);
    const open = await this.#open.get(id);
    return { offset: open?.written ?? file.received, size: file.size };
  }

  /**
   * Takes one body. What the answer says was received is safe.
   * @throws OffsetError; WiresiftError `SERVE_MISSING`, `SERVE_STATE`, `SERVE_LARGE`, `STORE_FULL`
   */
  async take(id: string, upload: UploadBody): Promise<{ file: FileRecord; sameAs: string | null }> {
    const file = await this.#file(id);
    if (file.state !== 'uploading') {
      throw wrongState(`file ${id}`, file.state, 'an upload that is not complete');
    }
    const open = await this.#opened(file);
    // A body whose connection died may still be waited for: the new one takes its place.
    open.interrupt?.();
    await open.idle;
    if (upload.offset !== open.written) throw new OffsetError(upload.offset, open.written);
    const work = this.#write(file, open, upload.body);
    open.idle = work.catch(() => undefined);
    await work;
    if (file.size !== null && upload.last && open.written !== file.size) {
      throw wrongState(`file ${id}`, `an end at byte ${open.written}`, `${file.size} bytes`);
    }
    if (open.written !== file.size && !upload.last) {
      return { file: await this.#file(id), sameAs: null };
    }
    return this.#complete(id, open);
  }

  async #file(id: string): Promise<FileRecord> {
    const file = await this.#store.files.get(id);
    if (!file || file.state === 'deleted') throw notThere(`file ${id}`);
    return file;
  }

  #opened(file: FileRecord): Promise<Open> {
    const known = this.#open.get(file.id);
    if (known) return known;
    const opening = this.#reopen(file).catch((error: unknown) => {
      throw spoken(error);
    });
    this.#open.set(file.id, opening);
    opening.catch(() => this.#open.delete(file.id));
    return opening;
  }

  /** Goes on where the store says: what lies behind was never said to be safe. */
  async #reopen({ id, received, size }: FileRecord): Promise<Open> {
    const path = this.#store.uploadPath(id);
    const handle = await open(path, 'a', 0o600);
    try {
      await handle.truncate(received);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (received === 0) await syncFolder(dirname(path));
    await this.#hashes.begin(id, path, received, size);
    this.#listener.grown(id, received, false);
    return {
      id,
      written: received,
      safe: received,
      interrupt: undefined,
      idle: Promise.resolve(),
    };
  }

  async #write(file: FileRecord, upload: Open, body: Readable): Promise<void> {
    const handle = await open(this.#store.uploadPath(file.id), 'r+').catch((error: unknown) => {
      throw spoken(error);
    });
    const idle = this.#limits.uploadIdleMillis;
    const cut = (): void => void body.destroy(new Error('the upload paused for too long'));
    const timer = setTimeout(cut, idle);
    upload.interrupt = () => void body.destroy(new Error('another body took its place'));
    const writing = new Receiving({
      write: (pieces) => this.#append(upload, handle, pieces),
      written: (piece) => this.#hashes.add(upload.id, piece),
    });
    const most = file.size ?? this.#limits.uploadBytes;
    let left = most - upload.written;
    let begun = false;
    const ours = body instanceof IncomingMessage && body.socket instanceof Socket;
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        timer.refresh();
        if (!begun) this.#listener.begun(file);
        begun = true;
        left -= chunk.length;
        if (left < 0)
          throw tooLarge(`file ${file.id}`, `more than ${most} bytes`, `${most} at most`);
        await writing.add(chunk);
        if (ours) giveBack(chunk);
      }
    } finally {
      clearTimeout(timer);
      upload.interrupt = undefined;
      // What came before a broken connection is kept, and the next body goes on from there.
      try {
        await writing.end();
        await upload.flushing;
        await this.#keep(upload, handle);
      } finally {
        await upload.flushing;
        await handle.close();
      }
    }
  }

  async #append(upload: Open, handle: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
    if (upload.unsafe) throw spoken(upload.unsafe.reason);
    const bytes = await writeAll(handle, pieces, upload.written).catch((error: unknown) => {
      throw spoken(error);
    });
    upload.written += bytes;
    this.#listener.taken(bytes);
    this.#listener.grown(upload.id, upload.written, false);
    if (upload.flushing || upload.written - upload.safe < SAFE_EVERY) return;
    // Beside the writing: what was not safe is told by the next piece, or at the end.
    upload.flushing = this.#keep(upload, handle)
      .catch(() => {})
      .finally(() => {
        upload.flushing = undefined;
      });
  }

  /** To the disk first, into the data base next: what stands there is there. */
  async #keep(upload: Open, handle: FileHandle): Promise<void> {
    try {
      if (upload.unsafe) throw upload.unsafe.reason;
      // More may come while it is flushed.
      const { written } = upload;
      await handle.datasync();
      upload.safe = written;
      await this.#store.files.touch(upload.id, { received: written });
    } catch (error) {
      // Told once: the system may drop what it could not write, and a second flush then succeeds. So
      // the upload goes on from what is known to be safe, read from the disk again.
      upload.unsafe ??= { reason: error };
      this.#open.delete(upload.id);
      throw spoken(error);
    }
    const file = await this.#store.files.get(upload.id);
    if (file) this.#listener.changed(file);
  }

  async #complete(id: string, upload: Open): Promise<{ file: FileRecord; sameAs: string | null }> {
    const hash = await this.#hashes.digest(id);
    const same = await this.#same(hash, id);
    this.#open.delete(id);
    if (same) {
      await this.forget(id, { sameAs: same.id });
      return { file: same, sameAs: same.id };
    }
    const state = 'received';
    await this.#store.files.touch(id, {
      hash,
      size: upload.written,
      received: upload.written,
      state,
    });
    this.#hashes.forget(id);
    const file = await this.#file(id);
    this.#listener.changed(file);
    this.#listener.grown(id, upload.written, true);
    return { file, sameAs: null };
  }

  /** Deletes the bytes of a file; its row stays and says so. */
  async forget(id: string, facts: Readonly<Record<string, unknown>>): Promise<void> {
    const upload = await this.#open.get(id)?.catch(() => undefined);
    upload?.interrupt?.();
    await upload?.idle;
    this.#open.delete(id);
    // The row first: bytes without one are swept at the next start.
    await this.#store.files.touch(id, { state: 'deleted', facts });
    this.#hashes.forget(id);
    await rm(this.#store.uploadPath(id), { force: true });
    const file = await this.#store.files.get(id);
    if (file) this.#listener.changed(file);
  }

  /** Ends what is being taken, with what came safe on the disk. */
  async close(): Promise<void> {
    const all = await Promise.allSettled(this.#open.values());
    for (const one of all) {
      if (one.status === 'rejected') continue;
      one.value.interrupt?.();
      await one.value.idle;
    }
    this.#open.clear();
    await this.#hashes.close();
  }
}

/**
 * Frees the memory of a chunk that was copied. Waiting for the collector to find it costs more than all
 * the rest: it counts such memory, and goes through the whole heap for every few megabytes of it.
 */
function giveBack(chunk: Buffer): void {
  const { buffer } = chunk;
  // A part of something larger may still be needed.
  if (chunk.length === buffer.byteLength && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** The system's word for a disk that takes no more as one a user understands; anything else as it is. */
function spoken(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return engineError(error, 'upload');
  return new WiresiftError(
    {
      code: 'STORE_FULL',
      where: 'upload',
      saw: 'no space left on the device',
      expected: 'room to write',
      todo: 'Free space, then go on with the upload: what came is kept',
    },
    { cause: error },
  );
}

/** Makes a new name in a folder survive a power cut. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Size of a file's bytes on the disk; 0 when there are none. */
export async function bytesOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}
