import { ADDRESS_STRIDE, type FlowBatch } from './flow.ts';
import {
  KIND_ARP,
  KIND_IPV4,
  KIND_IPV6,
  KIND_ISIS,
  KIND_MAC,
  TAG_FRAGMENT,
  TYPE_ISIS,
  TYPE_WLAN,
} from './key.ts';
import { mediaOf } from './media.ts';
import { countOf } from './record.ts';
import {
  STATE_ARGUS_EXCHANGED,
  STATE_ERROR_CODE_SHIFT,
  STATE_ERROR_TYPE_SHIFT,
  STATE_ESTABLISHED,
  STATE_FIN,
  STATE_FIRST,
  STATE_FRAGMENTS,
  STATE_ICMP_ERROR,
  STATE_MEDIA_SHIFT,
  STATE_RESET,
  STATE_SYN,
  STATE_SYN_ACK,
  STATE_TCP,
} from './record-state.ts';
import {
  ANOMALY_HIGH,
  ANOMALY_LOW,
  BITS,
  DST_BYTES,
  DST_END,
  DST_PACKETS,
  DST_START,
  DST_TOS,
  ESTABLISHED,
  FINISHED,
  FIRST,
  FLOAT_STRIDE,
  HAS_TCP,
  ICMP,
  KEY,
  LONG_AT,
  MAPPED,
  MEDIA_MASK,
  MEDIA_SHIFT,
  RESET,
  REVERSED,
  SAW_SYN,
  SAW_SYN_ACK,
  SIDES,
  SRC_BYTES,
  SRC_END,
  SRC_PACKETS,
  SRC_START,
  SRC_TOS,
  STRIDE,
  TURNED,
} from './slot.ts';
import { type FlowTable, isLongKey } from './table.ts';

const ETHER_TYPE_OF_KIND = new Uint16Array([
  0,
  0x0800,
  0x86dd,
  0x0806,
  0,
  0x8035,
  TYPE_WLAN,
  TYPE_ISIS,
]);
const ADDRESS_LENGTH_OF_KIND = new Uint8Array([0, 4, 16, 4, 6, 6, 6, 6]);

/** Copies the flow's record into the batch's next row; its id and reason are the caller's. */
export function writeRow(table: FlowTable, slot: number, batch: FlowBatch): void {
  const row = batch.length++;
  const { words, floats } = table;
  const base = slot * STRIDE;
  const fields = slot * FLOAT_STRIDE;
  const bits = words[base + BITS]!;
  const head = words[base + KEY]!;
  const kind = head & 0xff;
  const protocol = (head >>> 8) & 0xff;
  const turned = (bits & TURNED) !== 0;
  const fragments = kind <= KIND_IPV6 && head >>> 16 === TAG_FRAGMENT;

  writeTimes(floats, fields, batch, row);
  batch.addressLength[row] = ADDRESS_LENGTH_OF_KIND[kind]!;
  const long = isLongKey(kind);
  const keys = long ? table.longKeys : words;
  const key = long ? words[base + LONG_AT]! : base + KEY;
  writeAddresses(keys, key, turned, batch, row);
  batch.etherType[row] = kind === KIND_MAC ? head >>> 16 : ETHER_TYPE_OF_KIND[kind]!;
  batch.protocol[row] = protocol;
  batch.originatorPackets[row] = countOf(table, slot, SRC_PACKETS);
  batch.responderPackets[row] = countOf(table, slot, DST_PACKETS);
  batch.originatorBytes[row] = floats[fields + SRC_BYTES]!;
  batch.responderBytes[row] = floats[fields + DST_BYTES]!;
  const sides = words[base + SIDES]!;
  batch.originatorFlags[row] = sides & 0xff;
  batch.responderFlags[row] = (sides >>> 8) & 0xff;
  batch.originatorTos[row] = (bits & SRC_TOS) !== 0 ? (sides >>> 16) & 0xff : -1;
  batch.responderTos[row] = (bits & DST_TOS) !== 0 ? sides >>> 24 : -1;
  batch.anomalyLow[row] = words[base + ANOMALY_LOW]!;
  batch.anomalyHigh[row] = words[base + ANOMALY_HIGH]!;
  const syn = (bits & (SAW_SYN | SAW_SYN_ACK)) !== 0;
  batch.directionCertain[row] = protocol !== 6 || kind > KIND_IPV6 || syn ? 1 : 0;

  writePorts(keys, key, turned, batch, row);
  if (kind === KIND_IPV4 && protocol === 1 && !fragments) {
    batch.icmpType[row] = words[base + ICMP]! & 0xff;
    batch.icmpCode[row] = (words[base + ICMP]! >>> 8) & 0xff;
  }
  let state = 0;
  if ((bits & FIRST) !== 0) state |= STATE_FIRST;
  if ((bits & SAW_SYN) !== 0) state |= STATE_SYN;
  if ((bits & SAW_SYN_ACK) !== 0) state |= STATE_SYN_ACK;
  if ((bits & ESTABLISHED) !== 0) state |= STATE_ESTABLISHED;
  if ((bits & FINISHED) !== 0) state |= STATE_FIN;
  if ((bits & RESET) !== 0) state |= STATE_RESET;
  if ((bits & HAS_TCP) !== 0) state |= STATE_TCP;
  if (fragments) state |= STATE_FRAGMENTS;
  if (kind !== KIND_ARP && turned !== ((bits & REVERSED) !== 0)) state |= STATE_ARGUS_EXCHANGED;
  // Argus never calls IPv6 flows RTP, though it does call them RTCP.
  const packets =
    kind === KIND_IPV4 ? Math.max(batch.originatorPackets[row]!, batch.responderPackets[row]!) : 0;
  state |= mediaOf((bits & MEDIA_MASK) >>> MEDIA_SHIFT, packets) << STATE_MEDIA_SHIFT;
  if ((bits & MAPPED) !== 0) {
    const icmp = words[base + ICMP]!;
    state |= STATE_ICMP_ERROR;
    state |= ((icmp >>> 16) & 0xff) << STATE_ERROR_TYPE_SHIFT;
    state |= (icmp >>> 24) << STATE_ERROR_CODE_SHIFT;
  }
  batch.state[row] = state;
}

