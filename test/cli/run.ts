import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What one run of the command line left behind. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `wiresift ARGS` as a process of its own, in the checkout. */
export function wiresift(args: readonly string[], input?: Uint8Array): Run {
  const done = spawnSync(process.execPath, ['src/cli/main.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 2 ** 20,
    timeout: 300_000,
    killSignal: 'SIGKILL',
    ...(input ? { input } : {}),
  });
  return { code: done.status, stdout: done.stdout, stderr: done.stderr };
}
