import { Packet } from '../decode/index.ts';
import { Departures, OWN_PACKET, reasonOf } from './departures.ts';
import { FlowBatch } from './flow.ts';
import { mapIcmpError, noteIcmp, quotesPacket } from './icmp.ts';
import { FlowKey, KIND_ARP, KIND_IPV4, KIND_IPV6 } from './key.ts';
import { findKnown } from './known.ts';
import type { Lanes } from './lanes.ts';
import { Datagram, noteMedia } from './media.ts';
import { METER_DEFAULTS, type MeterOptions, type MeterStats } from './meter-options.ts';
import { OneWayList } from './one-way.ts';
import { AHEAD, FlowQueues, queueOf } from './queue.ts';
import { clearRecord, lastSeen, noteAnomalies, setTos, stampRecord, tally } from './record.ts';
import {
  ANOMALY_LOW,
  BITS,
  DST_TOS,
  FIRST,
  FLOAT_STRIDE,
  FRAGMENT_BYTES,
  FRAGMENT_TOTAL,
  KEY,
  KIN,
  LINK_STRIDE,
  LISTED,
  MEDIA_MASK,
  QUEUE_MASK,
  QUEUE_TIME,
  REVERSED,
  SIBLING,
  SRC_START,
  SRC_TOS,
  STRIDE,
  TCP,
  TURN,
  TURNED,
  WRITTEN,
} from './slot.ts';
import { FlowTable } from './table.ts';
import { followTcp, Segment, startTcp } from './tcp-machine.ts';
import { QUEUES, STATUS, TIMEOUT_MICROS, TickClock, timeoutQueue } from './timeout.ts';
import { absorbTrain, isTrain, tieTrain, trainTooMany, untieTrain } from './train.ts';

/** How long a fragment train outlives its flow's status record. */
const TRAIN_TIMEOUT = 2e6;

/**
 * Turns packets into bidirectional flow records, cut as Argus 3.0.8 cuts them: see `docs/flow.md`.
 * Records leave through `onBatch` in batches that are reused after the call. Order and content depend
 * on packets and options only.
 */
export class Meter {
  readonly stats: MeterStats;
  /** The flows, and how they wait; for `burst.ts`, which fetches their memory ahead. */
  readonly table: FlowTable;
  readonly queues: FlowQueues;
  readonly #oneWay: OneWayList;
  readonly #key = new FlowKey();
  readonly #quoted = new FlowKey();
  readonly #plain = new Packet();
  readonly #segment = new Segment();
  readonly #datagram = new Datagram();
  readonly #exit: Departures;
  readonly #statusMicros: number;
  #last = -1;
  #hash = 0;
  /** Absent where somebody else says when queues are looked at. */
  readonly #ticks: TickClock | undefined;
  /** Latest time of any packet: what enters a queue must not seem younger than what is in it. */
  #clock = Number.NEGATIVE_INFINITY;

  constructor(options: MeterOptions, onBatch: (batch: FlowBatch) => void) {
    const settings = { ...METER_DEFAULTS, ...options };
    this.table = new FlowTable(Math.max(1, settings.maxFlows), settings.seed);
    this.queues = new FlowQueues(this.table, QUEUES);
    this.#oneWay = new OneWayList(this.table);
    this.#ticks = settings.ticked ? undefined : new TickClock();
    this.#statusMicros = settings.statusInterval * 1e6;
    this.stats = {
      packets: 0,
      ignored: 0,
      flows: 0,
      records: 0,
      evicted: 0,
      evictedOneWay: 0,
      peakFlows: 0,
      tableBytes: this.table.bytes,
    };
    this.#exit = new Departures(this.table, this.stats, new FlowBatch(settings.batchRows), onBatch);
  }

