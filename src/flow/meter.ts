import type { Packet } from '../decode/index.ts';
import { writeRow } from './emit.ts';
import { CLOSE_REASONS, type CloseReason, FlowBatch } from './flow.ts';
import { FlowKey, KIND_ARP, KIND_IPV4, KIND_IPV6, KIND_MAC, KIND_RARP } from './key.ts';
import { isIcmpQuery } from './key-icmp.ts';
import { OneWayList } from './one-way.ts';
import { FlowQueues } from './queue.ts';
import {
  ANOMALY_HIGH,
  ANOMALY_LOW,
  BITS,
  CLOSED,
  DST_BYTES,
  DST_END,
  DST_PACKETS,
  DST_START,
  DST_TOS,
  FIRST,
  FLOAT_STRIDE,
  FRAGMENT_BYTES,
  FRAGMENT_TOTAL,
  ICMP,
  KEY,
  KIN,
  LAST_SEEN,
  MAPPED,
  QUEUE,
  QUEUE_TIME,
  REVERSED,
  SIBLING,
  SIDES,
  SRC_BYTES,
  SRC_END,
  SRC_PACKETS,
  SRC_START,
  SRC_TOS,
  STRIDE,
  TCP,
  TURNED,
  WRITTEN,
} from './slot.ts';
import { FlowTable } from './table.ts';
import { followTcp, Segment, startTcp } from './tcp-machine.ts';

/** How the meter cuts traffic into records; every time is in seconds. */
export interface MeterOptions {
  /** Flows kept at once; past this some are evicted. Default one million. */
  readonly maxFlows?: number;
  /** A flow longer than this leaves a record each time it passes. Default 3600. */
  readonly statusInterval?: number;
  /** Seed of the table's hash. No result depends on it; live use should draw it at random. */
  readonly seed?: number;
  /** Rows of a batch. Default 4096. */
  readonly batchRows?: number;
}

/** What the meter has done so far. */
export interface MeterStats {
  packets: number;
  /** Packets that belong to no flow: no address, or a header that was not captured. */
  ignored: number;
  flows: number;
  records: number;
  /** Flows that had to leave because the table was full; of these, those with one side only. */
  evicted: number;
  evictedOneWay: number;
  /** Most flows at once, and bytes of the table's memory. */
  peakFlows: number;
  tableBytes: number;
}

// Queues: flows waiting for their status record, then for silence, by timeout.
const STATUS = 0;
const TIMEOUT_5 = 1;
const TIMEOUT_30 = 2;
const TIMEOUT_60 = 3;
const QUEUES = 4;
const TIMEOUT_MICROS = new Float64Array([0, 5e6, 30e6, 60e6]);

/** How often queues are looked at, in time of the packets: Argus's update interval. */
const TICK = 200_000;
/** How long a fragment train outlives its flow's status record. */
const TRAIN_TIMEOUT = 2e6;
/** A time below this reads as "not seen", as in Argus, which looks at whole seconds. */
const SECOND = 1e6;

const DEFAULTS = { maxFlows: 1_000_000, statusInterval: 3600, seed: 0x5eed, batchRows: 4096 };

/**
 * Turns packets into bidirectional flow records, cut as Argus 3.0.8 cuts them: see `docs/flow.md`.
 * Records leave through `onBatch` in batches that are reused after the call. Order and content depend
 * on packets and options only.
 */
export class Meter {
  readonly stats: MeterStats;
  readonly #table: FlowTable;
  readonly #queues: FlowQueues;
  readonly #oneWay: OneWayList;
  readonly #key = new FlowKey();
  readonly #quoted = new FlowKey();
  readonly #segment = new Segment();
  readonly #batch: FlowBatch;
  readonly #onBatch: (batch: FlowBatch) => void;
  readonly #statusMicros: number;
  #last = -1;
  #nextTick = Number.NEGATIVE_INFINITY;

  constructor(options: MeterOptions, onBatch: (batch: FlowBatch) => void) {
    const settings = { ...DEFAULTS, ...options };
    this.#table = new FlowTable(Math.max(1, settings.maxFlows), settings.seed);
    this.#queues = new FlowQueues(this.#table, QUEUES);
    this.#oneWay = new OneWayList(this.#table);
    this.#batch = new FlowBatch(settings.batchRows);
    this.#onBatch = onBatch;
    this.#statusMicros = settings.statusInterval * 1e6;
    this.stats = {
      packets: 0,
      ignored: 0,
      flows: 0,
      records: 0,
      evicted: 0,
      evictedOneWay: 0,
      peakFlows: 0,
      tableBytes: this.#table.bytes,
    };
  }

