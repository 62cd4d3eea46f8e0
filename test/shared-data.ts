import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../shared/', import.meta.url));

/** A path in the folder of research data that may lie beside the project. */
export function sharedPath(...parts: string[]): string {
  return root + parts.join('/');
}

/** The reason to skip a test that needs the research data, or false when the data is there. */
export const sharedMissing: string | false = existsSync(`${root}data`)
  ? false
  : 'skipped: needs the research data in ../shared, which is not on this machine';
