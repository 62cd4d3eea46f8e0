import { type EvidenceName, OpenEvidence } from './evidence.ts';

/**
 * All evidence of a run by host and kind, at most `capacity` entries. A full store gives up the entry
 * with the fewest flows, so decoys of the least size cannot hide a large attack.
 */
export class EvidenceStore {
  readonly #entries = new Map<string, OpenEvidence>();
  readonly #capacity: number;
  /** Entries given up. */
  dropped = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The entry of this host, kind and role, made if need be. */
  open(name: EvidenceName): OpenEvidence {
    const key = `${name.kind} ${name.role} ${name.context ?? '-'} ${name.host}`;
    let entry = this.#entries.get(key);
    if (!entry) {
      if (this.#entries.size >= this.#capacity) this.#giveUpLeast();
      entry = new OpenEvidence(name);
      this.#entries.set(key, entry);
    }
    return entry;
  }

  /** A store with the same entries; what is opened or given up in it is not in this one. */
  fork(): EvidenceStore {
    const fork = new EvidenceStore(this.#capacity);
    for (const [key, entry] of this.#entries) fork.#entries.set(key, entry);
    fork.dropped = this.dropped;
    return fork;
  }

  /** Becomes a copy of another. @returns gives the copy of an entry, also of one given up */
  takeOver(from: EvidenceStore): (entry: OpenEvidence) => OpenEvidence {
    const copies = new Map<OpenEvidence, OpenEvidence>();
    const copyOf = (entry: OpenEvidence): OpenEvidence => {
      const copy = copies.get(entry) ?? entry.copy();
      copies.set(entry, copy);
      return copy;
    };
    this.#entries.clear();
    for (const [key, entry] of from.#entries) this.#entries.set(key, copyOf(entry));
    this.dropped = from.dropped;
    return copyOf;
  }

  entries(): OpenEvidence[] {
    return [...this.#entries.values()];
  }

  #giveUpLeast(): void {
    let least: string | undefined;
    let flows = Number.POSITIVE_INFINITY;
    for (const [key, entry] of this.#entries) {
      if (entry.flows < flows) {
        flows = entry.flows;
        least = key;
      }
    }
    if (least !== undefined) this.#entries.delete(least);
    this.dropped++;
  }
}
