import { WiresiftError } from '../base/index.ts';

/** Longest cursor taken: two operands and a sort field. */
const LONGEST = 4096;

/** The place after a row: its sort key, and what tells rows of the same key apart. */
export interface Place {
  readonly key: string | number | null;
  readonly id: string | number;
}

function badCursor(saw: string): WiresiftError {
  return new WiresiftError({
    code: 'STORE_QUERY',
    where: 'cursor',
    saw,
    expected: 'what the page before gave, for the same order',
    todo: 'Begin again without a cursor',
    exitCode: 2,
  });
}

/** A place as opaque text. @param order names the order, so that a cursor of another one is refused */
export function writeCursor(order: string, { key, id }: Place): string {
  return Buffer.from(JSON.stringify([order, key, id])).toString('base64url');
}

/** @throws WiresiftError `STORE_QUERY` when the text is no cursor of this order */
export function readCursor(order: string, text: string): Place {
  if (text.length > LONGEST) throw badCursor(`${text.length} characters`);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    throw badCursor('other text');
  }
  if (!Array.isArray(value) || value.length !== 3 || value[0] !== order) {
    throw badCursor('a cursor of another order');
  }
  const [, key, id] = value as unknown[];
  const plain = key === null || typeof key === 'string' || typeof key === 'number';
  if (!plain || (typeof id !== 'string' && typeof id !== 'number')) throw badCursor('other text');
  return { key: key as Place['key'], id };
}
