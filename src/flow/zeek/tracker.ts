import { Frame } from '../../capture/index.ts';
import { createDecoder, type IpLayer, Packet } from '../../decode/index.ts';
import { ConnBatch, type ConnCloseReason } from './batch.ts';
import { headerSumGood, payloadSumGood } from './checksum.ts';
import { deadline, LINGER } from './deadline.ts';
import { writeConn } from './emit.ts';
import { Fragments } from './fragments.ts';
import { Histories, SEEN_DATA } from './history.ts';
import { ConnKey, ICMP_TRANSPORT, TCP_TRANSPORT, UDP_TRANSPORT } from './key.ts';
import { declaredLength, isBroadcast, isMulticast, isVxlan } from './layer.ts';
import { emptyStats, ZEEK_DEFAULTS, type ZeekOptions, type ZeekStats } from './options.ts';
import { Reassembly } from './reassembly.ts';
import { Segment } from './segment.ts';
import { portTable } from './server-ports.ts';
import { Sides } from './sides.ts';
import {
  CHECKSUMS,
  FLAGS,
  FLOAT_STRIDE,
  IP_BYTES,
  LAST,
  LENGTH,
  PACKETS,
  SIDE_FLOAT,
  SIDE_FLOATS,
  START,
  STRIDE,
  TIMER,
  TURNED,
} from './slot.ts';
import { Streams } from './streams.ts';
import { ConnTable } from './table.ts';
import { TcpMachine } from './tcp.ts';
import { teredoPacket } from './teredo.ts';
import { isGreInUdp, isIpTunnel, TEREDO, Tunnels, tunnelService } from './tunnels.ts';
import { Wheel } from './wheel.ts';

const ESP = 50;
const NO_NEXT_HEADER = 59;
const IPV4 = 4;
const LETTER_C = 67;
const LETTER_D = 68;
const LINKTYPE_RAW = 101;
/** Datagrams inside datagrams that were put together: deeper ones are left out. */
const MAX_DEPTH = 3;
/** Connections that turn out to be busy are passed over so often before one is evicted all the same. */
const MAX_PASSED = 16;
/** Zeek's `Tunnel::max_depth`. */
const MAX_TUNNELS = 4;

/**
 * Tracks connections as Zeek does, packet by packet, and yields the rows of its `conn.log`: see
 * `docs/views/zeek.md`. Rows leave through `onBatch` in batches that are reused after the call. Order
 * and content depend on packets and options only.
 */
export class ZeekTracker {
  readonly stats: ZeekStats;
  readonly #table: ConnTable;
  readonly #wheel: Wheel;
  readonly #histories: Histories;
  readonly #streams: Streams;
  readonly #tunnels: Tunnels;
  readonly #sides: Sides;
  readonly #reassembly: Reassembly;
  readonly #tcp: TcpMachine;
  readonly #fragments = new Fragments();
  readonly #key = new ConnKey();
  readonly #segment = new Segment();
  readonly #inner: { frame: Frame; packet: Packet }[] = [];
  readonly #decoder = createDecoder();
  readonly #batch: ConnBatch;
  readonly #onBatch: (batch: ConnBatch) => void;
  readonly #options: Required<ZeekOptions>;
  readonly #serverPorts: { readonly tcp: Uint8Array; readonly udp: Uint8Array };
  readonly #timeouts: Float64Array;
  /** No connection without timer ends within this time of its last packet. */
  readonly #quiet: number;
  #clock = Number.NEGATIVE_INFINITY;

  constructor(options: ZeekOptions, onBatch: (batch: ConnBatch) => void) {
    const settings = { ...ZEEK_DEFAULTS, ...options };
    this.#options = settings;
    this.#onBatch = onBatch;
    this.#batch = new ConnBatch(settings.batchRows);
    this.#table = new ConnTable(settings.maxFlows, settings.seed);
    this.#wheel = new Wheel(this.#table);
    this.#histories = new Histories(this.#table);
    this.#streams = new Streams(this.#table, settings);
    this.#sides = new Sides(this.#table, this.#histories, this.#streams);
    this.#tunnels = new Tunnels(this.#table, this.#histories, settings.seed);
    this.#reassembly = new Reassembly(this.#table, this.#histories, this.#streams, settings);
    this.#tcp = new TcpMachine(this.#table, this.#histories, this.#reassembly, this.#sides);
    this.#tcp.countRepeats = settings.countRepeats;
    this.#serverPorts = {
      tcp: portTable(settings.likelyServerPorts.tcp),
      udp: portTable(settings.likelyServerPorts.udp),
    };
    const { unknownInactivity, tcpInactivity, udpInactivity, icmpInactivity } = settings;
    const seconds = [unknownInactivity, tcpInactivity, udpInactivity, icmpInactivity];
    this.#timeouts = Float64Array.from([...seconds, settings.dnsTimeout], (value) => value * 1e6);
    this.#quiet = Math.min(LINGER, ...seconds.map((value) => value * 1e6));
    this.stats = emptyStats(this.#table.memory);
  }

