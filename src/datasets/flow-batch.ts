import { parseAddress, WiresiftError } from '../base/index.ts';
import {
  ADDRESS_STRIDE,
  CLOSE_REASONS,
  FlowBatch,
  STATE_FIN,
  STATE_FIRST,
  STATE_RESET,
  STATE_SYN,
  STATE_SYN_ACK,
  STATE_TCP,
} from '../flow/index.ts';
import { numbers, schemaId, type Table, type TextColumn, textAt, texts } from '../table/index.ts';
import { ARGUS_PROTOCOLS, argusFlags, argusIcmp, argusPackets } from './flow-batch-argus.ts';
import { ZEEK_PROTOCOLS, zeekFlags } from './flow-batch-zeek.ts';

const IDLE = CLOSE_REASONS.indexOf('idle');
const CLOSED = CLOSE_REASONS.indexOf('closed');
const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;
const TCP = 6;
const ICMP = 1;
const ICMPV6 = 58;

/**
 * Rows of an argus or zeek table as flow records, so that detection runs on flows that others made.
 * Ids are the rows' numbers, from `firstId`. Rows without a time or without IP addresses are left
 * out (`table.rows - batch.length`). What the files do not hold is taken as follows.
 *
 * - argus: packets of each side, of which only the sum is printed: each side that sent has one at
 *   least, the rest go by their share of bytes. TCP flags from State, the direction from Dir.
 * - zeek: bytes are those of the IP packets. TCP flags from `history`, else from `conn_state`.
 * @param firstId id of the table's first row: over several tables, one more than the rows before
 * @throws WiresiftError `TABLE_SCHEMA` for tables of another view
 */
export function tableToFlowBatch(table: Table, firstId = 1): FlowBatch {
  const { name } = table.schema;
  const view = name === 'argus' ? fromArgus : name === 'zeek' ? fromZeek : undefined;
  if (view) {
    const batch = view(table);
    for (let row = 0; row < batch.length; row++) batch.id[row]! += firstId - 1;
    return batch;
  }
  throw new WiresiftError({
    code: 'TABLE_SCHEMA',
    where: 'flows for detection',
    saw: schemaId(table.schema),
    expected: 'the argus or the zeek view, whose rows have times and addresses',
    todo: 'Detect on flows of these views',
  });
}

function fromArgus(table: Table): FlowBatch {
  const batch = new FlowBatch(Math.max(1, table.rows));
  const start = numbers(table, 'StartTime');
  const duration = numbers(table, 'Dur');
  const packets = numbers(table, 'TotPkts');
  const bytes = numbers(table, 'TotBytes');
  const sent = numbers(table, 'SrcBytes');
  const sTos = numbers(table, 'sTos');
  const dTos = numbers(table, 'dTos');
  const [proto, state, direction] = wordsOf(table, ['Proto', 'State', 'Dir']);
  const [sourcePort, port] = wordsOf(table, ['Sport', 'Dport']);
  const source = addressesOf(texts(table, 'SrcAddr'));
  const destination = addressesOf(texts(table, 'DstAddr'));
  for (let row = 0; row < table.rows; row++) {
    const word = proto!(row);
    const protocol = ARGUS_PROTOCOLS.get(word) ?? -1;
    if (protocol < 0 || !addRow(batch, row, start[row]!, source(row), destination(row))) continue;
    const at = batch.length - 1;
    batch.protocol[at] = protocol;
    batch.end[at] = start[row]! + Math.round((duration[row] || 0) * 1e6);
    const flags = protocol === TCP ? argusFlags(state!(row)) : undefined;
    const total = bytes[row] || 0;
    const own = Math.min(total, sent[row] ?? total) || 0;
    const counts = { packets: packets[row] || 0, own, other: total - own };
    const split = argusPackets(counts, direction!(row));
    batch.originatorBytes[at] = own;
    batch.responderBytes[at] = total - own;
    batch.originatorPackets[at] = split.own;
    batch.responderPackets[at] = split.other;
    batch.originatorTos[at] = sTos[row]! >= 0 ? sTos[row]! : -1;
    batch.responderTos[at] = dTos[row]! >= 0 ? dTos[row]! : -1;
    if (protocol === ICMP || protocol === ICMPV6) {
      const [type, code] = argusIcmp(sourcePort!(row), port!(row));
      batch.icmpType[at] = type;
      batch.icmpCode[at] = code;
    } else {
      batch.originatorPort[at] = portOf(sourcePort!(row));
      batch.responderPort[at] = portOf(port!(row));
    }
    const certain = protocol !== TCP || !direction!(row).includes('?');
    finishRow(batch, at, { own: flags?.own ?? 0, other: flags?.other ?? 0, certain });
  }
  return batch;
}

