import { Frame } from '../../capture/index.ts';
import { createDecoder, IpLayer, Packet } from '../../decode/index.ts';
import type { ConnBatch } from './batch.ts';
import { headerSumGood, payloadSumGood } from './checksum.ts';
import { Fragments } from './fragments.ts';
import { type Histories, SEEN_DATA } from './history.ts';
import { type ConnKey, ICMP_TRANSPORT, TCP_TRANSPORT, UDP_TRANSPORT } from './key.ts';
import { CONN_KEY, type ConnLanes } from './lanes.ts';
import { declaredLength, isMulticast, isVxlan } from './layer.ts';
import { Lifetimes } from './lifetimes.ts';
import { emptyStats, ZEEK_DEFAULTS, type ZeekOptions, type ZeekStats } from './options.ts';
import { createParts } from './parts.ts';
import { CHECKSUMS, IP_BYTES_HIGH, type RareRows } from './rare.ts';
import { Segment, SYN } from './segment.ts';
import type { Sides } from './sides.ts';
import {
  FLAGS,
  FLOAT_STRIDE,
  HAS_TUNNELS,
  IP_BYTES,
  KEY,
  LAST,
  LENGTH,
  PACKETS,
  STRIDE,
  TURNED,
} from './slot.ts';
import type { Streams } from './streams.ts';
import type { ConnTable } from './table.ts';
import type { TcpMachine } from './tcp.ts';
import { teredoPacket } from './teredo.ts';
import { isGreInUdp, isIpTunnel, TEREDO, type Tunnels, tunnelService } from './tunnels.ts';

const TCP = 6;
const UDP = 17;
const ESP = 50;
const NO_NEXT_HEADER = 59;
const IPV4 = 4;
const LETTER_C = 67;
const LETTER_D = 68;
const LINKTYPE_RAW = 101;
/** Datagrams inside datagrams that were put together: deeper ones are left out. */
const MAX_DEPTH = 3;
/** Zeek's `Tunnel::max_depth`. */
const MAX_TUNNELS = 4;
const WRAP = 2 ** 32;

/**
 * Tracks connections as Zeek does, packet by packet, and yields the rows of its `conn.log`: see
 * `docs/views/zeek.md`. Rows leave through `onBatch` in batches that are reused after the call. Order
 * and content depend on packets and options only.
 */
export class ZeekTracker {
  readonly stats: ZeekStats;
  /** The connections; for `burst.ts`, which fetches their memory ahead. */
  readonly table: ConnTable;
  readonly #rare: RareRows;
  readonly #lifetimes: Lifetimes;
  readonly #histories: Histories;
  readonly #streams: Streams;
  readonly #tunnels: Tunnels;
  readonly #sides: Sides;
  readonly #tcp: TcpMachine;
  readonly #fragments = new Fragments();
  readonly #key: ConnKey;
  readonly #segment = new Segment();
  /** The one layer of a plain frame, as far as it is asked for. */
  readonly #layer = new IpLayer();
  readonly #inner: { frame: Frame; packet: Packet }[] = [];
  readonly #decoder = createDecoder();
  readonly #options: Required<ZeekOptions>;

  constructor(options: ZeekOptions, onBatch: (batch: ConnBatch) => void) {
    const settings = { ...ZEEK_DEFAULTS, ...options };
    this.#options = settings;
    const parts = createParts(settings);
    this.table = parts.table;
    this.#rare = parts.rare;
    this.#histories = parts.histories;
    this.#streams = parts.streams;
    this.#sides = parts.sides;
    this.#tunnels = parts.tunnels;
    this.#tcp = parts.tcp;
    this.stats = emptyStats(this.table.memory);
    this.#lifetimes = new Lifetimes(parts, settings, this.stats, onBatch);
    this.#key = this.#lifetimes.key;
  }

  /** Accounts one packet. Never throws, whatever the packet holds. */
  add(packet: Packet): void {
    this.stats.packets++;
    this.#lifetimes.pass(packet.time);
    this.#tunnels.leave();
    if (packet.ipCount === 0) this.stats.ignored++;
    else this.#follow(packet, 0);
  }

  /** Accounts a plain frame, as if it had been decoded and given to {@link add}. */
  addPlain(lanes: ConnLanes, lane: number): void {
    this.stats.packets++;
    const time = lanes.frames.time[lane]!;
    this.#lifetimes.pass(time);
    this.#tunnels.leave();
    const { bytes, start: starts, end: ends } = lanes.frames;
    const start = starts[lane]!;
    const length = (bytes[start + 16]! << 8) | bytes[start + 17]!;
    const end = Math.min(start + 14 + length, ends[lane]!);
    const tcp = bytes[start + 23] === TCP;
    const layer = this.#layer;
    layer.version = IPV4;
    layer.headerStart = start + 14;
    layer.headerLength = 20;
    layer.sourceOffset = start + 26;
    layer.destinationOffset = start + 30;
    layer.payloadStart = start + 34;
    layer.payloadEnd = end;
    layer.payloadLength = length - 20;
    if (!this.#options.ignoreChecksums && !headerSumGood(bytes, layer)) {
      this.stats.badChecksums++;
      return;
    }
    const segment = this.#segment;
    if (tcp) segment.readPlain(bytes, start + 34, length - 20, end, time);
    const slot = this.#slotOfLane(lanes, lane, layer, tcp ? segment : null);
    const turned = (this.table.words[slot * STRIDE + FLAGS]! & TURNED) !== 0;
    let role = turned === (lanes.turned[lane] === 1) ? 0 : 1;
    if (tcp) {
      if (this.#checked(layer) && !payloadSumGood(bytes, layer, TCP)) {
        this.#badChecksum(slot, role);
        return;
      }
      role = this.#tcp.follow(slot, role, segment);
      this.#count(slot, role, length);
    } else this.#countPlainUdp(slot, role, lanes, lane);
  }