  /** Accounts one packet. Never throws, whatever the packet holds. */
  add(packet: Packet): void {
    this.stats.packets++;
    const { time } = packet;
    if (time > this.#clock) this.#clock = time;
    if (this.#clock >= this.#wheel.next) this.#expire();
    this.#tunnels.leave();
    if (packet.ipCount === 0) this.stats.ignored++;
    else this.#follow(packet, 0);
  }

  /** Sends a row of every connection that is left, and the batch. */
  finish(): void {
    this.#wheel.drain((slot) => this.#end(slot, 'end'));
    this.#flush();
  }

  /** @param depth how many datagrams that were put together, or found by content, are around it */
  #follow(packet: Packet, depth: number): void {
    const { ip, ipCount } = packet;
    for (let i = 0; i < ipCount && i <= MAX_TUNNELS; i++) {
      const layer = ip[i]!;
      if (!this.#isSound(packet, layer, depth)) return;
      if (layer.moreFragments || layer.fragmentOffset > 0) {
        if (!this.#wholeWithout(packet, layer, depth)) return;
      }
      const deeper = i + 1 < ipCount;
      if (isIpTunnel(layer.protocol, deeper)) this.#tunnels.enterIp(packet.bytes, layer);
      else if (!this.#account(packet, layer, deeper, depth)) return;
    }
  }

  /** Declared lengths and the header's checksum hold. */
  #isSound(packet: Packet, layer: IpLayer, depth: number): boolean {
    const { version, headerLength } = layer;
    const declared = declaredLength(packet.bytes, layer);
    const frame = packet.originalLength - (layer.headerStart - packet.start);
    const { ignoreChecksums } = this.#options;
    const cut = layer.headerStart + headerLength > packet.end || declared > frame;
    const empty = declared === 0 && !ignoreChecksums;
    if (cut || empty || (declared !== 0 && declared < headerLength)) {
      this.stats.ignored++;
      return false;
    }
    if (version !== 4 || ignoreChecksums || depth > 0) return true;
    if (headerSumGood(packet.bytes, layer)) return true;
    this.stats.badChecksums++;
    return false;
  }

  /** A fragment. @returns true when it is to be looked at as if it were whole */
  #wholeWithout(packet: Packet, layer: IpLayer, depth: number): boolean {
    this.stats.fragments++;
    if (layer.payloadEnd - layer.payloadStart < layer.payloadLength) {
      return layer.fragmentOffset === 0;
    }
    const fragments = this.#fragments;
    const whole = fragments.add(packet.bytes, layer, packet.time);
    this.stats.lostDatagrams = fragments.lost;
    if (whole) this.#nested(packet, fragments.bytes, 0, fragments.length, depth);
    return false;
  }

  // Five arguments, for an object a datagram would be one allocation each.
  #nested(packet: Packet, bytes: Uint8Array, start: number, end: number, depth: number): void {
    if (depth >= MAX_DEPTH) {
      this.stats.ignored++;
      return;
    }
    this.#inner[depth] ??= { frame: new Frame(), packet: new Packet() };
    const { frame, packet: inner } = this.#inner[depth]!;
    frame.bytes = bytes === this.#fragments.bytes ? bytes.slice(start, end) : bytes;
    frame.start = bytes === this.#fragments.bytes ? 0 : start;
    frame.end = frame.start + end - start;
    frame.originalLength = end - start;
    frame.time = packet.time;
    frame.nanos = packet.nanos;
    frame.number = packet.number;
    frame.linkType = LINKTYPE_RAW;
    this.#decoder.decode(frame, inner);
    this.#follow(inner, depth + 1);
  }

  /** A packet of a connection. @returns true when what it carries is to be followed */
  #account(packet: Packet, layer: IpLayer, deeper: boolean, depth: number): boolean {
    const { protocol } = layer;
    if (protocol === ESP || protocol === NO_NEXT_HEADER) return false;
    const key = this.#key;
    if (!key.read(packet.bytes, layer)) {
      this.stats.ignored++;
      return false;
    }
    const { transport } = key;
    if (transport === TCP_TRANSPORT) {
      this.#countTcp(packet, layer);
      return false;
    }
    const slot = this.#slotFor(packet, layer, null);
    const role = this.#roleOf(slot);
    if (transport === UDP_TRANSPORT)
      return this.#countUdp(slot, role, packet, layer, deeper, depth);
    if (transport === ICMP_TRANSPORT) this.#countIcmp(slot, role, packet, layer);
    else {
      this.#table.floats[slot * FLOAT_STRIDE + LAST] = packet.time;
      this.#tally(slot, role, packet.bytes, layer);
    }
    return false;
  }

