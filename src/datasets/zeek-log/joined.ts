import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { ReadOptions } from '../dataset.ts';
import { Problems } from '../problems.ts';
import { filesOf, openFile, readSide } from '../read-flows.ts';
import { SIDE_LOGS, SideLogs } from './side-logs.ts';

/** The files of one reading, told apart by what they hold. */
export interface SortedLogs {
  /** Those that are no dns, ssl, http or weird log, in the order given. */
  readonly conn: readonly string[];
  /** The others, held whole. */
  readonly sides: SideLogs;
  /** SHA-256 of each side log, in order. */
  readonly hashes: readonly string[];
  readonly problems: Problems;
}

/**
 * Parts conn logs from the side logs that are to be joined to them. A folder stands for the files in
 * it, of which those that are no Zeek log are passed over.
 * @throws WiresiftError as reading them does
 */
export async function sortLogs(
  paths: readonly string[],
  { strict, signal }: ReadOptions,
): Promise<SortedLogs> {
  const conn: string[] = [];
  const hashes: string[] = [];
  const sides = new SideLogs();
  const problems = new Problems(strict);
  const options = signal ? { signal } : {};
  for (const path of await filesOf(paths)) {
    const file = await openFile(path, options);
    if (file && SIDE_LOGS.includes(file.log)) {
      await readSide(file, sides, { problems, counts: { skipped: 0 } });
      hashes.push(await hashOf(path));
    } else if (paths.includes(path) || file?.log === 'conn') conn.push(path);
    await file?.pieces.return?.(undefined);
  }
  return { conn, sides, hashes, problems };
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}
