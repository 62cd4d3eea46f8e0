import { readFileSync } from 'node:fs';
import { usage } from './context.ts';

/**
 * A secret from the environment: the text of the variable `NAME`, or of the file that `NAME_FILE` names,
 * as containers hand them over. An empty variable counts as none.
 * @throws WiresiftError `USAGE` when both are set, or the file cannot be read or is empty; never with the secret
 */
export function secretOf(name: string, environment = process.env): string | undefined {
  const text = environment[name];
  const path = environment[`${name}_FILE`];
  if (!path) return text || undefined;
  if (text) throw usage(`${name}, ${name}_FILE`, 'both set', 'one of them');
  let read: string;
  try {
    read = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const saw = error instanceof Error ? error.message : 'no readable file';
    throw usage(`${name}_FILE`, saw, 'a file that this user may read');
  }
  if (read === '') throw usage(`${name}_FILE`, `${path}, which is empty`, 'the secret in it');
  return read;
}
