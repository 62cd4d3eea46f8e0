/** Peers of a host that are followed, and gaps kept of each. */
export const FOLLOWED = 16;
/** The latest gaps of a followed peer. */
export const GAPS = 8;
/** Fewer gaps than this say nothing about regularity. */
export const LEAST_GAPS = 3;

/**
 * The latest gaps between contacts of a host with each of its busiest peers, and how regular they are.
 * A contact is the start of a flow. Sixteen peers a host are followed; a new one takes the place of one
 * not heard of for the longest window, else of the one with the fewest contacts, else of the oldest.
 */
export class ContactGaps {
  readonly #horizon: number;
  readonly #windows: Float64Array;
  readonly #peers: Uint32Array;
  readonly #contacts: Uint32Array;
  readonly #latest: Float64Array;
  readonly #gaps: Float32Array;

  /** @param windows lengths in seconds, rising */
  constructor(hosts: number, windows: readonly number[]) {
    this.#windows = Float64Array.from(windows);
    this.#horizon = windows[windows.length - 1]! * 1e6;
    this.#peers = new Uint32Array(hosts * FOLLOWED);
    this.#contacts = new Uint32Array(hosts * FOLLOWED);
    this.#latest = new Float64Array(hosts * FOLLOWED);
    this.#gaps = new Float32Array(hosts * FOLLOWED * GAPS);
  }

  /** Bytes of all hosts. */
  get bytes(): number {
    return this.#latest.byteLength + this.#gaps.byteLength + 2 * this.#peers.byteLength;
  }

  clear(host: number): void {
    this.#contacts.fill(0, host * FOLLOWED, (host + 1) * FOLLOWED);
  }

  /** Reads what the next calls will: misses of the cache then overlap, not follow each other. */
  warm(host: number): number {
    const place = host * FOLLOWED;
    const latest = this.#latest[place]! + this.#latest[place + 8]!;
    return this.#peers[place]! + this.#contacts[place]! + latest;
  }

  /**
   * Counts a contact with the peer. One that began before the latest is not counted; nor is the next
   * record of a flow that went on (`isNew` false).
   * @param start microseconds
   * @returns the peer's place, for {@link ContactGaps.read}; -1 for a peer not followed
   */
  add(host: number, peer: number, start: number, isNew: boolean): number {
    const contacts = this.#contacts;
    const base = host * FOLLOWED;
    let place = base;
    while (place < base + FOLLOWED && contacts[place] !== 0 && this.#peers[place] !== peer) place++;
    if (place === base + FOLLOWED || contacts[place] === 0) {
      if (!isNew) return -1;
      if (place === base + FOLLOWED) place = this.#victim(base, start);
      this.#peers[place] = peer;
      this.#latest[place] = start;
      contacts[place] = 1;
      return place;
    }
    const gap = start - this.#latest[place]!;
    if (!isNew || gap < 0) return place;
    const count = contacts[place]!;
    this.#gaps[place * GAPS + ((count - 1) & (GAPS - 1))] = gap / 1e6;
    this.#latest[place] = start;
    contacts[place] = count + 1;
    return place;
  }

  /**
   * Regularity of the contacts with the peer at `place`, a number a window: 1 / (1 + deviation / mean)
   * of those of the latest eight gaps that together fit into the window, counted back from the latest
   * contact. 1 is a clock, 0.5 chance (Poisson), towards 0 bursts; NaN for fewer than three gaps.
   */
  read(place: number, into: Float64Array): void {
    const windows = this.#windows;
    const count = place < 0 ? 0 : Math.min(GAPS, this.#contacts[place]! - 1);
    const newest = count === 0 ? 0 : this.#contacts[place]! - 2;
    let used = 0;
    let sum = 0;
    let squares = 0;
    for (let w = 0; w < windows.length; w++) {
      while (used < count) {
        const gap = this.#gaps[place * GAPS + ((newest - used) & (GAPS - 1))]!;
        if (sum + gap > windows[w]!) break;
        sum += gap;
        squares += gap * gap;
        used++;
      }
      into[w] = used < LEAST_GAPS ? Number.NaN : regularity(used, sum, squares);
    }
  }

  #victim(base: number, now: number): number {
    let victim = base;
    for (let place = base; place < base + FOLLOWED; place++) {
      if (now - this.#latest[place]! > this.#horizon) return place;
      const fewer = this.#contacts[place]! - this.#contacts[victim]!;
      if (fewer < 0 || (fewer === 0 && this.#latest[place]! < this.#latest[victim]!)) {
        victim = place;
      }
    }
    return victim;
  }
}

function regularity(count: number, sum: number, squares: number): number {
  const mean = sum / count;
  // All at one time: no clock, but one burst.
  if (mean === 0) return 0;
  const variance = squares / count - mean * mean;
  return variance <= 0 ? 1 : mean / (mean + Math.sqrt(variance));
}
