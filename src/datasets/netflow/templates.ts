import { type FieldReader, fieldReader } from './fields.ts';

/** Templates kept of all observation domains; past it the oldest is forgotten. Exporters use ten or so. */
const MAX_TEMPLATES = 4096;
/** Fields of one template; the widest known has about 120. */
const MAX_FIELDS = 512;
/** A length that stands in the record itself (RFC 7011, 7). */
export const VARIABLE = 0xffff;

/** One field of a template. */
export interface TemplateField {
  readonly id: number;
  readonly enterprise: number;
  /** Bytes, or {@link VARIABLE}. */
  readonly length: number;
  readonly read: FieldReader | undefined;
}

/** How the records of a data set are laid out. */
export interface Template {
  readonly fields: readonly TemplateField[];
  /** Bytes of the shortest record. */
  readonly shortest: number;
  /** Records about the exporter, not about flows. */
  readonly options: boolean;
}

/** Templates by observation domain and number, bounded. */
export class Templates {
  readonly #known = new Map<string, Template>();

  get(domain: number, id: number): Template | undefined {
    return this.#known.get(`${domain}/${id}`);
  }

  /** A template without fields withdraws the one of that number (RFC 7011, 8.1). */
  set(domain: number, id: number, template: Template): void {
    const key = `${domain}/${id}`;
    // Deleted first, so that a template told again counts as the newest.
    this.#known.delete(key);
    if (template.fields.length === 0) return;
    this.#known.set(key, template);
    if (this.#known.size > MAX_TEMPLATES) this.#known.delete(this.#known.keys().next().value!);
  }

  get size(): number {
    return this.#known.size;
  }
}

const word = (bytes: Uint8Array, at: number): number => (bytes[at]! << 8) | bytes[at + 1]!;

/** Which words stand before the fields of a template. */
export type TemplateKind = 'flow' | 'options-9' | 'options-ipfix';

/** A template as read, and where it ends. */
export interface ReadTemplate {
  readonly id: number;
  readonly template: Template;
  readonly end: number;
}

/**
 * Reads one template record of NetFlow 9 (RFC 3954, 5.2 and 6.1) or IPFIX (RFC 7011, 3.4).
 * @returns undefined when it goes past `end` or is nonsense
 */
export function readTemplate(
  bytes: Uint8Array,
  start: number,
  end: number,
  { kind, ipfix }: { kind: TemplateKind; ipfix: boolean },
): ReadTemplate | undefined {
  const head = kind === 'flow' ? 4 : 6;
  if (end - start < Math.min(head, 4)) return undefined;
  const id = word(bytes, start);
  let count = word(bytes, start + 2);
  // A withdrawal has no more than id and 0.
  if (ipfix && count === 0) {
    return { id, template: { fields: [], shortest: 0, options: false }, end: start + 4 };
  }
  if (id < 256 || end - start < head) return undefined;
  // NetFlow 9 gives the bytes of scope and option fields, four bytes each.
  if (kind === 'options-9') count = (count + word(bytes, start + 4)) >> 2;
  if (count > MAX_FIELDS) return undefined;
  const fields: TemplateField[] = [];
  let shortest = 0;
  let at = start + head;
  for (let i = 0; i < count; i++) {
    if (at + 4 > end) return undefined;
    const number = word(bytes, at);
    const length = word(bytes, at + 2);
    at += 4;
    let enterprise = 0;
    if (ipfix && number >= 0x8000) {
      if (at + 4 > end) return undefined;
      enterprise = ((bytes[at]! << 24) | (word(bytes, at + 1) << 8) | bytes[at + 3]!) >>> 0;
      at += 4;
    }
    const field = ipfix ? number & 0x7fff : number;
    fields.push({ id: field, enterprise, length, read: fieldReader(field, enterprise) });
    shortest += ipfix && length === VARIABLE ? 1 : length;
  }
  if (shortest === 0) return undefined;
  return { id, template: { fields, shortest, options: kind !== 'flow' }, end: at };
}
