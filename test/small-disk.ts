import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
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

/** A file system on a disk of its own, which fails when it is told to. */
export interface FailingDisk {
  readonly folder: string;
  /** Has the system find a fault: from then on nothing can be written, through open files either. */
  fail(): void;
  /** Takes it off and puts it back, as after a repair. */
  repair(): void;
}

/** ext4's smallest useful journal takes 4 MB of it. */
const IMAGE_BYTES = 64 * 2 ** 20;
const WITHOUT = 'left out: a disk that fails takes root on Linux, ext4 and a loop device';

/** Mounts one until the test ends; where this cannot be done the test is left out, and says so. */
export function failingDisk(t: TestContext): FailingDisk | undefined {
  const base = mkdtempSync(join(tmpdir(), 'wiresift-disk-'));
  const [image, folder] = [join(base, 'image'), join(base, 'disk')];
  mkdirSync(folder);
  writeFileSync(image, '');
  truncateSync(image, IMAGE_BYTES);
  const put = (): boolean => run('mount', '-o', 'loop,errors=remount-ro', image, folder);
  const knob = (): string => `/sys/fs/ext4/${deviceOf(folder)}/trigger_fs_error`;
  t.after(() => {
    run('umount', '-l', folder);
    rmSync(base, { recursive: true, force: true });
  });
  if (!run('mkfs.ext4', '-q', '-F', image) || !put() || !existsSync(knob())) {
    t.skip(WITHOUT);
    return undefined;
  }
  return {
    folder,
    fail: () => writeFileSync(knob(), 'a test'),
    repair() {
      if (!run('umount', folder)) throw new Error('files of the failed disk are still open');
      run('fsck.ext4', '-p', image);
      if (!put()) throw new Error('the disk cannot be mounted again');
    },
  };
}

/** `loop0` of a mounted folder; '' for none. */
function deviceOf(folder: string): string {
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const words = line.split(' ');
    if (words[4] === folder) return words.at(-2)!.replace('/dev/', '');
  }
  return '';
}
