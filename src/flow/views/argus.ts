import { NumberBuilder, type Table, TextBuilder } from '../../table/index.ts';
import type { FlowBatch } from '../flow.ts';
import {
  addressText,
  argusBytes,
  argusDuration,
  argusProtocol,
  argusStart,
  hasPlainPorts,
  sourceAddressOffset,
  specialPort,
} from './argus-cells.ts';
import { argusSchema } from './argus-schema.ts';
import { argusDirection, argusTurns } from './argus-sides.ts';
import { argusState } from './argus-state.ts';

/**
 * The batch's rows as the argus view: one row a record, the 14 columns of {@link argusSchema}. Cells
 * are equal to those of {@link import('./argus-csv.ts').ArgusCsv} read back, Dir without its padding.
 */
export function argusTable(batch: FlowBatch): Table {
  const rows = batch.length;
  const texts = Array.from({ length: 7 }, () => new TextBuilder(rows));
  const [proto, source, sourcePort, direction, destination, destinationPort, state] = texts as [
    TextBuilder,
    TextBuilder,
    TextBuilder,
    TextBuilder,
    TextBuilder,
    TextBuilder,
    TextBuilder,
  ];
  const [start, duration, sTos, dTos, packets, bytes, sourceBytes] = Array.from(
    { length: 7 },
    () => new NumberBuilder(rows),
  ) as [
    NumberBuilder,
    NumberBuilder,
    NumberBuilder,
    NumberBuilder,
    NumberBuilder,
    NumberBuilder,
    NumberBuilder,
  ];
  for (let row = 0; row < rows; row++) {
    const turned = argusTurns(batch, row);
    const from = sourceAddressOffset(batch, row, turned);
    start.push(argusStart(batch, row));
    duration.push(argusDuration(batch, row));
    proto.push(argusProtocol(batch, row));
    source.push(addressText(batch, row, from));
    sourcePort.push(portCell(batch, row, from, true));
    // The file pads this cell; a word is a word without its padding, as the CTU-13 reader has it.
    direction.push(argusDirection(batch, row, turned).trim());
    destination.push(addressText(batch, row, otherAddress(from)));
    destinationPort.push(portCell(batch, row, from, false));
    state.push(argusState(batch, row, turned) || undefined);
    const originator = batch.originatorTos[row]!;
    const responder = batch.responderTos[row]!;
    sTos.push(tosCell(turned ? responder : originator));
    dTos.push(tosCell(turned ? originator : responder));
    const count = batch.originatorPackets[row]! + batch.responderPackets[row]!;
    packets.push(count);
    bytes.push(argusBytes(batch.originatorBytes[row]! + batch.responderBytes[row]!, count));
    sourceBytes.push(
      argusBytes((turned ? batch.responderBytes : batch.originatorBytes)[row]!, count),
    );
  }
  const columns = [start, duration, proto, source, sourcePort, direction, destination];
  const rest = [destinationPort, state, sTos, dTos, packets, bytes, sourceBytes];
  return {
    schema: argusSchema,
    rows,
    columns: [...columns, ...rest].map((builder) => builder.finish()),
  };
}

/** Offset of the other address of the row: they lie 16 bytes apart in a 32-byte stride. */
export function otherAddress(offset: number): number {
  return offset ^ 16;
}

const tosCell = (tos: number): number => (tos < 0 ? Number.NaN : tos);

function portCell(
  batch: FlowBatch,
  row: number,
  from: number,
  source: boolean,
): string | undefined {
  if (!hasPlainPorts(batch, row)) return specialPort(batch, row, source) || undefined;
  const originator = ((from & 16) === 0) === source;
  return String((originator ? batch.originatorPort : batch.responderPort)[row]);
}
