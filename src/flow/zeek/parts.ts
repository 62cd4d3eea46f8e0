import type { ConnSources } from './emit.ts';
import { Histories } from './history.ts';
import type { ZeekOptions } from './options.ts';
import { RareRows } from './rare.ts';
import { Reassembly } from './reassembly.ts';
import { Sides } from './sides.ts';
import { Streams } from './streams.ts';
import { ConnTable } from './table.ts';
import { TcpMachine } from './tcp.ts';
import { Tunnels } from './tunnels.ts';

/** What a tracker is made of: a table of connections, and what reads and writes its slots. */
export interface ConnParts extends ConnSources {
  readonly sides: Sides;
  readonly tcp: TcpMachine;
}

/** Makes the parts of one tracker; they share the table. */
export function createParts(settings: Required<ZeekOptions>): ConnParts {
  const table = new ConnTable(settings.maxFlows, settings.seed);
  const rare = new RareRows(table);
  const histories = new Histories(table, rare);
  const streams = new Streams(table, settings);
  const sides = new Sides(table, histories, streams, rare);
  const tunnels = new Tunnels(table, histories, rare, settings.seed);
  const reassembly = new Reassembly(table, histories, streams, settings, rare);
  const tcp = new TcpMachine(table, histories, reassembly, sides, rare);
  tcp.countRepeats = settings.countRepeats;
  return { table, rare, histories, streams, sides, tunnels, reassembly, tcp };
}