  /** Accounts one packet. Never throws, whatever the packet holds. */
  add(packet: Packet): void {
    const key = this.#key;
    const time = packet.time;
    this.stats.packets++;
    if (!key.read(packet)) this.stats.ignored++;
    else {
      let slot = this.#find(key);
      const known = slot >= 0;
      if (known) slot = this.#touch(slot, time);
      else slot = this.#create(time, true);
      if (slot >= 0) this.#update(slot, packet, !known);
    }
    if (time >= this.#nextTick) this.#tick(time);
  }

  /** Sends a record of every flow that has not had its last one, and the batch. */
  finish(): void {
    const queues = this.#queues;
    for (let queue = QUEUES - 1; queue >= 0; queue--) {
      for (let slot = queues.oldest(queue); slot >= 0; slot = queues.oldest(queue)) {
        if ((this.#table.words[slot * STRIDE + BITS]! & WRITTEN) === 0) this.#send(slot, 'end');
        this.#delete(slot);
      }
    }
    this.#flush();
  }

  #find(key: FlowKey): number {
    const table = this.#table;
    if (this.#last >= 0 && table.holds(this.#last, key.words)) return this.#last;
    const slot = table.find(key.words, table.hash(key.words));
    if (slot >= 0) this.#last = slot;
    return slot;
  }

  /** A packet came for a flow: its status record may be due, or it may be back from silence. */
  #touch(slot: number, time: number): number {
    const queues = this.#queues;
    const queue = this.#table.words[slot * STRIDE + QUEUE]!;
    if (queue === STATUS) {
      const since = this.#table.floats[slot * FLOAT_STRIDE + QUEUE_TIME]!;
      if (time - since < this.#statusMicros) return slot;
      this.#expireStatus(time);
    } else if (queue < 0 || this.#key.fragment) return slot;
    queues.remove(slot);
    queues.push(STATUS, slot, time);
    return slot;
  }

  #create(time: number, queued: boolean): number {
    const table = this.#table;
    const key = this.#key;
    if (table.full && !this.#evict(time)) return -1;
    const slot = table.add(key.words, table.hash(key.words));
    const base = slot * STRIDE;
    const words = table.words;
    // An ARP's asker is its originator even if the answer came first.
    const turned = key.turned && key.kind !== KIND_ARP;
    words[base + BITS] = FIRST | (turned ? TURNED | REVERSED : 0);
    words[base + KIN] = -1;
    words[base + SIBLING] = -1;
    table.floats[slot * FLOAT_STRIDE + LAST_SEEN] = time;
    if (queued) {
      this.#queues.push(STATUS, slot, time);
      this.#oneWay.push(slot);
    } else this.#oneWay.leaveOut(slot);
    this.#last = slot;
    this.stats.flows++;
    if (table.count > this.stats.peakFlows) {
      this.stats.peakFlows = table.count;
      this.stats.tableBytes = table.bytes;
    }
    return slot;
  }

  #update(slot: number, packet: Packet, start: boolean): void {
    const key = this.#key;
    const time = packet.time;
    this.#stamp(slot, time, key.turned);
    const words = this.#table.words;
    const base = slot * STRIDE;
    if ((packet.anomalyLow | packet.anomalyHigh) !== 0) {
      words[base + ANOMALY_LOW] |= packet.anomalyLow;
      words[base + ANOMALY_HIGH] |= packet.anomalyHigh;
    }
    let forward = ((words[base + BITS]! & TURNED) !== 0) === key.turned;
    if (key.kind <= KIND_IPV6) {
      this.#setTos(base, forward);
      if (key.fragment) {
        this.#tally(slot, forward, this.#key.frameBytes);
        this.#gather(slot, time);
        return;
      }
      if (key.protocol === 6) {
        if (this.#segment.read(packet.bytes, key.upper, packet.end, key.length)) {
          if (start) startTcp(words, base, this.#segment, forward);
          else if (followTcp(words, base, this.#segment, forward)) {
            this.#restart(slot, time, forward);
            forward = true;
          }
        }
      } else if (key.protocol === 1 && key.kind === KIND_IPV4) this.#icmp(slot, packet, start);
    }
    this.#tally(slot, forward, this.#key.frameBytes);
    if (key.leads && key.kind <= KIND_IPV6) this.#lead(slot, time);
  }

  /** Takes the packet's time; a record that was written begins anew. */
  #stamp(slot: number, time: number, turned: boolean): void {
    const words = this.#table.words;
    const floats = this.#table.floats;
    const base = slot * STRIDE;
    const fields = slot * FLOAT_STRIDE;
    if ((words[base + BITS]! & WRITTEN) !== 0) this.#clear(slot);
    const forward = ((words[base + BITS]! & TURNED) !== 0) === turned;
    const startAt = fields + (forward ? SRC_START : DST_START);
    const started = floats[startAt]!;
    if (started < SECOND && started > -SECOND) floats[startAt] = time;
    else floats[fields + (forward ? SRC_END : DST_END)] = time;
    if (time > floats[fields + LAST_SEEN]!) floats[fields + LAST_SEEN] = time;
    if (!forward) this.#oneWay.leave(slot);
  }

  /** Forgets what the record said; state of the connection stays. */
  #clear(slot: number): void {
    const words = this.#table.words;
    const floats = this.#table.floats;
    const base = slot * STRIDE;
    const fields = slot * FLOAT_STRIDE;
    for (let i = SRC_START; i <= DST_BYTES; i++) floats[fields + i] = 0;
    words[base + BITS] &= ~(WRITTEN | FIRST | MAPPED);
    words[base + SIDES] &= 0xffff0000;
    words[base + ANOMALY_LOW] = 0;
    words[base + ANOMALY_HIGH] = 0;
  }

  #setTos(base: number, forward: boolean): void {
    const words = this.#table.words;
    const shift = forward ? 16 : 24;
    const sides = words[base + SIDES]!;
    words[base + SIDES] = (sides & ~(0xff << shift)) | (this.#key.tos << shift);
    words[base + BITS] |= forward ? SRC_TOS : DST_TOS;
  }

  #tally(slot: number, forward: boolean, bytes: number): void {
    const floats = this.#table.floats;
    const fields = slot * FLOAT_STRIDE;
    floats[fields + (forward ? SRC_PACKETS : DST_PACKETS)]! += 1;
    floats[fields + (forward ? SRC_BYTES : DST_BYTES)]! += bytes;
  }

  /** A SYN on a closed connection: the old record leaves, a new one begins with this packet. */
  #restart(slot: number, time: number, forward: boolean): void {
    const { words, floats } = this.#table;
    const base = slot * STRIDE;
    const fields = slot * FLOAT_STRIDE;
    this.#send(slot, 'restarted');
    this.#clear(slot);
    const turned = this.#key.turned;
    let bits = words[base + BITS]! & (SRC_TOS | DST_TOS | REVERSED);
    if (!forward) bits &= ~REVERSED;
    words[base + BITS] = bits | FIRST | (turned ? TURNED : 0);
    words[base + TCP] = 0;
    floats[fields + SRC_START] = time;
    this.#queues.remove(slot);
    this.#queues.push(STATUS, slot, time);
    this.#setTos(base, true);
    startTcp(words, base, this.#segment, true);
  }

  #icmp(slot: number, packet: Packet, start: boolean): void {
    const key = this.#key;
    const words = this.#table.words;
    const floats = this.#table.floats;
    const base = slot * STRIDE;
    const fields = slot * FLOAT_STRIDE;
    const type = key.icmpType;
    const query = isIcmpQuery(type);
    const empty = floats[fields + SRC_PACKETS] === 0 && floats[fields + DST_PACKETS] === 0;
    const asks = type === 8 || type === 13 || type === 15 || type === 17;
    if (start) words[base + ICMP] = type | (key.icmpCode << 8);
    else if (query && (empty || asks)) {
      words[base + ICMP] = (words[base + ICMP]! & ~0xff) | type;
    }
    if (!query && key.upper + 28 <= packet.end) this.#mapError(packet, type, key.icmpCode);
  }

  /** An ICMP error is also noted with the flow that it is about, and prolongs that flow's record. */
  #mapError(packet: Packet, type: number, code: number): void {
    const quoted = this.#quoted;
    if (!quoted.readQuoted(packet.bytes, this.#key.upper + 8, packet.end)) return;
    const table = this.#table;
    const slot = table.find(quoted.words, table.hash(quoted.words));
    if (slot < 0) return;
    const words = table.words;
    const base = slot * STRIDE;
    if (type === 3 || type === 5 || type === 11) {
      words[base + ICMP] = (words[base + ICMP]! & 0xffff) | (type << 16) | (code << 24);
      words[base + BITS] |= MAPPED;
    }
    const startAt = slot * FLOAT_STRIDE + SRC_START;
    if (table.floats[startAt]! < SECOND) table.floats[startAt] = packet.time;
    else table.floats[slot * FLOAT_STRIDE + SRC_END] = packet.time;
  }

  /** A first fragment: the train that will follow it is tied to its flow. */
  #lead(parent: number, time: number): void {
    const key = this.#key;
    key.toTrain();
    let train = this.#find(key);
    if (train < 0) {
      // Making room could evict the parent itself: a full table goes without the train.
      if (this.#table.full) return;
      train = this.#create(time, false);
      this.#tie(parent, train);
      this.#stamp(train, time, key.turned);
    } else if (this.#table.words[train * STRIDE + KIN]! < 0) {
      this.#queues.remove(train);
      this.#oneWay.leave(train);
      this.#tie(parent, train);
    }
    this.#gather(train, time);
  }

  #tie(parent: number, train: number): void {
    const words = this.#table.words;
    words[train * STRIDE + SIBLING] = words[parent * STRIDE + KIN]!;
    words[train * STRIDE + KIN] = parent;
    words[parent * STRIDE + KIN] = train;
  }

  /** Counts a fragment's payload; a complete train goes into its flow and is forgotten. */
  #gather(train: number, _time: number): void {
    const key = this.#key;
    const words = this.#table.words;
    const base = train * STRIDE;
    words[base + FRAGMENT_BYTES]! += key.length;
    if (!key.moreFragments) words[base + FRAGMENT_TOTAL] = key.fragmentOffset + key.length;
    const total = words[base + FRAGMENT_TOTAL]!;
    if (total === 0 || total !== words[base + FRAGMENT_BYTES]) return;
    const parent = words[base + KIN]!;
    if (parent >= 0) {
      this.#absorb(parent, train);
      this.#untie(parent, train);
      this.#drop(train);
    } else {
      this.#send(train, 'idle');
      this.#delete(train);
    }
  }

