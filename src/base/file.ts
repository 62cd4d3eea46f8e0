import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/** A file in the making: nothing is seen under its final name until {@link WholeFile.commit}. */
export interface WholeFile {
  readonly temporaryPath: string;
  write(data: Uint8Array | string): void;
  /** Flushes to the disk and renames; afterwards the file is there, whole. */
  commit(): void;
  /** Removes what was written. Safe after commit (does nothing). */
  abort(): void;
}

const open = new Set<WholeFile>();

/**
 * Opens a file that is written whole or not at all: temporary name beside the target, fsync, rename.
 * @throws the system's error when the folder is missing or not writable
 */
export function createWholeFile(path: string): WholeFile {
  const temporaryPath = `${path}.tmp-${process.pid}`;
  let descriptor = openSync(temporaryPath, 'w');
  let whole = false;
  const close = (): void => {
    const closing = descriptor;
    // Closed once, even when closing fails.
    descriptor = -1;
    if (closing >= 0) closeSync(closing);
  };
  const file: WholeFile = {
    temporaryPath,
    write(data) {
      const bytes = typeof data === 'string' ? Buffer.from(data) : data;
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(descriptor, bytes, done, bytes.length - done);
      }
    },
    commit() {
      fsyncSync(descriptor);
      close();
      renameSync(temporaryPath, path);
      whole = true;
      open.delete(file);
    },
    abort() {
      open.delete(file);
      if (whole) return;
      whole = true;
      try {
        close();
      } finally {
        rmSync(temporaryPath, { force: true });
      }
    },
  };
  open.add(file);
  return file;
}

/** Writes a small file whole. @throws as {@link createWholeFile} */
export function writeWhole(path: string, data: Uint8Array | string): void {
  const file = createWholeFile(path);
  try {
    file.write(data);
    file.commit();
  } finally {
    file.abort();
  }
}

/** Removes every file still in the making: what Ctrl-C calls so that nothing is left half-written. */
export function abortOpenFiles(): void {
  for (const file of [...open]) file.abort();
}
