/** One element of BER: its tag byte, and where its content lies in the bytes. */
export interface BerElement {
  tag: number;
  start: number;
  /** Where the content ends by its length; may lie behind the bytes at hand. */
  end: number;
}

/** Header of the element at `at`; null when it is broken, 'more' when the bytes end inside it. */
export function berAt(bytes: Uint8Array, at: number, end: number): BerElement | 'more' | null {
  if (at + 2 > end) return 'more';
  const first = bytes[at + 1] as number;
  if (first < 0x80) return { tag: bytes[at] as number, start: at + 2, end: at + 2 + first };
  const count = first & 0x7f;
  if (count === 0 || count > 4) return null;
  if (at + 2 + count > end) return 'more';
  let length = 0;
  for (let index = 0; index < count; index++)
    length = length * 256 + (bytes[at + 2 + index] as number);
  const start = at + 2 + count;
  return { tag: bytes[at] as number, start, end: start + length };
}

/**
 * Tags down a path of first children and next siblings: each step names the tag that must stand
 * there, and whether to go into it ('in') or behind it ('over'). Returns where the last one's
 * content lies.
 */
export function berPath(
  bytes: Uint8Array,
  span: { start: number; end: number },
  steps: readonly (readonly [number, 'in' | 'over'])[],
): BerElement | 'more' | null {
  let at = span.start;
  let found: BerElement | null = null;
  for (const [tag, move] of steps) {
    const element = berAt(bytes, at, span.end);
    if (element === null || element === 'more') return element;
    if (element.tag !== tag) return null;
    found = element;
    at = move === 'in' ? element.start : element.end;
  }
  return found;
}