function fromZeek(table: Table): FlowBatch {
  const batch = new FlowBatch(Math.max(1, table.rows));
  const start = numbers(table, 'ts');
  const duration = numbers(table, 'duration');
  const sourcePort = numbers(table, 'id.orig_p');
  const port = numbers(table, 'id.resp_p');
  const [proto, state, history] = wordsOf(table, ['proto', 'conn_state', 'history']);
  const source = addressesOf(texts(table, 'id.orig_h'));
  const destination = addressesOf(texts(table, 'id.resp_h'));
  const counts = ['orig_pkts', 'resp_pkts', 'orig_ip_bytes', 'resp_ip_bytes'] as const;
  const [sent, answered, sentBytes, answeredBytes] = counts.map((name) => numbers(table, name));
  for (let row = 0; row < table.rows; row++) {
    if (!addRow(batch, row, start[row]!, source(row), destination(row))) continue;
    const at = batch.length - 1;
    const known = ZEEK_PROTOCOLS.get(proto!(row)) ?? 0;
    const protocol = known === ICMP && batch.addressLength[at] === 16 ? ICMPV6 : known;
    batch.protocol[at] = protocol;
    batch.end[at] = start[row]! + Math.round((duration[row] || 0) * 1e6);
    batch.originatorPackets[at] = sent![row] || 0;
    batch.responderPackets[at] = answered![row] || 0;
    batch.originatorBytes[at] = sentBytes![row] || 0;
    batch.responderBytes[at] = answeredBytes![row] || 0;
    batch.originatorTos[at] = -1;
    batch.responderTos[at] = -1;
    if (known === ICMP) {
      batch.icmpType[at] = sourcePort[row] || 0;
      batch.icmpCode[at] = port[row] || 0;
    } else {
      batch.originatorPort[at] = sourcePort[row] || 0;
      batch.responderPort[at] = port[row] || 0;
    }
    const flags = protocol === TCP ? zeekFlags(history!(row), state!(row)) : { own: 0, other: 0 };
    finishRow(batch, at, { ...flags, certain: protocol !== TCP || isOpened(flags) });
  }
  return batch;
}

const isOpened = ({ own, other }: { own: number; other: number }): boolean =>
  (own & SYN) !== 0 || (other & (SYN | ACK)) === (SYN | ACK);

const portOf = (word: string): number => {
  const port = /^\d{1,5}$/.test(word) ? Number(word) : 0;
  return port <= 0xffff ? port : 0;
};

/** For each column a reader of its words; an empty cell is ''. */
function wordsOf(table: Table, names: readonly string[]): ((row: number) => string)[] {
  return names.map((name) => {
    const column = texts(table, name);
    return (row) => textAt(column, row) ?? '';
  });
}

/** Parses each address once. */
function addressesOf(column: TextColumn): (row: number) => Uint8Array | undefined {
  const parsed = new Map<number, Uint8Array | undefined>();
  return (row) => {
    const code = column.codes[row]!;
    if (!parsed.has(code)) parsed.set(code, parseAddress(column.dictionary[code] ?? ''));
    return parsed.get(code);
  };
}

/** Begins a row. @returns false when it has no time or no addresses of one kind */
function addRow(
  batch: FlowBatch,
  row: number,
  start: number,
  ...addresses: readonly (Uint8Array | undefined)[]
): boolean {
  const [source, destination] = addresses;
  if (!source || !destination || source.length !== destination.length) return false;
  if (!(start >= 0)) return false;
  const at = batch.length++;
  batch.id[at] = row + 1;
  batch.start[at] = start;
  batch.addressLength[at] = source.length;
  batch.addresses.set(source, at * ADDRESS_STRIDE);
  batch.addresses.set(destination, at * ADDRESS_STRIDE + 16);
  batch.etherType[at] = source.length === 4 ? 0x0800 : 0x86dd;
  return true;
}

interface Ending {
  /** TCP flags, ORed, of each side. */
  readonly own: number;
  readonly other: number;
  readonly certain: boolean;
}

/** Fills what follows from the other cells. */
function finishRow(batch: FlowBatch, at: number, { own, other, certain }: Ending): void {
  const start = batch.start[at]!;
  const end = batch.end[at]!;
  const sends = batch.originatorPackets[at]! > 0;
  const answers = batch.responderPackets[at]! > 0;
  batch.originatorStart[at] = sends ? start : 0;
  batch.originatorEnd[at] = sends ? end : 0;
  batch.responderStart[at] = answers ? start : 0;
  batch.responderEnd[at] = answers ? end : 0;
  batch.originatorFlags[at] = own;
  batch.responderFlags[at] = other;
  batch.directionCertain[at] = certain ? 1 : 0;
  const all = own | other;
  let state = STATE_FIRST;
  if (batch.protocol[at] === TCP) {
    state |= STATE_TCP;
    if ((own & SYN) !== 0) state |= STATE_SYN;
    if ((other & (SYN | ACK)) === (SYN | ACK)) state |= STATE_SYN_ACK;
    if ((all & FIN) !== 0) state |= STATE_FIN;
    if ((all & RST) !== 0) state |= STATE_RESET;
  }
  batch.state[at] = state;
  batch.closeReason[at] = (all & (FIN | RST)) !== 0 ? CLOSED : IDLE;
}