/** First and last time of both sides. */
function writeTimes(floats: Float64Array, fields: number, batch: FlowBatch, row: number): void {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (let i = SRC_START; i <= DST_END; i++) {
    const time = floats[fields + i]!;
    if (time === 0) continue;
    if (time < first) first = time;
    if (time > last) last = time;
  }
  batch.originatorStart[row] = floats[fields + SRC_START]!;
  batch.originatorEnd[row] = floats[fields + SRC_END]!;
  batch.responderStart[row] = floats[fields + DST_START]!;
  batch.responderEnd[row] = floats[fields + DST_END]!;
  batch.start[row] = last < first ? 0 : first;
  batch.end[row] = last < first ? 0 : last;
}

function writeAddresses(
  words: Int32Array,
  key: number,
  turned: boolean,
  batch: FlowBatch,
  row: number,
): void {
  const bytes = batch.addresses;
  const at = row * ADDRESS_STRIDE;
  const low = turned ? at + 16 : at;
  const high = turned ? at : at + 16;
  const kind = words[key]! & 0xff;
  if (kind === KIND_IPV4 || kind === KIND_ARP) {
    // An ARP's asker is always its originator.
    const arp = kind === KIND_ARP;
    putWord(bytes, arp ? at : low, words[key + 1]!);
    putWord(bytes, arp ? at + 16 : high, words[key + 2]!);
  } else if (kind === KIND_IPV6) {
    for (let i = 0; i < 4; i++) {
      putWord(bytes, low + 4 * i, words[key + 1 + i]!);
      putWord(bytes, high + 4 * i, words[key + 5 + i]!);
    }
  } else {
    const middle = words[key + 2]!;
    putWord(bytes, low, words[key + 1]!);
    bytes[low + 4] = middle >>> 24;
    bytes[low + 5] = (middle >>> 16) & 0xff;
    bytes[high] = (middle >>> 8) & 0xff;
    bytes[high + 1] = middle & 0xff;
    putWord(bytes, high + 2, words[key + 3]!);
    if (kind === KIND_ISIS) {
      // Behind the MAC addresses, so that whoever does not know IS-IS sees a flow between these.
      putWord(bytes, at + 6, words[key + 4]!);
      putWord(bytes, at + 10, words[key + 5]!);
      putWord(bytes, at + 22, words[key + 6]!);
      putWord(bytes, at + 26, words[key + 7]!);
    }
  }
}

function putWord(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = (word >>> 16) & 0xff;
  bytes[at + 2] = (word >>> 8) & 0xff;
  bytes[at + 3] = word & 0xff;
}

/** Ports, and of ICMP what the key has; the key begins at `key`. */
function writePorts(
  words: Int32Array,
  key: number,
  turned: boolean,
  batch: FlowBatch,
  row: number,
): void {
  const head = words[key]!;
  const kind = head & 0xff;
  const protocol = (head >>> 8) & 0xff;
  const plain = kind > KIND_IPV6 || head >>> 16 === 0;
  let from = 0;
  let to = 0;
  batch.icmpType[row] = 0;
  batch.icmpCode[row] = 0;
  batch.icmpData[row] = 0;
  if (kind === KIND_MAC) {
    from = words[key + 4]! >>> 16;
    to = words[key + 4]! & 0xffff;
  } else if (kind === KIND_ISIS) {
    batch.icmpType[row] = head >>> 16;
    batch.icmpData[row] = words[key + 8]!;
  } else if (plain && kind <= KIND_IPV6 && (protocol === 6 || protocol === 17)) {
    const ports = words[key + (kind === KIND_IPV4 ? 3 : 9)]!;
    from = ports >>> 16;
    to = ports & 0xffff;
  } else if (plain && kind === KIND_IPV4 && protocol === 1) {
    const id = words[key + 3]! & 0xffff;
    batch.icmpData[row] = ((id << 8) | (id >>> 8)) & 0xffff;
  } else if (plain && kind === KIND_IPV4 && protocol === 50) {
    batch.icmpData[row] = words[key + 3]! & 0xffff;
  } else if (plain && kind === KIND_IPV6 && protocol === 58) {
    batch.icmpType[row] = words[key + 10]! >>> 8;
    batch.icmpCode[row] = words[key + 10]! & 0xff;
  }
  batch.originatorPort[row] = turned ? to : from;
  batch.responderPort[row] = turned ? from : to;
}