  /** A plain datagram: no tunnel, and its length is that of the IP packet. */
  #countPlainUdp(slot: number, role: number, lanes: ConnLanes, lane: number): void {
    const { bytes } = lanes.frames;
    const layer = this.#layer;
    const at = layer.payloadStart;
    if ((bytes[at + 6]! | bytes[at + 7]!) !== 0 && this.#checked(layer)) {
      if (!payloadSumGood(bytes, layer, UDP)) {
        this.#badChecksum(slot, role);
        return;
      }
    }
    const { floats } = this.table;
    const time = lanes.frames.time[lane]!;
    floats[slot * FLOAT_STRIDE + LAST] = time;
    this.#histories.once(slot, role, SEEN_DATA, LETTER_D);
    const field = slot * FLOAT_STRIDE + LENGTH + role;
    const data = layer.payloadLength - 8;
    floats[field] = floats[field]! < 0 ? data : floats[field]! + data;
    if (this.#options.analyse && layer.payloadEnd > at + 8) {
      const turns = this.#streams.datagram(slot, role, bytes, at + 8, layer.payloadEnd, time);
      if (turns && !isMulticast(bytes, layer)) this.#sides.flip(slot);
    }
    this.#count(slot, role, layer.payloadLength + 20);
  }

  /** The connection of a lane: mostly where the burst guessed it, and going on. */
  #slotOfLane(lanes: ConnLanes, lane: number, layer: IpLayer, segment: Segment | null): number {
    const { table } = this;
    const { key } = lanes;
    const hash = lanes.hash[lane]!;
    let slot = lanes.slot[lane]!;
    if (table.removals !== lanes.removals) slot = table.guess(hash);
    if (slot >= 0) {
      const { words } = table;
      const base = slot * STRIDE;
      const at = lane * CONN_KEY;
      const same =
        words[base + KEY] === key[at] &&
        words[base + KEY + 1] === key[at + 1] &&
        words[base + KEY + 2] === key[at + 2] &&
        words[base + KEY + 3] === key[at + 3];
      const syn = segment !== null && (segment.flags & SYN) !== 0;
      if (same && !syn && (words[base + FLAGS]! & HAS_TUNNELS) === 0) {
        if (this.#lifetimes.isBusy(slot)) return slot;
      }
    }
    const { frames } = lanes;
    this.#key.takeLane(lanes, lane);
    slot = table.find(this.#key.words, CONN_KEY, hash);
    return this.#lifetimes.settled(slot, hash, frames.time[lane]!, frames.bytes, layer, segment);
  }

  /** Sends a row of every connection that is left, and the batch. */
  finish(): void {
    this.#lifetimes.finish();
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
      this.table.floats[slot * FLOAT_STRIDE + LAST] = packet.time;
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
    const { floats } = this.table;
    floats[slot * FLOAT_STRIDE + LAST] = time;
    this.#histories.once(slot, role, SEEN_DATA, LETTER_D);
    const declared = (bytes[payloadStart + 4]! << 8) | bytes[payloadStart + 5]!;
    const at = slot * FLOAT_STRIDE + LENGTH + role;
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
      const { dataStart, dataEnd } = layer;
      const turns = this.#streams.datagram(slot, role, bytes, dataStart, dataEnd, time);
      // Counted as the sender was taken to be when it came, as Zeek does.
      if (turns && !isMulticast(bytes, layer)) this.#sides.flip(slot);
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
    const { floats } = this.table;
    floats[slot * FLOAT_STRIDE + LAST] = packet.time;
    const at = slot * FLOAT_STRIDE + LENGTH + role;
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
    this.#count(slot, role, declaredLength(bytes, layer));
  }

  #count(slot: number, role: number, ipBytes: number): void {
    const { words } = this.table;
    const base = slot * STRIDE + role;
    words[base + PACKETS]!++;
    const sum = (words[base + IP_BYTES]! >>> 0) + ipBytes;
    words[base + IP_BYTES] = sum | 0;
    if (sum >= WRAP) {
      const row = this.#rare.of(slot);
      this.#rare.words[row + IP_BYTES_HIGH + role]!++;
    }
  }

  #roleOf(slot: number): number {
    const turned = (this.table.words[slot * STRIDE + FLAGS]! & TURNED) !== 0;
    return turned === this.#key.turned ? 0 : 1;
  }

  /** The connection that the key in hand belongs to, made if there is none or it is over. */
  #slotFor(packet: Packet, layer: IpLayer, segment: Segment | null): number {
    const table = this.table;
    const { words: key, length } = this.#key;
    const hash = table.hash(key, length);
    const slot = table.find(key, length, hash);
    return this.#lifetimes.settled(slot, hash, packet.time, packet.bytes, layer, segment);
  }
}
