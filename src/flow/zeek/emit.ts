import { ADDRESS_STRIDE } from '../flow.ts';
import type { ConnBatch } from './batch.ts';
import type { Histories } from './history.ts';
import { TCP_TRANSPORT, transportOf, UDP_TRANSPORT } from './key.ts';
import { IP_BYTES_HIGH, type RareRows } from './rare.ts';
import type { Reassembly } from './reassembly.ts';
import {
  COLD_FLOATS,
  FLAGS,
  FLOAT_STRIDE,
  IP_BYTES,
  LAST,
  LENGTH,
  PACKETS,
  SIDE,
  SIDE_WORDS,
  START,
  STATE,
  STRIDE,
  TURNED,
} from './slot.ts';
import type { Streams } from './streams.ts';
import type { ConnTable } from './table.ts';
import { CONN_STATES, STATE_MASK, tcpConnStateNumber, udpConnStateNumber } from './tcp-state.ts';
import type { Tunnels } from './tunnels.ts';

/** Where what is known of a connection is kept. */
export interface ConnSources {
  readonly table: ConnTable;
  readonly histories: Histories;
  readonly reassembly: Reassembly;
  readonly streams: Streams;
  readonly tunnels: Tunnels;
  readonly rare: RareRows;
}

/** Appends the row of a connection to a batch that has room. @param reason index into CONN_CLOSE_REASONS */
export function writeConn(
  batch: ConnBatch,
  slot: number,
  reason: number,
  sources: ConnSources,
): void {
  const { table, histories, streams, tunnels, reassembly, rare } = sources;
  const { words } = table;
  const row = batch.length++;
  const base = slot * STRIDE;
  const start = table.coldFloats[slot * COLD_FLOATS + START]!;
  streams.end(slot);
  batch.start[row] = start;
  batch.duration[row] = table.floats[slot * FLOAT_STRIDE + LAST]! - start;
  tunnels.uid(slot, batch.uid, row * 3);
  writeEnds(batch, row, table.keyOf(slot), (words[base + FLAGS]! & TURNED) !== 0);
  batch.missedBytes[row] = reassembly.missed(slot);
  batch.originatorPackets[row] = words[base + PACKETS]! >>> 0;
  batch.responderPackets[row] = words[base + PACKETS + 1]! >>> 0;
  let sent = words[base + IP_BYTES]! >>> 0;
  let answered = words[base + IP_BYTES + 1]! >>> 0;
  const more = rare.find(slot);
  if (more >= 0) {
    sent += rare.words[more + IP_BYTES_HIGH]! * WRAP;
    answered += rare.words[more + IP_BYTES_HIGH + 1]! * WRAP;
  }
  batch.originatorIpBytes[row] = sent;
  batch.responderIpBytes[row] = answered;
  batch.closeReason[row] = reason;
  batch.history[row] = histories.text(slot);
  writeOutcome(batch, row, slot, sources);
  const carried = tunnels.service(slot);
  const said = streams.service(slot);
  batch.service[row] = carried === '' || said === '' ? carried + said : `${carried},${said}`;
  batch.facts[row] = streams.facts(slot);
  batch.tunnelParents[row] = tunnels.parents(slot);
}

const WRAP = 2 ** 32;

/** Addresses, ports and protocols. */
function writeEnds(batch: ConnBatch, row: number, key: Int32Array, turned: boolean): void {
  const kind = key[0]!;
  const protocol = (kind >> 8) & 0xff;
  const size = (kind & 0xff) === 4 ? 1 : 4;
  const ports = key[1]!;
  batch.protocol[row] = protocol;
  batch.transport[row] = transportOf(protocol);
  batch.addressLength[row] = size * 4;
  batch.originatorPort[row] = turned ? ports & 0xffff : ports >>> 16;
  batch.responderPort[row] = turned ? ports >>> 16 : ports & 0xffff;
  const first = 2;
  writeAddress(batch.addresses, row * ADDRESS_STRIDE, key, turned ? first + size : first, size);
  const at = row * ADDRESS_STRIDE + 16;
  writeAddress(batch.addresses, at, key, turned ? first : first + size, size);
}

// Five numbers a call; an object each would be made for every row.
function writeAddress(
  into: Uint8Array,
  offset: number,
  words: Int32Array,
  from: number,
  size: number,
): void {
  for (let i = 0; i < size; i++) {
    const word = words[from + i]!;
    into[offset + 4 * i] = word >>> 24;
    into[offset + 4 * i + 1] = word >>> 16;
    into[offset + 4 * i + 2] = word >>> 8;
    into[offset + 4 * i + 3] = word;
  }
}

const OTHER = CONN_STATES.indexOf('OTH');

/** Payload bytes and state. */
function writeOutcome(batch: ConnBatch, row: number, slot: number, sources: ConnSources): void {
  const { table, reassembly } = sources;
  const { words, floats } = table;
  const transport = batch.transport[row]!;
  if (transport === TCP_TRANSPORT) {
    const sides = slot * STRIDE + SIDE + STATE;
    const sent = reassembly.size(slot, 0);
    const answered = reassembly.size(slot, 1);
    batch.originatorBytes[row] = sent;
    batch.responderBytes[row] = answered;
    batch.state[row] = tcpConnStateNumber(
      words[sides]! & STATE_MASK,
      words[sides + SIDE_WORDS]! & STATE_MASK,
      sent === 0 && answered === 0,
      batch.history[row]!,
    );
    return;
  } else {
    const at = slot * FLOAT_STRIDE + LENGTH;
    const sent = floats[at]!;
    const answered = floats[at + 1]!;
    batch.originatorBytes[row] = Math.max(sent, 0);
    batch.responderBytes[row] = Math.max(answered, 0);
    const udp = transport === UDP_TRANSPORT;
    batch.state[row] = udp ? udpConnStateNumber(sent >= 0, answered >= 0) : OTHER;
  }
}
