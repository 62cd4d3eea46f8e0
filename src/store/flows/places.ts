import { closeSync, fsyncSync, mkdirSync, openSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { engineError } from '../engine-error.ts';
import type { FlowPart } from './flow-store.ts';

/** Folder of all flows below the store's. */
export const FLOWS = 'flows';

/** A whole file of flows that is not on the list yet. */
export type NewPart = Omit<FlowPart, 'writtenAt'>;

/** Flushes a folder's list of names, so that a rename in it survives a power cut. */
function syncFolder(path: string): void {
  // Windows has no such thing, and needs none.
  if (process.platform === 'win32') return;
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * A place for a new file of flows, with its folder made.
 * @param root the store's folder
 * @param folder of the hour, as {@link FlowPart.path} shows it
 */
export function placePart(
  root: string,
  id: string,
  view: string,
  folder: string,
): { id: string; path: string; absolute: string } {
  const path = `${FLOWS}/view=${view}/${folder}/${id}.parquet`;
  const absolute = join(root, path);
  try {
    if (mkdirSync(dirname(absolute), { recursive: true }) !== undefined) {
      syncFolder(dirname(dirname(absolute)));
      syncFolder(join(root, FLOWS));
    }
  } catch (error) {
    throw engineError(error, absolute);
  }
  return { id, path, absolute };
}

/** Size of a file whose bytes were flushed, once its name is as safe as they are. */
export function safeSize(absolute: string): number {
  syncFolder(dirname(absolute));
  return statSync(absolute).size;
}

/** Deletes files that never came on the list, or are no longer on it. */
export function discardParts(root: string, parts: readonly Pick<FlowPart, 'path'>[]): void {
  for (const { path } of parts) rmSync(join(root, path), { force: true });
}
