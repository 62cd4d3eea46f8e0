import { ADDRESS_STRIDE } from '../flow.ts';
import { CONN_CLOSE_REASONS, type ConnBatch, type ConnCloseReason } from './batch.ts';
import type { Histories } from './history.ts';
import { TCP_TRANSPORT, transportOf, UDP_TRANSPORT } from './key.ts';
import type { Reassembly } from './reassembly.ts';
import {
  FLAGS,
  FLOAT_STRIDE,
  IP_BYTES,
  KEY,
  LAST,
  LENGTH,
  MISSED,
  PACKETS,
  SIDE,
  SIDE_FLOAT,
  SIDE_FLOATS,
  SIDE_WORDS,
  START,
  STATE,
  STRIDE,
  TURNED,
} from './slot.ts';
import type { Streams } from './streams.ts';
import type { ConnTable } from './table.ts';
import {
  CONN_STATES,
  type ConnState,
  STATE_MASK,
  tcpConnState,
  udpConnState,
} from './tcp-state.ts';
import type { Tunnels } from './tunnels.ts';

/** Where what is known of a connection is kept. */
export interface ConnSources {
  readonly table: ConnTable;
  readonly histories: Histories;
  readonly reassembly: Reassembly;
  readonly streams: Streams;
  readonly tunnels: Tunnels;
}

/** Appends the row of a connection to a batch that has room. */
export function writeConn(
  batch: ConnBatch,
  slot: number,
  reason: ConnCloseReason,
  sources: ConnSources,
): void {
  const { table, histories, streams, tunnels } = sources;
  const { words, floats } = table;
  const row = batch.length++;
  const base = slot * STRIDE;
  const fields = slot * FLOAT_STRIDE;
  const start = floats[fields + START]!;
  streams.end(slot);
  batch.start[row] = start;
  batch.duration[row] = floats[fields + LAST]! - start;
  tunnels.uid(slot, batch.uid, row * 3);
  writeEnds(batch, row, words, base);
  batch.missedBytes[row] = floats[fields + MISSED]!;
  batch.originatorPackets[row] = words[base + PACKETS]! >>> 0;
  batch.responderPackets[row] = words[base + PACKETS + 1]! >>> 0;
  batch.originatorIpBytes[row] = floats[fields + IP_BYTES]!;
  batch.responderIpBytes[row] = floats[fields + IP_BYTES + 1]!;
  batch.closeReason[row] = CONN_CLOSE_REASONS.indexOf(reason);
  const history = histories.text(slot);
  batch.history[row] = history;
  writeOutcome(batch, row, slot, sources);
  const carried = tunnels.service(slot);
  const said = streams.service(slot);
  batch.service[row] = carried === '' || said === '' ? carried + said : `${carried},${said}`;
  batch.facts[row] = streams.facts(slot);
  batch.tunnelParents[row] = tunnels.parents(slot);
}

/** Addresses, ports and protocols. */
function writeEnds(batch: ConnBatch, row: number, words: Int32Array, base: number): void {
  const kind = words[base + KEY]!;
  const turned = (words[base + FLAGS]! & TURNED) !== 0;
  const protocol = (kind >> 8) & 0xff;
  const size = (kind & 0xff) === 4 ? 1 : 4;
  const ports = words[base + KEY + 1]!;
  batch.protocol[row] = protocol;
  batch.transport[row] = transportOf(protocol);
  batch.addressLength[row] = size * 4;
  batch.originatorPort[row] = turned ? ports & 0xffff : ports >>> 16;
  batch.responderPort[row] = turned ? ports >>> 16 : ports & 0xffff;
  const first = base + KEY + 2;
  writeAddress(batch.addresses, row * ADDRESS_STRIDE, words, turned ? first + size : first, size);
  const at = row * ADDRESS_STRIDE + 16;
  writeAddress(batch.addresses, at, words, turned ? first : first + size, size);
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

/** Payload bytes and state. */
function writeOutcome(batch: ConnBatch, row: number, slot: number, sources: ConnSources): void {
  const { table, reassembly } = sources;
  const { words, floats } = table;
  const transport = batch.transport[row]!;
  let state: ConnState = 'OTH';
  if (transport === TCP_TRANSPORT) {
    const sides = slot * STRIDE + SIDE + STATE;
    const sent = reassembly.size(slot, 0);
    const answered = reassembly.size(slot, 1);
    batch.originatorBytes[row] = sent;
    batch.responderBytes[row] = answered;
    state = tcpConnState({
      originator: words[sides]! & STATE_MASK,
      responder: words[sides + SIDE_WORDS]! & STATE_MASK,
      empty: sent === 0 && answered === 0,
      history: batch.history[row]!,
    });
  } else {
    const at = slot * FLOAT_STRIDE + SIDE_FLOAT + LENGTH;
    const sent = floats[at]!;
    const answered = floats[at + SIDE_FLOATS]!;
    batch.originatorBytes[row] = Math.max(sent, 0);
    batch.responderBytes[row] = Math.max(answered, 0);
    if (transport === UDP_TRANSPORT) state = udpConnState(sent >= 0, answered >= 0);
  }
  batch.state[row] = CONN_STATES.indexOf(state);
}
