import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { NetflowExporters, type NetflowExportersStats } from '../datasets/index.ts';
import type { FlowBatch } from '../flow/index.ts';
import { noteCounts } from './capture-options.ts';
import { type CommandContext, usage } from './context.ts';
import { note } from './terminal.ts';

const SCHEME = 'udp://';
const LOOPBACK = '127.0.0.1';
/** Where most exporters send NetFlow; IPFIX has 4739 (IANA). */
const NETFLOW_PORT = 2055;
/** What the kernel may hold for us while we decode; it cuts this to its own limit. */
const RECEIVE_BUFFER = 8 * 2 ** 20;
const FLUSH_MS = 1000;
/** Time to read what the kernel still holds when listening ends. */
const DRAIN_MS = 100;

/** Where to listen. */
export interface ListenAddress {
  readonly address: string;
  readonly port: number;
}

/**
 * Reads `udp://ADDRESS:PORT`. Without an address it is the loopback: to be reached from outside has to
 * be asked for.
 * @throws WiresiftError `USAGE`
 */
export function listenAddress(text: string): ListenAddress {
  const rest = text.slice(SCHEME.length);
  // An IPv6 address stands in brackets.
  const split = rest.lastIndexOf(':') > rest.lastIndexOf(']') ? rest.lastIndexOf(':') : rest.length;
  const host = rest.slice(0, split);
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  const word = rest.slice(split + 1);
  const port = word === '' ? NETFLOW_PORT : Number(word);
  const address = bare === '' || bare === 'localhost' ? LOOPBACK : bare;
  const bracketed = bare !== host;
  if (isIP(address) === (bracketed ? 6 : 4) && /^\d{0,5}$/.test(word) && port <= 0xffff) {
    return { address, port };
  }
  throw usage('FILES', `"${text}"`, 'udp://127.0.0.1:2055, udp://0.0.0.0:2055 or udp://[::]:2055');
}

/** What {@link listenNetflow} is asked for. */
export interface ListenOptions extends ListenAddress {
  /** Absent: until Ctrl-C. */
  readonly seconds?: number;
  readonly quiet?: boolean;
  readonly onBatch: (batch: FlowBatch) => void;
  /** Awaited about every second: where output is written. */
  readonly afterSecond?: () => Promise<void>;
}

/**
 * Takes NetFlow and IPFIX over UDP until the first Ctrl-C or the end of the time; the flows that still
 * wait for their answer are then handed on, and it ends like a file.
 * @throws the system's error when the address cannot be listened on
 */
export async function listenNetflow(
  { onInterrupt }: Pick<CommandContext, 'onInterrupt'>,
  options: ListenOptions,
): Promise<NetflowExportersStats> {
  const { address, port, onBatch, afterSecond, quiet } = options;
  const exporters = new NetflowExporters({ onBatch });
  const type = isIP(address) === 6 ? 'udp6' : 'udp4';
  const socket = createSocket({ type, recvBufferSize: RECEIVE_BUFFER });
  socket.on('message', (bytes, from) => exporters.message(from.address, bytes, Date.now() * 1000));
  try {
    socket.bind(port, address);
    await once(socket, 'listening');
    const ended = endOf(socket, onInterrupt, options.seconds);
    if (!quiet) note(`listening on ${SCHEME}${hostText(address)}:${socket.address().port}`);
    while (!(await Promise.race([ended, delay(FLUSH_MS, false, { ref: false })]))) {
      await afterSecond?.();
    }
    await delay(DRAIN_MS);
  } finally {
    socket.close();
  }
  exporters.flush();
  return exporters.stats;
}

const hostText = (address: string): string => (isIP(address) === 6 ? `[${address}]` : address);

function endOf(
  socket: Socket,
  onInterrupt: CommandContext['onInterrupt'],
  seconds: number | undefined,
): Promise<true> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    const timer = seconds === undefined ? undefined : setTimeout(resolve, seconds * 1000, true);
    onInterrupt(() => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** Tells on standard error what came. */
export function noteExporters(stats: NetflowExportersStats): void {
  const { messages, records, exporters } = stats;
  note(`${records} flow records in ${messages} messages of ${exporters} exporters`);
  noteCounts({
    'data sets whose template was not known': stats.withoutTemplate,
    'messages, sets and records that could not be read': stats.bad,
    'messages of senders that are no exporter, or one too many': stats.refused,
  });
}
