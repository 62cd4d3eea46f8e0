import { REJECT_ERROR, SYN_ERROR } from './flag.ts';
import { Tally } from './tally.ts';
import type { WindowEvent } from './windows.ts';

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

/** How a window is made. */
export interface WindowOptions {
  /** Connections kept before the current one. */
  readonly limit: number;
  /** Whether {@link Seen.namedCount} is wanted, because the service's key is not its name. */
  readonly byName: boolean;
  /** Among which connections originator ports are compared. */
  readonly ports: 'none' | 'host' | 'service' | 'all';
}

/** A ring's first size; it doubles up to the limit as it must. */
const FIRST_SIZE = 128;

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
  readonly #options: WindowOptions;
  readonly #hosts = new Tally();
  readonly #services = new Tally();
  readonly #pairs = new Tally();
  readonly #named = new Tally();
  readonly #ports = new Tally();
  #times = new Float64Array(FIRST_SIZE);
  /** Per entry: slots of host, service, pair, named pair and port, and the error bits. */
  #entries = new Int32Array(FIRST_SIZE * STRIDE);
  #first = 0;
  #length = 0;

  constructor(options: WindowOptions) {
    this.#options = options;
  }

  /** Connections that there is room for. */
  get capacity(): number {
    return this.#times.length;
  }

  /** Forgets the connections at or before `time`, oldest first. */
  dropBefore(time: number): void {
    while (this.#length > 0 && this.#times[this.#first]! <= time) this.#drop();
  }

  /** Adds a connection and reads {@link seen}; `errors` are its bits of `flagErrors`. */
  push(time: number, event: WindowEvent, errors: number): void {
    const { limit, byName, ports } = this.#options;
    while (this.#length > limit) {
      this.#drop();
      this.early++;
    }
    if (this.#length === this.#times.length) this.#grow();
    const index = (this.#first + this.#length) & (this.#times.length - 1);
    this.#length++;
    this.#times[index] = time;
    const host = this.#hosts.add(event.host0, event.host1, event.host2, event.host3);
    const service = this.#services.add(event.serviceKey, 0, 0, 0);
    const pair = this.#pairs.add(host, service, 0, 0);
    if (this.#pairs.count[pair] === 1) {
      this.#hosts.distinct[host]!++;
      this.#services.distinct[service]!++;
    }
    if (errors & SYN_ERROR) {
      this.#hosts.synErrors[host]!++;
      this.#services.synErrors[service]!++;
    }
    if (errors & REJECT_ERROR) {
      this.#hosts.rejects[host]!++;
      this.#services.rejects[service]!++;
    }
    const named = byName ? this.#named.add(host, event.service, 0, 0) : -1;
    let port = -1;
    if (ports !== 'none') {
      const among = ports === 'host' ? host : ports === 'service' ? service : 0;
      port = this.#ports.add(among, event.originatorPort, 0, 0);
    }
    const entries = this.#entries;
    const at = index * STRIDE;
    entries[at] = host;
    entries[at + 1] = service;
    entries[at + 2] = pair;
    entries[at + 3] = named;
    entries[at + 4] = port;
    entries[at + 5] = errors;
    this.#read(host, service, at);
  }

  #read(host: number, service: number, at: number): void {
    const seen = this.seen;
    const entries = this.#entries;
    const named = entries[at + 3]!;
    const port = entries[at + 4]!;
    seen.size = this.#length;
    seen.count = this.#hosts.count[host]!;
    seen.synErrors = this.#hosts.synErrors[host]!;
    seen.rejects = this.#hosts.rejects[host]!;
    seen.services = this.#hosts.distinct[host]!;
    seen.serviceCount = this.#services.count[service]!;
    seen.serviceSynErrors = this.#services.synErrors[service]!;
    seen.serviceRejects = this.#services.rejects[service]!;
    seen.hosts = this.#services.distinct[service]!;
    seen.pairCount = this.#pairs.count[entries[at + 2]!]!;
    seen.namedCount = named < 0 ? seen.pairCount : this.#named.count[named]!;
    seen.portCount = port < 0 ? 0 : this.#ports.count[port]!;
  }

  #drop(): void {
    const entries = this.#entries;
    const at = this.#first * STRIDE;
    const host = entries[at]!;
    const service = entries[at + 1]!;
    const named = entries[at + 3]!;
    const port = entries[at + 4]!;
    const errors = entries[at + 5]!;
    if (errors & SYN_ERROR) {
      this.#hosts.synErrors[host]!--;
      this.#services.synErrors[service]!--;
    }
    if (errors & REJECT_ERROR) {
      this.#hosts.rejects[host]!--;
      this.#services.rejects[service]!--;
    }
    if (this.#pairs.remove(entries[at + 2]!)) {
      this.#hosts.distinct[host]!--;
      this.#services.distinct[service]!--;
    }
    if (named >= 0) this.#named.remove(named);
    if (port >= 0) this.#ports.remove(port);
    this.#hosts.remove(host);
    this.#services.remove(service);
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

/** Words of an entry. */
const STRIDE = 6;
