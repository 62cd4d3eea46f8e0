// Finds the Node that Wiresift runs on. Kept to what old versions of Node understand, because it is
// the system's Node, whatever its age, that runs this file.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The oldest major version that runs TypeScript sources directly and carries SQLite. */
export const NEEDED_MAJOR = 24;

/** The npm package that carries Node for this platform; absent packages simply do not resolve. */
export function platformPackage() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  return `node-${platform}-${process.arch}`;
}

const major = (version) => Number(/^v?(\d+)\./.exec(version)?.[1] ?? 0);

/**
 * @param {string} from file or folder whose node_modules are searched
 * @returns {{path: string} | {problem: string}}
 */
export function findNode(from) {
  const name = platformPackage();
  try {
    const root = dirname(createRequire(from).resolve(`${name}/package.json`));
    const path = join(root, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    if (existsSync(path)) {
      // A binary for another C library (musl) resolves but does not start.
      const tried = spawnSync(path, ['--version'], { encoding: 'utf8' });
      if (tried.status === 0 && major(tried.stdout) >= NEEDED_MAJOR) return { path };
    }
  } catch {
    // Not on the list of pinned platforms: the system's Node may still do.
  }
  return systemNode();
}

/** The Node that runs this, if it is new enough. @returns as {@link findNode} */
export function systemNode() {
  if (major(process.version) >= NEEDED_MAJOR) return { path: process.execPath };
  return {
    problem:
      `wiresift needs Node ${NEEDED_MAJOR} or newer: this is Node ${process.version} on ` +
      `${process.platform}-${process.arch}, for which no pinned Node is installed. ` +
      `Install Node ${NEEDED_MAJOR} from https://nodejs.org and try again.`,
  };
}
