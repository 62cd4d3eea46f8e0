import type { Plain } from '../../../src/serve/wire.ts';
import { countText } from '../parts/words.ts';

/** `evictedOneWay` as `evicted one way`. */
export const spaced = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replaceAll(/[_-]/g, ' ');

/** What bounds of memory left out, in words; empty when nothing was lost. */
export function lossesOf(coverage: Plain): readonly string[] {
  return Object.entries(coverage).flatMap(([name, value]) => {
    if (typeof value === 'number') return value > 0 ? [`${countText(value)} ${spaced(name)}`] : [];
    if (typeof value !== 'object' || value === null) return [];
    return lossesOf(value as Plain).map((text) => `${text} (${spaced(name)})`);
  });
}
