import { flagErrors, REJECT_ERROR, SYN_ERROR } from './flag.ts';
import { type KddMode, RECENT_SPAN, WINDOW_RULES } from './mode.ts';
import { aiIdsRate, dataRate, gureRate, twoDecimals } from './rate.ts';
import { SERVICE_OTHER } from './services.ts';
import { type Seen, type Slots, Tallies, Window } from './window.ts';

/** Columns 23 to 41 of the data set, `count` to `dst_host_srv_rerror_rate`. */
export const WINDOW_COLUMNS = 19;
const RECENT_COLUMNS = 9;
/** The windows' numbers in the tallies. */
const RECENT = 0;
const HOST = 1;

/** What the windows ask of a connection. */
export interface WindowEvent {
  /** Microseconds: start or end, as the mode's clock says. */
  time: number;
  /** The responder's address in four 32-bit words, always the same for the same address. */
  host0: number;
  host1: number;
  host2: number;
  host3: number;
  /** From `ServiceTable.service` and `ServiceTable.key`. */
  service: number;
  serviceKey: number;
  /** Index into `KDD_FLAGS`. */
  flag: number;
  originatorPort: number;
}

/**
 * The time window (columns 23 to 31) and the host window (32 to 41) over a stream of connections, in
 * one pass; memory is bounded by the two windows' limits, and a connection costs the same whatever
 * the windows hold.
 */
export class KddWindows {
  /** The features of the connection last added, in the data set's order. */
  readonly values = new Float64Array(WINDOW_COLUMNS);
  /** Connections whose time lay before that of an earlier one; they count as of the later time. */
  late = 0;
  readonly #mode: KddMode;
  readonly #errors: Uint8Array;
  readonly #recent: Window;
  readonly #host: Window;
  /** The mode `ai-ids` clears its time window only after it has looked at it. */
  readonly #trimsAfter: boolean;
  readonly #current: boolean;
  readonly #byName: boolean;
  readonly #ports: 'host' | 'service' | 'all';
  readonly #tallies = new Tallies();
  readonly #slots: Slots = { host: 0, service: 0, pair: 0, named: -1, port: -1, errors: 0 };
  #time = Number.NEGATIVE_INFINITY;

  constructor(mode: KddMode) {
    const rules = WINDOW_RULES[mode];
    this.#mode = mode;
    this.#errors = flagErrors(mode);
    this.#current = rules.includesCurrent;
    this.#trimsAfter = mode === 'ai-ids';
    this.#byName = mode === 'gure';
    this.#ports = mode === 'data' ? 'host' : mode === 'gure' ? 'all' : 'service';
    const tallies = this.#tallies;
    this.#recent = new Window({ limit: rules.recentLimit, index: RECENT, ports: false, tallies });
    this.#host = new Window({ limit: rules.hostLimit, index: HOST, ports: true, tallies });
  }

  /** Connections that a full time window gave up before their two seconds were over. */
  get early(): number {
    return this.#recent.early;
  }

  /** Connections that both windows have room for: what their memory is. */
  get capacity(): number {
    return this.#recent.capacity + this.#host.capacity;
  }

