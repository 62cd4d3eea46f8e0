import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { TestContext } from 'node:test';

/** Lets flushes of files to the disk fail as a broken disk does. @returns what mends it */
export function failFlushes(t: TestContext): () => void {
  const mocked = t.mock.method(fs, 'fsyncSync', () => {
    throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO', syscall: 'fsync' });
  });
  const mend = (): void => {
    mocked.mock.restore();
    syncBuiltinESMExports();
  };
  syncBuiltinESMExports();
  t.after(mend);
  return mend;
}