  /**
   * Accounts one packet. Never throws, whatever the packet holds.
   * @param position number of the packet, and the latest time up to it, where others see some of them
   */
  add(
    packet: Packet,
    position: number = this.stats.packets + 1,
    clock: number = Math.max(this.#clock, packet.time),
  ): void {
    const key = this.#key;
    const time = packet.time;
    this.stats.packets++;
    this.#exit.packet = position;
    this.#clock = clock;
    if (!key.read(packet)) this.stats.ignored++;
    else this.#account(this.#find(key), packet);
    if (this.#ticks?.due(time)) this.tick(time, position, clock);
  }

  /** @param found the slot of the packet's flow, or -1 */
  #account(found: number, packet: Packet): void {
    const { time } = packet;
    const known = found >= 0;
    const slot = known ? this.#touch(found, time) : this.#create(time, true);
    if (slot >= 0) this.#update(slot, packet, !known);
  }

  /** Accounts a plain packet, as if it had been decoded and given to {@link add}. */
  addPlain(lanes: Lanes, lane: number): void {
    const time = lanes.time[lane]!;
    this.stats.packets++;
    this.#exit.packet = lanes.position[lane]!;
    this.#clock = lanes.clock[lane]!;
    if (!this.#follow(lanes, lane)) {
      this.#key.takeLane(lanes, lane);
      this.#hash = lanes.hash[lane]!;
      lanes.toPacket(lane, this.#plain);
      this.#account(this.table.find(this.#key.words, this.#hash), this.#plain);
    }
    if (this.#ticks?.due(time)) this.tick(time, this.#exit.packet, this.#clock);
  }

  /**
   * The short way of a plain packet whose flow is known and in its normal course.
   * @returns false, with nothing done, for any other
   */
  #follow(lanes: Lanes, lane: number): boolean {
    const slot = findKnown(this.table, lanes, lane, this.#statusMicros);
    if (slot < 0) return false;
    const table = this.table;
    const { words } = table;
    const base = slot * STRIDE;
    this.#last = slot;
    const turned = lanes.turned[lane] === 1;
    let forward = stampRecord(table, slot, lanes.time[lane]!, turned);
    const anomalies = lanes.anomalies[lane]!;
    if (anomalies !== 0) words[base + ANOMALY_LOW]! |= anomalies;
    const { bytes } = lanes;
    const start = lanes.start[lane]!;
    const tos = bytes[start + 15]!;
    setTos(words, base, tos, forward);
    const tcp = bytes[start + 23] === 6;
    const payload = ((bytes[start + 16]! << 8) | bytes[start + 17]!) - 20;
    if (tcp) {
      this.#segment.read(bytes, start + 34, lanes.end[lane]!, payload);
      if (followTcp(words, base, this.#segment, forward)) {
        this.#key.turned = turned;
        this.#key.tos = tos;
        this.#restart(slot, lanes.time[lane]!, forward);
        forward = true;
      }
    } else if ((words[base + BITS]! & MEDIA_MASK) !== 0) {
      this.#datagram.read(bytes, start + 34, lanes.end[lane]!, payload);
      noteMedia(words, base, this.#datagram, forward, false);
    }
    tally(table, slot, forward, lanes.originalLength[lane]!);
    if ((words[base + BITS]! & LISTED) !== 0) this.#oneWay.settle(slot, tcp);
    return true;
  }

  /** Sends a record of every flow that has not had its last one, and the batch. */
  finish(): void {
    const queues = this.queues;
    this.#exit.packet = Number.POSITIVE_INFINITY;
    for (let queue = QUEUES - 1; queue >= 0; queue--) {
      this.#exit.phase = QUEUES - queue;
      let ahead = 0;
      for (let slot = queues.oldest(queue); slot >= 0; slot = queues.next(slot)) {
        if (ahead-- === 0) {
          queues.fetch(slot, Number.POSITIVE_INFINITY);
          ahead = AHEAD - 1;
        }
        this.#exit.turn = this.table.links[slot * LINK_STRIDE + TURN]! >>> 0;
        this.#exit.sendDue(slot, 'end');
        this.#exit.sendTrains(slot);
      }
    }
    queues.clear();
    this.#oneWay.clear();
    this.table.clear();
    this.#last = -1;
    this.#exit.phase = OWN_PACKET;
    this.flush();
  }

  #find(key: FlowKey): number {
    const table = this.table;
    if (this.#last >= 0 && table.holds(this.#last, key.words)) return this.#last;
    this.#hash = table.hash(key.words);
    const slot = table.find(key.words, this.#hash);
    if (slot >= 0) this.#last = slot;
    return slot;
  }

  /** A packet came for a flow: its status record may be due, or it may be back from silence. */
  #touch(slot: number, time: number): number {
    const queues = this.queues;
    const queue = queueOf(this.table.words, slot * STRIDE);
    if (queue === STATUS) {
      const since = this.table.floats[slot * FLOAT_STRIDE + QUEUE_TIME]!;
      if (time - since < this.#statusMicros) return slot;
      this.#expire(slot, time);
    } else if (queue < 0 || this.#key.fragment) return slot;
    queues.remove(slot);
    this.#enqueue(slot);
    return slot;
  }

  /** Puts the flow into the queue for its status record; flows leave it as they came. */
  #enqueue(slot: number): void {
    this.table.links[slot * LINK_STRIDE + TURN] = this.#exit.packet;
    this.queues.push(STATUS, slot, this.#clock);
  }

  /** Makes the flow that {@link #find} has just not found. */
  #create(time: number, queued: boolean): number {
    const table = this.table;
    const key = this.#key;
    if (table.full && !this.#evict(time)) return -1;
    const slot = table.add(key.words, this.#hash);
    const base = slot * STRIDE;
    const words = table.words;
    // An ARP's asker is its originator even if the answer came first.
    const turned = key.turned && key.kind !== KIND_ARP;
    words[base + BITS] = FIRST | (turned ? TURNED | REVERSED : 0);
    table.links[slot * LINK_STRIDE + KIN] = -1;
    table.links[slot * LINK_STRIDE + SIBLING] = -1;
    if (queued) {
      this.#enqueue(slot);
      this.#oneWay.push(slot);
    }
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
    stampRecord(this.table, slot, time, key.turned);
    const words = this.table.words;
    const base = slot * STRIDE;
    noteAnomalies(words, base, packet);
    let forward = ((words[base + BITS]! & TURNED) !== 0) === key.turned;
    if (key.kind <= KIND_IPV6) {
      setTos(words, base, key.tos, forward);
      if (key.fragment) {
        tally(this.table, slot, forward, key.frameBytes);
        this.#gather(slot);
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
      } else if (key.protocol === 17) {
        this.#datagram.read(packet.bytes, key.upper, packet.end, key.length);
        noteMedia(words, base, this.#datagram, forward, start);
      } else if (key.protocol === 1 && key.kind === KIND_IPV4) {
        noteIcmp(this.table, slot, key, start);
        if (quotesPacket(key)) mapIcmpError(this.table, this.#quoted, key, packet);
      }
    }
    tally(this.table, slot, forward, key.frameBytes);
    this.#oneWay.settle(slot, key.protocol === 6 && key.kind <= KIND_IPV6);
    if (key.leads && key.kind <= KIND_IPV6) this.#lead(slot, time);
  }

  /** A SYN on a closed connection: the old record leaves, a new one begins with this packet. */
  #restart(slot: number, time: number, forward: boolean): void {
    const { words, floats } = this.table;
    const base = slot * STRIDE;
    this.#exit.send(slot, 'restarted');
    clearRecord(this.table, slot);
    const turned = this.#key.turned;
    let bits = words[base + BITS]! & (SRC_TOS | DST_TOS | REVERSED | LISTED | QUEUE_MASK);
    if (!forward) bits &= ~REVERSED;
    words[base + BITS] = bits | FIRST | (turned ? TURNED : 0);
    words[base + TCP] = 0;
    floats[slot * FLOAT_STRIDE + SRC_START] = time;
    this.queues.remove(slot);
    this.#enqueue(slot);
    setTos(words, base, this.#key.tos, true);
    startTcp(words, base, this.#segment, true);
  }

  /** A first fragment: the train that will follow it is tied to its flow. */
  #lead(parent: number, time: number): void {
    const key = this.#key;
    key.toTrain();
    let train = this.#find(key);
    if (train < 0 || this.table.links[train * LINK_STRIDE + KIN]! < 0) {
      // Making room could evict the parent itself: a full table goes without the train.
      if (train < 0 && this.table.full) return;
      const oldest = trainTooMany(this.table, parent);
      if (oldest >= 0) this.#endTrain(parent, oldest);
      if (train < 0) {
        train = this.#create(time, false);
        stampRecord(this.table, train, time, key.turned);
      } else {
        this.queues.remove(train);
        this.#oneWay.leave(train);
        // What it counted has left in a record of its own.
        if ((this.table.words[train * STRIDE + BITS]! & WRITTEN) !== 0)
          clearRecord(this.table, train);
      }
      tieTrain(this.table, parent, train);
    }
    this.#gather(train);
  }

  /** Counts a fragment's payload; a complete train goes into its flow and is forgotten. */
  #gather(train: number): void {
    const key = this.#key;
    const words = this.table.words;
    const base = train * STRIDE;
    words[base + FRAGMENT_BYTES]! += key.length;
    if (!key.moreFragments) words[base + FRAGMENT_TOTAL] = key.fragmentOffset + key.length;
    const total = words[base + FRAGMENT_TOTAL]!;
    if (total === 0 || total !== words[base + FRAGMENT_BYTES]) return;
    const parent = this.table.links[train * LINK_STRIDE + KIN]!;
    if (parent >= 0) this.#endTrain(parent, train);
    else {
      this.#exit.send(train, 'idle');
      this.#delete(train);
    }
  }

  /** The train's packets go into its flow, and it is forgotten. */
  #endTrain(parent: number, train: number): void {
    absorbTrain(this.table, parent, train);
    untieTrain(this.table, parent, train);
    this.#drop(train);
  }

  /** Hands out the records that wait for a full batch. */
  flush(): void {
    this.#exit.flush();
  }

  /** Notes an ICMP error whose own flow another meter has with the flow that it is about. */
  noteError(packet: Packet): void {
    const key = this.#key;
    if (key.read(packet) && key.kind === KIND_IPV4 && quotesPacket(key))
      mapIcmpError(this.table, this.#quoted, key, packet);
  }

  /** Takes a flow out of queues and table; its trains go too, each with a record if it is owed one. */
  #delete(slot: number): void {
    for (let train = this.#exit.sendTrains(slot); train >= 0; ) {
      const next = this.table.links[train * LINK_STRIDE + SIBLING]!;
      this.#drop(train);
      train = next;
    }
    this.#drop(slot);
  }

  #drop(slot: number): void {
    this.queues.remove(slot);
    this.#oneWay.leave(slot);
    this.table.remove(slot);
    if (this.#last === slot) this.#last = -1;
  }

  /** Looks at the queues. @param position as for {@link add} */
  tick(time: number, position: number, clock: number): void {
    this.#exit.packet = position;
    this.#clock = clock;
    this.#exit.phase = 1;
    this.#expireStatus(time);
    const queues = this.queues;
    for (let queue = STATUS + 1; queue < QUEUES; queue++) {
      this.#exit.phase = 1 + queue;
      const latest = time - TIMEOUT_MICROS[queue]!;
      for (let slot = queues.due(queue, latest); slot >= 0; slot = queues.due(queue, latest)) {
        this.#exit.turn = this.table.links[slot * LINK_STRIDE + TURN]! >>> 0;
        // Fragments may have come since its record was sent.
        this.#exit.sendDue(slot, 'idle');
        this.#delete(slot);
      }
    }
    this.#exit.phase = OWN_PACKET;
  }

  /** Sends the record of every flow that has waited for the status interval, and lets it fall silent. */
  #expireStatus(time: number): void {
    const queues = this.queues;
    const latest = time - this.#statusMicros;
    for (let slot = queues.due(STATUS, latest); slot >= 0; slot = queues.due(STATUS, latest)) {
      this.#exit.turn = this.table.links[slot * LINK_STRIDE + TURN]! >>> 0;
      this.#expire(slot, time);
    }
  }

  /** The flow's record is due; it falls silent. */
  #expire(slot: number, time: number): void {
    const table = this.table;
    const queues = this.queues;
    queues.remove(slot);
    this.#retireTrains(slot, time);
    const queue = timeoutQueue(table.words[slot * STRIDE + KEY]!);
    this.#exit.sendDue(slot, reasonOf(table, slot, time - TIMEOUT_MICROS[queue]!));
    queues.push(queue, slot, this.#clock);
  }

  #retireTrains(parent: number, time: number): void {
    const { words, links } = this.table;
    let train = links[parent * LINK_STRIDE + KIN]!;
    if (train < 0 || isTrain(words, parent * STRIDE)) return;
    while (train >= 0) {
      const next = links[train * LINK_STRIDE + SIBLING]!;
      absorbTrain(this.table, parent, train);
      if (time - lastSeen(this.table, train) >= TRAIN_TIMEOUT) {
        untieTrain(this.table, parent, train);
        this.#drop(train);
      }
      train = next;
    }
  }

  /** Makes room for one flow: see {@link OneWayList.candidate}. */
  #evict(time: number): boolean {
    let slot = this.#oneWay.candidate(time);
    if (slot >= 0) this.stats.evictedOneWay++;
    else slot = this.queues.oldestOfAll();
    if (slot < 0) return false;
    this.#exit.sendDue(slot, 'evicted');
    this.#delete(slot);
    this.stats.evicted++;
    return true;
  }
}