  /** Adds a train's packets and times to its flow. */
  #absorb(parent: number, train: number): void {
    const { words, floats } = this.#table;
    const from = train * FLOAT_STRIDE;
    const into = parent * FLOAT_STRIDE;
    if (floats[from + SRC_PACKETS] === 0 && floats[from + DST_PACKETS] === 0) return;
    if ((words[parent * STRIDE + BITS]! & WRITTEN) !== 0) this.#clear(parent);
    const same = ((words[parent * STRIDE + BITS]! ^ words[train * STRIDE + BITS]!) & TURNED) === 0;
    floats[into + (same ? SRC_PACKETS : DST_PACKETS)]! += floats[from + SRC_PACKETS]!;
    floats[into + (same ? SRC_BYTES : DST_BYTES)]! += floats[from + SRC_BYTES]!;
    floats[from + SRC_PACKETS] = 0;
    floats[from + SRC_BYTES] = 0;
    const endAt = into + (same ? SRC_END : DST_END);
    const startAt = into + (same ? SRC_START : DST_START);
    const alone = floats[into + SRC_END] === 0 && floats[into + DST_END] === 0;
    if (alone && floats[startAt]! > floats[from + SRC_START]!) {
      floats[startAt] = floats[from + SRC_START]!;
    }
    if (floats[endAt]! < floats[from + SRC_END]!) floats[endAt] = floats[from + SRC_END]!;
  }

  #untie(parent: number, train: number): void {
    const words = this.#table.words;
    let at = parent * STRIDE + KIN;
    while (words[at] !== train) at = words[at]! * STRIDE + SIBLING;
    words[at] = words[train * STRIDE + SIBLING]!;
  }

  #send(slot: number, reason: CloseReason): void {
    const { words, floats } = this.#table;
    const base = slot * STRIDE;
    const fields = slot * FLOAT_STRIDE;
    if (!this.#isTrain(base)) {
      for (let train = words[base + KIN]!; train >= 0; train = words[train * STRIDE + SIBLING]!)
        this.#absorb(slot, train);
    }
    if (floats[fields + SRC_PACKETS] === 0 && floats[fields + DST_PACKETS] === 0) return;
    const batch = this.#batch;
    const row = batch.length;
    writeRow(this.#table, slot, batch);
    batch.id[row] = ++this.stats.records;
    batch.closeReason[row] = CLOSE_REASONS.indexOf(reason);
    words[base + BITS] |= WRITTEN;
    if (batch.length === batch.capacity) this.#flush();
  }

  #isTrain(base: number): boolean {
    const head = this.#table.words[base + KEY]!;
    return (head & 0xff) <= KIND_IPV6 && head >>> 16 !== 0;
  }

  #flush(): void {
    if (this.#batch.length === 0) return;
    this.#onBatch(this.#batch);
    this.#batch.length = 0;
  }

  /** Takes a flow out of queues and table; its trains go too, each with a record if it is owed one. */
  #delete(slot: number): void {
    const words = this.#table.words;
    const base = slot * STRIDE;
    if (!this.#isTrain(base)) {
      let train = words[base + KIN]!;
      words[base + KIN] = -1;
      while (train >= 0) {
        const next = words[train * STRIDE + SIBLING]!;
        this.#send(train, 'idle');
        this.#drop(train);
        train = next;
      }
    }
    this.#drop(slot);
  }

  #drop(slot: number): void {
    this.#queues.remove(slot);
    this.#oneWay.leave(slot);
    this.#table.remove(slot);
    if (this.#last === slot) this.#last = -1;
  }

  #tick(time: number): void {
    this.#expireStatus(time);
    const queues = this.#queues;
    for (let queue = TIMEOUT_5; queue < QUEUES; queue++) {
      const wait = TIMEOUT_MICROS[queue]!;
      let slot = queues.oldest(queue);
      while (slot >= 0 && time - this.#table.floats[slot * FLOAT_STRIDE + QUEUE_TIME]! >= wait) {
        this.#delete(slot);
        slot = queues.oldest(queue);
      }
    }
    const late = time - this.#nextTick > TICK;
    this.#nextTick = (late ? time : this.#nextTick) + TICK;
  }

  /** Sends the record of every flow that has waited for the status interval, and lets it fall silent. */
  #expireStatus(time: number): void {
    const queues = this.#queues;
    const table = this.#table;
    for (;;) {
      const slot = queues.oldest(STATUS);
      if (slot < 0) return;
      if (time - table.floats[slot * FLOAT_STRIDE + QUEUE_TIME]! < this.#statusMicros) return;
      queues.remove(slot);
      this.#retireTrains(slot, time);
      const queue = timeoutQueue(table.words[slot * STRIDE + KEY]!);
      if ((table.words[slot * STRIDE + BITS]! & WRITTEN) === 0) {
        this.#send(slot, this.#reason(slot, time, TIMEOUT_MICROS[queue]!));
      }
      queues.push(queue, slot, time);
    }
  }

  #reason(slot: number, time: number, timeout: number): CloseReason {
    if (time - this.#table.floats[slot * FLOAT_STRIDE + LAST_SEEN]! < timeout) return 'status';
    return (this.#table.words[slot * STRIDE + BITS]! & CLOSED) !== 0 ? 'closed' : 'idle';
  }

  #retireTrains(parent: number, time: number): void {
    const words = this.#table.words;
    if (this.#isTrain(parent * STRIDE)) return;
    let train = words[parent * STRIDE + KIN]!;
    while (train >= 0) {
      const next = words[train * STRIDE + SIBLING]!;
      this.#absorb(parent, train);
      if (time - this.#table.floats[train * FLOAT_STRIDE + LAST_SEEN]! >= TRAIN_TIMEOUT) {
        this.#untie(parent, train);
        this.#drop(train);
      }
      train = next;
    }
  }

  /** Makes room for one flow: see {@link OneWayList.candidate}. */
  #evict(time: number): boolean {
    let slot = this.#oneWay.candidate(time);
    if (slot >= 0) this.stats.evictedOneWay++;
    else slot = this.#oldestInAnyQueue();
    if (slot < 0) return false;
    if ((this.#table.words[slot * STRIDE + BITS]! & WRITTEN) === 0) this.#send(slot, 'evicted');
    this.#delete(slot);
    this.stats.evicted++;
    return true;
  }

  #oldestInAnyQueue(): number {
    for (let queue = QUEUES - 1; queue >= 0; queue--) {
      const slot = this.#queues.oldest(queue);
      if (slot >= 0) return slot;
    }
    return -1;
  }
}

/** The queue of a flow's idle timeout: TCP 60 s, ICMP and ARP 5 s, all else 30 s. */
function timeoutQueue(head: number): number {
  const kind = head & 0xff;
  if (kind === KIND_ARP || kind === KIND_RARP) return TIMEOUT_5;
  if (kind === KIND_MAC || head >>> 16 !== 0) return TIMEOUT_30;
  const protocol = (head >>> 8) & 0xff;
  if (protocol === 6) return TIMEOUT_60;
  return protocol === 1 || protocol === 58 ? TIMEOUT_5 : TIMEOUT_30;
}
