import { refuseStored } from './stored.ts';

/**
 * Deepest nesting read: metrics nest four deep, pipelines five; deeper is an attack on the reader.
 */
const MAX_DEPTH = 32;

/**
 * Parses JSON from a file: nesting is counted before parsing, and the key `__proto__` is refused.
 * @throws WiresiftError `MODEL_FILE`
 */
export function parsePlain(text: string, where: string): unknown {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (quoted) {
      if (unit === 0x5c) i++;
      else if (unit === 0x22) quoted = false;
    } else if (unit === 0x22) quoted = true;
    else if (unit === 0x7b || unit === 0x5b) {
      if (++depth > MAX_DEPTH) {
        refuseStored(`${where}, character ${i}`, 'JSON nested too deep', `${MAX_DEPTH} levels`);
      }
    } else if (unit === 0x7d || unit === 0x5d) depth--;
  }
  try {
    return JSON.parse(text, (key, value: unknown) => {
      if (key === '__proto__') throw new SyntaxError('the key __proto__');
      return value;
    });
  } catch (error) {
    return refuseStored(where, (error as Error).message.slice(0, 120), 'JSON');
  }
}

/** An object with own members only, or undefined. */
export function asObject(value: unknown): { readonly [key: string]: unknown } | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  return value as { readonly [key: string]: unknown };
}
