import { REJECT_ERROR, SYN_ERROR } from './flag.ts';
import { COUNT, countsOf, DISTINCT, REJECTS, SYN_ERRORS, Tally } from './tally.ts';

/** What a window holds beside the connection last pushed, that connection included. */
export interface Seen {
  /** Connections in the window. */
  size: number;
  /** To the same responder, and to the same service; of each those with errors. */
  count: number;
  synErrors: number;
  rejects: number;
  serviceCount: number;
  serviceSynErrors: number;
  serviceRejects: number;
  /** To the same responder and service, by key and by name. */
  pairCount: number;
  namedCount: number;
  /** Distinct services of the responder, and distinct responders of the service. */
  services: number;
  hosts: number;
  /** From the same originator port. */
  portCount: number;
}

/** The keys of the connections that two windows hold, counted for each. */
export class Tallies {
  readonly hosts = new Tally(true);
  readonly services = new Tally(false);
  readonly pairs = new Tally(false);
  readonly named = new Tally(false);
  readonly ports = new Tally(false);
}

/** Where a connection's keys stand in the {@link Tallies}; -1: not wanted. */
export interface Slots {
  host: number;
  service: number;
  pair: number;
  /** Responder and the service's name. */
  named: number;
  /** Originator port, among whichever connections it is compared. */
  port: number;
  /** Bits of `flagErrors`. */
  errors: number;
}

/** How a window is made. */
export interface WindowOptions {
  /** Connections kept before the current one. */
  readonly limit: number;
  /** Which of the two that the tallies count for. */
  readonly index: number;
  /** Whether originator ports are counted. */
  readonly ports: boolean;
  readonly tallies: Tallies;
}

/** A ring's first size; it doubles up to the limit as it must. */
const FIRST_SIZE = 128;
/** Words of an entry: slots of host, service, pair, named pair and port, and the error bits. */
const STRIDE = 6;

/** The latest connections with their counts: a ring of slots into tallies. */
export class Window {
  readonly seen: Seen = {
    size: 0,
    count: 0,
    synErrors: 0,
    rejects: 0,
    serviceCount: 0,
    serviceSynErrors: 0,
    serviceRejects: 0,
    pairCount: 0,
    namedCount: 0,
    services: 0,
    hosts: 0,
    portCount: 0,
  };
  /** Connections dropped because the window was full. */
  early = 0;
  readonly #limit: number;
  readonly #index: number;
  readonly #withPorts: boolean;
  readonly #counts: number;
  readonly #tallies: Tallies;
  #times = new Float64Array(FIRST_SIZE);
  #entries = new Int32Array(FIRST_SIZE * STRIDE);
  #first = 0;
  #length = 0;

  constructor({ limit, index, ports, tallies }: WindowOptions) {
    this.#limit = limit;
    this.#withPorts = ports;
    this.#index = index;
    this.#counts = countsOf(index);
    this.#tallies = tallies;
  }

  /** Connections that there is room for. */
  get capacity(): number {
    return this.#times.length;
  }

