import type { IpLayer } from '../../decode/index.ts';
import { CONN_CLOSE_REASONS, ConnBatch, type ConnCloseReason } from './batch.ts';
import { deadline, LINGER } from './deadline.ts';
import { writeConn } from './emit.ts';
import { ConnKey, TCP_TRANSPORT, UDP_TRANSPORT } from './key.ts';
import { isBroadcast } from './layer.ts';
import type { ZeekOptions, ZeekStats } from './options.ts';
import type { ConnParts } from './parts.ts';
import type { Segment } from './segment.ts';
import { portTable } from './server-ports.ts';
import {
  COLD_FLOATS,
  FLAGS,
  FLOAT_STRIDE,
  HAS_TIMER,
  LAST,
  LENGTH,
  START,
  STRIDE,
  TURNED,
} from './slot.ts';
import type { ConnTable } from './table.ts';
import { Wheel } from './wheel.ts';

/**
 * Connections that turn out to be busy are passed over so often before one is evicted all the same. A
 * packet of their own had put each off, and it pays for the step; the limit holds for one eviction.
 */
const MAX_PASSED = 65_536;
/** Connections whose end is looked at together: their memory fits the first cache. */
const EXPIRED_AT_ONCE = 64;

const reasonNumber = (reason: ConnCloseReason): number => CONN_CLOSE_REASONS.indexOf(reason);
const TIMEOUT = reasonNumber('timeout');
const CLOSED = reasonNumber('closed');
const REUSED = reasonNumber('reused');
const EVICTED = reasonNumber('evicted');
const END = reasonNumber('end');

/** When connections begin and end, and their rows. */
export class Lifetimes {
  /** The key in hand: read by the tracker, and taken for a connection that begins. */
  readonly key = new ConnKey();
  readonly #parts: ConnParts;
  readonly #table: ConnTable;
  readonly #wheel: Wheel;
  readonly #batch: ConnBatch;
  readonly #onBatch: (batch: ConnBatch) => void;
  readonly #taken = new Int32Array(EXPIRED_AT_ONCE);
  readonly #serverPorts: { readonly tcp: Uint8Array; readonly udp: Uint8Array };
  readonly #timeouts: Float64Array;
  /** No connection without timer ends within this time of its last packet. */
  readonly #quiet: number;
  readonly stats: ZeekStats;
  /** Latest time of any packet. */
  clock: number = Number.NEGATIVE_INFINITY;

