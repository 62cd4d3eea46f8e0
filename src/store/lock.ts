import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { WiresiftError } from '../base/index.ts';
import { engineError } from './engine-error.ts';

/** Name of the file whose lock says that a process owns the folder. */
const LOCK_FILE = 'owner.lock';

/**
 * Takes the folder for this process. The lock is SQLite's on a file of its own, which the system gives
 * back when the process ends, however it ends.
 * @returns what holds the lock until it is closed
 * @throws WiresiftError `STORE_IN_USE`
 */
export function ownFolder(folder: string): DatabaseSync {
  const path = join(folder, LOCK_FILE);
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(path, { timeout: 0 });
    lock.exec('pragma locking_mode = exclusive');
    lock.exec('begin exclusive');
    return lock;
  } catch (error) {
    lock?.close();
    const meant = engineError(error, path);
    if (!(meant instanceof WiresiftError) || meant.code !== 'STORE_LOCKED') throw meant;
    throw new WiresiftError(
      {
        code: 'STORE_IN_USE',
        where: folder,
        saw: 'another Wiresift that works in this folder',
        expected: 'one at a time',
        todo: 'End the other one, or name another folder',
      },
      { cause: error },
    );
  }
}