  /** Forgets the connections at or before `time`, oldest first. */
  dropBefore(time: number): void {
    while (this.#length > 0 && this.#times[this.#first]! <= time) this.#drop();
  }

  /** Sees to the room for one more. Slots found before this may be gone after it. */
  makeRoom(): void {
    while (this.#length > this.#limit) {
      this.#drop();
      this.early++;
    }
    if (this.#length === this.#times.length) this.#grow();
  }

  /** Adds a connection, for which there is room, and reads {@link seen}. */
  push(time: number, slots: Slots): void {
    const { host, service, pair, named, errors } = slots;
    const port = this.#withPorts ? slots.port : -1;
    const index = (this.#first + this.#length) & (this.#times.length - 1);
    this.#length++;
    this.#times[index] = time;
    const window = this.#index;
    const { hosts, services, pairs } = this.#tallies;
    const ofHost = hosts.cells;
    const ofService = services.cells;
    const atHost = host + this.#counts;
    const atService = service + this.#counts;
    ofHost[atHost + COUNT]!++;
    ofService[atService + COUNT]!++;
    if (pairs.add(pair, window)) {
      ofHost[atHost + DISTINCT]!++;
      ofService[atService + DISTINCT]!++;
    }
    if (errors & SYN_ERROR) {
      ofHost[atHost + SYN_ERRORS]!++;
      ofService[atService + SYN_ERRORS]!++;
    }
    if (errors & REJECT_ERROR) {
      ofHost[atHost + REJECTS]!++;
      ofService[atService + REJECTS]!++;
    }
    if (named >= 0) this.#tallies.named.add(named, window);
    if (port >= 0) this.#tallies.ports.add(port, window);
    const entries = this.#entries;
    const at = index * STRIDE;
    entries[at] = host;
    entries[at + 1] = service;
    entries[at + 2] = pair;
    entries[at + 3] = named;
    entries[at + 4] = port;
    entries[at + 5] = errors;
    this.#read(slots, port);
  }

  #read({ host, service, pair, named }: Slots, port: number): void {
    const { seen } = this;
    const counts = this.#counts;
    const { hosts, services, pairs, named: names, ports } = this.#tallies;
    const ofHost = hosts.cells;
    const ofService = services.cells;
    const atHost = host + counts;
    const atService = service + counts;
    seen.size = this.#length;
    seen.count = ofHost[atHost + COUNT]!;
    seen.synErrors = ofHost[atHost + SYN_ERRORS]!;
    seen.rejects = ofHost[atHost + REJECTS]!;
    seen.services = ofHost[atHost + DISTINCT]!;
    seen.serviceCount = ofService[atService + COUNT]!;
    seen.serviceSynErrors = ofService[atService + SYN_ERRORS]!;
    seen.serviceRejects = ofService[atService + REJECTS]!;
    seen.hosts = ofService[atService + DISTINCT]!;
    seen.pairCount = pairs.cells[pair + counts + COUNT]!;
    seen.namedCount = named < 0 ? seen.pairCount : names.cells[named + counts + COUNT]!;
    seen.portCount = port < 0 ? 0 : ports.cells[port + counts + COUNT]!;
  }

  #drop(): void {
    const entries = this.#entries;
    const at = this.#first * STRIDE;
    const host = entries[at]!;
    const service = entries[at + 1]!;
    const named = entries[at + 3]!;
    const port = entries[at + 4]!;
    const errors = entries[at + 5]!;
    const window = this.#index;
    const { hosts, services, pairs } = this.#tallies;
    const ofHost = hosts.cells;
    const ofService = services.cells;
    const atHost = host + this.#counts;
    const atService = service + this.#counts;
    if (errors & SYN_ERROR) {
      ofHost[atHost + SYN_ERRORS]!--;
      ofService[atService + SYN_ERRORS]!--;
    }
    if (errors & REJECT_ERROR) {
      ofHost[atHost + REJECTS]!--;
      ofService[atService + REJECTS]!--;
    }
    if (pairs.remove(entries[at + 2]!, window)) {
      ofHost[atHost + DISTINCT]!--;
      ofService[atService + DISTINCT]!--;
    }
    if (named >= 0) this.#tallies.named.remove(named, window);
    if (port >= 0) this.#tallies.ports.remove(port, window);
    hosts.remove(host, window);
    services.remove(service, window);
    this.#first = (this.#first + 1) & (this.#times.length - 1);
    this.#length--;
  }

  #grow(): void {
    const old = this.#times.length;
    const times = new Float64Array(old * 2);
    const entries = new Int32Array(old * 2 * STRIDE);
    for (let i = 0; i < this.#length; i++) {
      const from = (this.#first + i) & (old - 1);
      times[i] = this.#times[from]!;
      for (let j = 0; j < STRIDE; j++) entries[i * STRIDE + j] = this.#entries[from * STRIDE + j]!;
    }
    this.#times = times;
    this.#entries = entries;
    this.#first = 0;
  }
}
