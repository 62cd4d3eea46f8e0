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
      closeSync(descriptor);
      descriptor = -1;
      renameSync(temporaryPath, path);
      open.delete(file);
    },
    abort() {
      if (descriptor >= 0) {
        closeSync(descriptor);
        descriptor = -1;
        rmSync(temporaryPath, { force: true });
      }
      open.delete(file);
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