  /** Takes the next connection and computes {@link values}. */
  add(event: WindowEvent): void {
    const flags = this.#errors[event.flag]!;
    const time = this.#clock(event.time);
    const recent = this.#recent;
    const host = this.#host;
    const slots = this.#slots;
    if (!this.#trimsAfter) this.#trim(time);
    recent.makeRoom();
    host.makeRoom();
    slots.errors = flags;
    this.#find(event);
    recent.push(time, slots);
    this.#rates(recent.seen, event.service, flags, 0);
    if (this.#trimsAfter) this.#trim(time);
    host.push(time, slots);
    this.#rates(host.seen, event.service, flags, RECENT_COLUMNS);
  }

  /** Finds the places of a connection's keys, for both windows at once. */
  #find(event: WindowEvent): void {
    const { hosts, services, pairs, named, ports } = this.#tallies;
    const slots = this.#slots;
    const host = hosts.find(event.host0 | 0, event.host1 | 0, event.host2 | 0, event.host3 | 0);
    const service = services.find(event.serviceKey | 0, 0, 0, 0);
    slots.host = host;
    slots.service = service;
    slots.pair = pairs.find(host, service, 0, 0);
    if (this.#byName) slots.named = named.find(host, event.service, 0, 0);
    const among = this.#ports === 'host' ? host : this.#ports === 'service' ? service : 0;
    slots.port = ports.find(among, event.originatorPort, 0, 0);
  }

  /** The stream's time: in whole seconds for `gure`, and never backwards. */
  #clock(micros: number): number {
    const time = this.#mode === 'gure' ? Math.floor(micros / 1e6) * 1e6 : micros;
    if (time < this.#time) this.late++;
    else this.#time = time;
    return this.#time;
  }

  #trim(time: number): void {
    // trafAld.c takes seconds from t-2 to t; the others what is younger than two seconds.
    const limit = time - RECENT_SPAN;
    this.#recent.dropBefore(this.#mode === 'gure' ? limit - 0.5 : limit);
  }

  /** `flags` are the current connection's own, taken off again where it does not count itself. */
  #rates(seen: Seen, service: number, flags: number, from: number): void {
    const own = this.#current ? 0 : 1;
    const syn = own === 1 && flags & SYN_ERROR ? 1 : 0;
    const reject = own === 1 && flags & REJECT_ERROR ? 1 : 0;
    const mode = this.#mode;
    const rate = mode === 'data' ? dataRate : mode === 'gure' ? gureRate : aiIdsRate;
    const count = seen.count - own;
    const service0 = seen.serviceCount - own;
    const pair = seen.pairCount - own;
    const named = seen.namedCount - own;
    const values = this.values;
    let same = pair;
    let different: number;
    let otherHosts: number;
    if (mode === 'data') {
      // Distinct services, this one included, but none when there is no other.
      different = seen.services > 1 ? seen.services : 0;
      otherHosts = seen.hosts > 1 ? seen.hosts : 0;
    } else {
      if (mode === 'gure') same = service === SERVICE_OTHER ? 0 : named;
      different = count - (mode === 'gure' ? named : pair);
      otherHosts = service0 - pair;
    }
    values[from] = count;
    values[from + 1] = service0;
    const synRate = rate(seen.synErrors - syn, count);
    const serviceSynRate = rate(seen.serviceSynErrors - syn, service0);
    const rejectRate = rate(seen.rejects - reject, count);
    const serviceRejectRate = rate(seen.serviceRejects - reject, service0);
    const sameRate = rate(same, count);
    const differentRate = mode === 'ai-ids' ? rest(same, count) : rate(different, count);
    const otherHostRate = rate(otherHosts, service0);
    const errors = from === 0 ? 2 : from + 6;
    values[errors] = synRate;
    values[errors + 1] = serviceSynRate;
    values[errors + 2] = rejectRate;
    values[errors + 3] = serviceRejectRate;
    const shares = from === 0 ? 6 : from + 2;
    values[shares] = sameRate;
    values[shares + 1] = differentRate;
    if (from === 0) values[shares + 2] = otherHostRate;
    else {
      values[shares + 2] = rate(seen.portCount - own, this.#portBase(seen));
      values[shares + 3] = otherHostRate;
    }
  }

  /** What dst_host_same_src_port_rate is a share of. */
  #portBase(seen: Seen): number {
    if (this.#mode === 'data') return seen.count;
    // kdd99_feature_extractor divides by the count that the current connection has already raised.
    return this.#mode === 'ai-ids' ? seen.serviceCount : seen.size - 1;
  }
}

/** One minus a share, rounded as a double: what `ai-ids` prints as diff_srv_rate. */
function rest(same: number, count: number): number {
  return count === 0 ? 0 : twoDecimals(1 - same / count);
}
