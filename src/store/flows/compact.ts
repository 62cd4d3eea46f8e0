import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { engineError } from '../engine-error.ts';
import type { Duck } from './duck.ts';
import type { FlowPart } from './flow-store.ts';
import type { Parts } from './parts.ts';
import { placePart, safeSize } from './places.ts';

/** A part of fewer rows is small: its index weighs more than it helps. */
const SMALL = 50_000;
/** Rows of a joined part at most: what is pinned or deleted later goes by whole parts. */
const LARGE = 500_000;

/** Small parts that may become one: of one origin, view, version and folder. */
function groups(parts: readonly FlowPart[], below: number): FlowPart[][] {
  const byKey = new Map<string, FlowPart[]>();
  for (const part of parts) {
    if (part.rows >= below) continue;
    const key = JSON.stringify([part.origin, part.schemaId, dirname(part.path)]);
    const list = byKey.get(key);
    if (list) list.push(part);
    else byKey.set(key, [part]);
  }
  const found: FlowPart[][] = [];
  for (const list of byKey.values()) {
    let group: FlowPart[] = [];
    let rows = 0;
    for (const part of list) {
      if (rows + part.rows > LARGE) {
        found.push(group);
        group = [];
        rows = 0;
      }
      group.push(part);
      rows += part.rows;
    }
    found.push(group);
  }
  return found.filter((group) => group.length > 1);
}

function flushFile(path: string): void {
  const descriptor = openSync(path, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

const least = (times: readonly (number | null)[]): number | null =>
  times.includes(null) ? null : Math.min(...(times as number[]));
const most = (times: readonly (number | null)[]): number | null =>
  times.includes(null) ? null : Math.max(...(times as number[]));

/**
 * Joins small parts. The new one is whole on the disk before it takes the place of the old ones on the
 * list, in one transaction. @returns how many parts went
 */
export async function compactParts(parts: Parts, duck: Duck, below = SMALL): Promise<number> {
  let gone = 0;
  for (const group of groups(await parts.list(), below)) {
    const first = group[0]!;
    const folder = dirname(first.path).split('/').at(-1)!;
    const { id, path, absolute } = placePart(parts.folder, parts.newId(), first.view, folder);
    let bytes = 0;
    const temporary = `${absolute}.tmp-${process.pid}`;
    try {
      const files = group.map((part) => join(parts.folder, part.path));
      await duck.copy(files, temporary);
      flushFile(temporary);
      renameSync(temporary, absolute);
      bytes = safeSize(absolute);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw engineError(error, absolute);
    }
    const joined = {
      ...first,
      id,
      path,
      bytes,
      rows: group.reduce((sum, part) => sum + part.rows, 0),
      first: least(group.map((part) => part.first)),
      last: most(group.map((part) => part.last)),
    };
    await parts.register([joined], group);
    await parts.erase(group);
    gone += group.length;
  }
  return gone;
}