  constructor(
    parts: ConnParts,
    settings: Required<ZeekOptions>,
    stats: ZeekStats,
    onBatch: (batch: ConnBatch) => void,
  ) {
    this.#parts = parts;
    this.#table = parts.table;
    this.#wheel = new Wheel(parts.table);
    this.#batch = new ConnBatch(settings.batchRows);
    this.#onBatch = onBatch;
    this.stats = stats;
    this.#serverPorts = {
      tcp: portTable(settings.likelyServerPorts.tcp),
      udp: portTable(settings.likelyServerPorts.udp),
    };
    const { unknownInactivity, tcpInactivity, udpInactivity, icmpInactivity } = settings;
    const seconds = [unknownInactivity, tcpInactivity, udpInactivity, icmpInactivity];
    this.#timeouts = Float64Array.from([...seconds, settings.dnsTimeout], (value) => value * 1e6);
    this.#quiet = Math.min(LINGER, ...seconds.map((value) => value * 1e6));
  }

  /** The time goes on: what is due by then ends. */
  pass(time: number): void {
    if (time > this.clock) this.clock = time;
    if (this.clock >= this.#wheel.next) this.#expire();
  }

  /** Sends a row of every connection that is left, and the batch. */
  finish(): void {
    const slots = this.#taken;
    for (let count = this.#wheel.takeLeft(slots); count > 0; count = this.#wheel.takeLeft(slots)) {
      this.#table.touch(slots, count);
      for (let i = 0; i < count; i++) this.#end(slots[i]!, END);
    }
    this.#flush();
  }

  /**
   * The connection of a packet, made if there is none or it is over.
   * @param slot where the key in hand was found, or -1
   * @returns the slot of its connection now
   */
  // Six arguments: an object a packet would be one allocation each.
  settled(
    slot: number,
    hash: number,
    time: number,
    bytes: Uint8Array,
    layer: IpLayer,
    segment: Segment | null,
  ): number {
    if (slot >= 0) {
      const over = this.#isOver(slot);
      if (!over && (segment === null || !this.#parts.tcp.isReuse(slot, segment))) {
        this.#parts.tunnels.note(slot);
        return slot;
      }
      this.#wheel.remove(slot);
      this.#end(slot, over ? this.#reason(slot) : REUSED);
    }
    if (this.#table.full) this.#evict();
    return this.#create(hash, time, bytes, layer, segment);
  }

  // Five, for the same reason.
  #create(
    hash: number,
    time: number,
    bytes: Uint8Array,
    layer: IpLayer,
    segment: Segment | null,
  ): number {
    const table = this.#table;
    const key = this.key;
    const { stats } = this;
    const slot = table.add(key.words, key.length, hash);
    const { words, floats } = table;
    stats.connections++;
    words[slot * STRIDE + FLAGS] = key.turned ? TURNED : 0;
    table.coldFloats[slot * COLD_FLOATS + START] = time;
    floats[slot * FLOAT_STRIDE + LAST] = time;
    if (key.transport === TCP_TRANSPORT) this.#parts.tcp.start(slot);
    else {
      const at = slot * FLOAT_STRIDE + LENGTH;
      floats[at] = -1;
      floats[at + 1] = -1;
    }
    this.#parts.tunnels.begin(slot);
    if (this.#isAnswer(layer, segment) && !isBroadcast(bytes, layer)) this.#parts.sides.flip(slot);
    this.#parts.streams.begin(slot, this.clock);
    this.#wheel.push(slot, this.#due(slot));
    if (table.count > stats.peakConnections) {
      stats.peakConnections = table.count;
      stats.tableBytes = table.memory;
    }
    return slot;
  }

  /** A first packet that by its ports comes from the server. */
  #isAnswer(layer: IpLayer, segment: Segment | null): boolean {
    const { transport, sourcePort, destinationPort } = this.key;
    if (transport === UDP_TRANSPORT) {
      const { udp } = this.#serverPorts;
      return udp[sourcePort] === 1 && udp[destinationPort] === 0;
    }
    if (transport !== TCP_TRANSPORT) return false;
    const flags = segment === null ? layer.tcpFlags : segment.flags;
    if ((flags & 0x12) === 2) return false;
    const { tcp } = this.#serverPorts;
    if (tcp[sourcePort] === 0) return false;
    return tcp[destinationPort] === 0 || ((flags & 2) === 0 && sourcePort < destinationPort);
  }

  #isOver(slot: number): boolean {
    return !this.isBusy(slot) && this.#due(slot) <= this.clock;
  }

  /** True when nothing but a timer, which there is not, could end a connection so soon. */
  isBusy(slot: number): boolean {
    const { words, floats } = this.#table;
    if ((words[slot * STRIDE + FLAGS]! & HAS_TIMER) !== 0) return false;
    return this.clock - floats[slot * FLOAT_STRIDE + LAST]! < this.#quiet;
  }

  #due(slot: number): number {
    return deadline(this.#table, slot, this.#timeouts);
  }

  #reason(slot: number): number {
    return this.#parts.sides.hasClosed(slot) ? CLOSED : TIMEOUT;
  }

  #expire(): void {
    const wheel = this.#wheel;
    const slots = this.#taken;
    for (let count = wheel.takeMany(this.clock, slots); count > 0; ) {
      this.#table.touch(slots, count);
      for (let i = 0; i < count; i++) {
        const slot = slots[i]!;
        const due = this.#due(slot);
        if (due <= this.clock) this.#end(slot, this.#reason(slot));
        else wheel.push(slot, due);
      }
      count = wheel.takeMany(this.clock, slots);
    }
  }

  #evict(): void {
    const wheel = this.#wheel;
    for (let passed = 0; ; passed++) {
      const slot = wheel.takeSoonest();
      const due = this.#due(slot);
      if (due <= this.clock) this.#end(slot, this.#reason(slot));
      else if (passed < MAX_PASSED && wheel.isLate(due)) {
        wheel.push(slot, due);
        continue;
      } else {
        this.stats.evicted++;
        this.#end(slot, EVICTED);
      }
      return;
    }
  }

  /** Writes the row of a slot that is in no bucket, and frees it. */
  #end(slot: number, reason: number): void {
    writeConn(this.#batch, slot, reason, this.#parts);
    this.stats.records++;
    this.stats.unread = this.#parts.streams.unread;
    this.#parts.histories.forget(slot);
    this.#parts.streams.forget(slot);
    this.#parts.tunnels.forget(slot);
    this.#parts.rare.forget(slot);
    this.#table.remove(slot);
    if (this.#batch.length === this.#batch.capacity) this.#flush();
  }

  #flush(): void {
    if (this.#batch.length === 0) return;
    this.#onBatch(this.#batch);
    this.#batch.length = 0;
  }
}
