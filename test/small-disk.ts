import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A file system of its own in memory. */
export interface SmallDisk {
  readonly folder: string;
  /** Mounts it anew with other options: `ro`, `rw`, `size=64m`. @returns whether the system did it */
  remount(option: string): boolean;
  /** Leaves so many bytes free. @returns what gives the rest back */
  fill(free: number): () => void;
}

/** A mount is done at once or never. */
const run = (command: string, ...words: string[]): boolean =>
  spawnSync(command, words, { stdio: 'ignore', timeout: 10_000 }).status === 0;

/** Mounts one until the test ends; where this cannot be done the test is left out, and says so. */
export function smallDisk(t: TestContext, megabytes: number): SmallDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'wiresift-disk-'));
  if (!run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'wiresift', folder)) {
    rmSync(folder, { recursive: true });
    t.skip('left out: mounting a small disk takes root on Linux');
    return undefined;
  }
  t.after(() => {
    // Lazily: a test that failed may still hold files open.
    run('umount', '-l', folder);
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    folder,
    remount: (option) => run('mount', '-o', `remount,${option}`, folder),
    fill(free) {
      const ballast = join(folder, 'ballast');
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - free)));
      return () => rmSync(ballast, { force: true });
    },
  };
}