  #countTcp(packet: Packet, layer: IpLayer): void {
    const segment = this.#segment;
    const good = segment.read(packet.bytes, layer, packet.time);
    const slot = this.#slotFor(packet, layer, good ? segment : null);
    let role = this.#roleOf(slot);
    if (!good) return;
    if (this.#checked(layer) && !payloadSumGood(packet.bytes, layer, layer.protocol)) {
      this.#badChecksum(slot, role);
      return;
    }
    role = this.#tcp.follow(slot, role, segment);
    this.#tally(slot, role, packet.bytes, layer);
  }

  // Six arguments for the same reason; this is the hot path.
  #countUdp(
    slot: number,
    role: number,
    packet: Packet,
    layer: IpLayer,
    deeper: boolean,
    depth: number,
  ): boolean {
    const { bytes, time } = packet;
    const { payloadStart } = layer;
    const checksum = (bytes[payloadStart + 6]! << 8) | bytes[payloadStart + 7]!;
    const needed = checksum !== 0 || layer.version !== IPV4;
    if (needed && this.#checked(layer) && !isVxlan(deeper, layer, checksum)) {
      if (!payloadSumGood(bytes, layer, layer.protocol)) {
        this.#badChecksum(slot, role);
        return false;
      }
    }
    const { floats } = this.#table;
    floats[slot * FLOAT_STRIDE + LAST] = time;
    this.#histories.once(slot, role, SEEN_DATA, LETTER_D);
    const declared = (bytes[payloadStart + 4]! << 8) | bytes[payloadStart + 5]!;
    const at = slot * FLOAT_STRIDE + SIDE_FLOAT + role * SIDE_FLOATS + LENGTH;
    floats[at] = floats[at]! < 0 ? declared - 8 : floats[at]! + declared - 8;
    if (deeper) {
      const service = tunnelService(layer.sourcePort, layer.destinationPort);
      if (isGreInUdp(layer)) this.#tunnels.enterIp(bytes, layer);
      else this.#tunnels.enterUdp(slot, role, service);
      this.#tally(slot, role, bytes, layer);
      return true;
    }
    const teredo = teredoPacket(bytes, layer);
    if (teredo >= 0 && layer.dataEnd - layer.dataStart === layer.dataLength) {
      this.#tunnels.enterUdp(slot, role, TEREDO);
      this.#tally(slot, role, bytes, layer);
      this.#nested(packet, bytes, teredo, layer.dataEnd, depth);
      return false;
    }
    if (this.#options.analyse && layer.dataEnd > layer.dataStart) {
      const stream = this.#streams.datagrams(slot);
      stream.deliver(role, bytes, layer.dataStart, layer.dataEnd, time);
      // Counted as the sender was taken to be when it came, as Zeek does.
      if (stream.turnsNow() && !isMulticast(bytes, layer)) this.#sides.flip(slot);
    }
    this.#tally(slot, role, bytes, layer);
    return false;
  }

  #countIcmp(slot: number, role: number, packet: Packet, layer: IpLayer): void {
    const pseudo = layer.version === IPV4 ? 0 : layer.protocol;
    if (this.#checked(layer) && !payloadSumGood(packet.bytes, layer, pseudo)) {
      this.stats.badChecksums++;
      return;
    }
    const { floats } = this.#table;
    floats[slot * FLOAT_STRIDE + LAST] = packet.time;
    const at = slot * FLOAT_STRIDE + SIDE_FLOAT + role * SIDE_FLOATS + LENGTH;
    floats[at] = Math.max(floats[at]!, 0) + layer.payloadLength - 8;
    const whole = layer.payloadEnd - layer.payloadStart >= layer.payloadLength;
    if (whole) this.#tally(slot, role, packet.bytes, layer);
  }

  /** The checksum is to be checked and can be: everything it covers was captured. */
  #checked(layer: IpLayer): boolean {
    return (
      !this.#options.ignoreChecksums && layer.payloadEnd - layer.payloadStart >= layer.payloadLength
    );
  }

  #badChecksum(slot: number, role: number): void {
    this.stats.badChecksums++;
    this.#histories.scaled(slot, role, CHECKSUMS, LETTER_C);
  }

  #tally(slot: number, role: number, bytes: Uint8Array, layer: IpLayer): void {
    const { words, floats } = this.#table;
    words[slot * STRIDE + PACKETS + role]!++;
    floats[slot * FLOAT_STRIDE + IP_BYTES + role]! += declaredLength(bytes, layer);
  }

  #roleOf(slot: number): number {
    const turned = (this.#table.words[slot * STRIDE + FLAGS]! & TURNED) !== 0;
    return turned === this.#key.turned ? 0 : 1;
  }

  /** The connection that the key in hand belongs to, made if there is none or it is over. */
  #slotFor(packet: Packet, layer: IpLayer, segment: Segment | null): number {
    const table = this.#table;
    const { words: key, length } = this.#key;
    const hash = table.hash(key, length);
    const slot = table.find(key, length, hash);
    if (slot >= 0) {
      const over = this.#isOver(slot);
      if (!over && (segment === null || !this.#tcp.isReuse(slot, segment))) {
        this.#tunnels.note(slot);
        return slot;
      }
      this.#wheel.remove(slot);
      this.#end(slot, over ? this.#reason(slot) : 'reused');
    }
    if (table.full) this.#evict();
    return this.#create(packet, layer, segment, hash);
  }

  #create(packet: Packet, layer: IpLayer, segment: Segment | null, hash: number): number {
    const table = this.#table;
    const key = this.#key;
    const { stats } = this;
    const slot = table.add(key.words, key.length, hash);
    const { words, floats } = table;
    stats.connections++;
    words[slot * STRIDE + FLAGS] = key.turned ? TURNED : 0;
    floats[slot * FLOAT_STRIDE + START] = packet.time;
    floats[slot * FLOAT_STRIDE + LAST] = packet.time;
    if (key.transport === TCP_TRANSPORT) this.#tcp.start(slot);
    else {
      const at = slot * FLOAT_STRIDE + SIDE_FLOAT + LENGTH;
      floats[at] = -1;
      floats[at + SIDE_FLOATS] = -1;
    }
    this.#tunnels.begin(slot);
    if (this.#isAnswer(layer, segment) && !isBroadcast(packet.bytes, layer)) this.#sides.flip(slot);
    this.#streams.begin(slot, this.#clock);
    this.#wheel.push(slot, this.#due(slot));
    if (table.count > stats.peakConnections) {
      stats.peakConnections = table.count;
      stats.tableBytes = table.memory;
    }
    return slot;
  }

  /** A first packet that by its ports comes from the server. */
  #isAnswer(layer: IpLayer, segment: Segment | null): boolean {
    const { transport, sourcePort, destinationPort } = this.#key;
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
    const { floats } = this.#table;
    const at = slot * FLOAT_STRIDE;
    // Nothing but a timer ends a connection that was busy a moment ago.
    if (floats[at + TIMER] === 0 && this.#clock - floats[at + LAST]! < this.#quiet) return false;
    return this.#due(slot) <= this.#clock;
  }

  #due(slot: number): number {
    return deadline(this.#table, slot, this.#timeouts);
  }

  #reason(slot: number): ConnCloseReason {
    return this.#sides.hasClosed(slot) ? 'closed' : 'timeout';
  }

  #expire(): void {
    const wheel = this.#wheel;
    for (let slot = wheel.take(this.#clock); slot >= 0; slot = wheel.take(this.#clock)) {
      const due = this.#due(slot);
      if (due <= this.#clock) this.#end(slot, this.#reason(slot));
      else wheel.push(slot, due);
    }
  }

  #evict(): void {
    const wheel = this.#wheel;
    for (let passed = 0; ; passed++) {
      const slot = wheel.takeSoonest();
      const due = this.#due(slot);
      if (due <= this.#clock) this.#end(slot, this.#reason(slot));
      else if (passed < MAX_PASSED && wheel.isLate(due)) {
        wheel.push(slot, due);
        continue;
      } else {
        this.stats.evicted++;
        this.#end(slot, 'evicted');
      }
      return;
    }
  }

  /** Writes the row of a slot that is in no bucket, and frees it. */
  #end(slot: number, reason: ConnCloseReason): void {
    writeConn(this.#batch, slot, reason, {
      table: this.#table,
      histories: this.#histories,
      reassembly: this.#reassembly,
      streams: this.#streams,
      tunnels: this.#tunnels,
    });
    this.stats.records++;
    this.stats.unread = this.#streams.unread;
    this.#histories.forget(slot);
    this.#streams.forget(slot);
    this.#tunnels.forget(slot);
    this.#table.remove(slot);
    if (this.#batch.length === this.#batch.capacity) this.#flush();
  }

  #flush(): void {
    if (this.#batch.length === 0) return;
    this.#onBatch(this.#batch);
    this.#batch.length = 0;
  }
}
