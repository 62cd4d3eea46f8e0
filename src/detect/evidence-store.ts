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
