import type { ConnBatch } from '../zeek/batch.ts';
import {
  CONTENT_COLUMNS,
  KDD_ADDRESS_STRIDE,
  KddConnections,
  LOGGED_IN,
  SAID_ALL,
  SAID_LOGGED_IN,
  SAID_NOTHING,
} from './connections.ts';
import type { KddMode } from './mode.ts';
import type { KddPackets } from './packets.ts';

const ICMP = 1;
const ICMP6 = 58;
/**
 * Services that the data set calls logged in as soon as they answer, whether anyone logged in or not:
 * so it is in 116,805 of its 116,828 such rows.
 */
const OPEN_SERVICES = ['http', 'smtp'];
/** Connections converted at once: they stay in the first cache until they are put in order. */
const AT_ONCE = 64;

/**
 * The tracker's connections as what the kdd view is made from. ICMP is left out where packets give it
 * message by message.
 */
export class KddFromConns {
  readonly #packets: KddPackets;
  readonly #withIcmp: boolean;
  readonly #checksums: boolean;
  readonly #connections = new KddConnections(AT_ONCE);

  constructor(packets: KddPackets, mode: KddMode) {
    this.#packets = packets;
    // kdd99_feature_extractor keeps ICMP conversations; the data set and gureKDDCup single messages.
    this.#withIcmp = mode === 'ai-ids';
    this.#checksums = mode === 'gure';
  }

  /** Calls `take` with the batch's connections, some at a time; they are reused after the call. */
  convert(batch: ConnBatch, take: (connections: KddConnections) => void): void {
    const to = this.#connections;
    to.length = 0;
    for (let row = 0; row < batch.length; row++) {
      const protocol = batch.protocol[row]!;
      if (!this.#withIcmp && (protocol === ICMP || protocol === ICMP6)) continue;
      this.#copy(batch, row, to, to.length++);
      if (to.length < AT_ONCE) continue;
      take(to);
      to.length = 0;
    }
    if (to.length > 0) take(to);
  }

  #copy(batch: ConnBatch, from: number, to: KddConnections, row: number): void {
    const protocol = batch.protocol[from]!;
    const start = batch.start[from]!;
    const length = batch.addressLength[from]!;
    const originatorPort = batch.originatorPort[from]!;
    const responderPort = batch.responderPort[from]!;
    to.start[row] = start;
    to.end[row] = start + Math.max(0, batch.duration[from]!);
    to.protocol[row] = protocol;
    to.state[row] = batch.state[from]!;
    to.originatorPort[row] = originatorPort;
    to.responderPort[row] = responderPort;
    to.addressLength[row] = length;
    const at = row * KDD_ADDRESS_STRIDE;
    const source = from * KDD_ADDRESS_STRIDE;
    for (let i = 0; i < length; i++) {
      to.addresses[at + i] = batch.addresses[source + i]!;
      to.addresses[at + 16 + i] = batch.addresses[source + 16 + i]!;
    }
    to.originatorBytes[row] = batch.originatorBytes[from]!;
    to.responderBytes[row] = batch.responderBytes[from]!;
    const packets = this.#packets;
    let urgent = 0;
    let wrongFragment = 0;
    if (!packets.quiet) {
      const ends = [protocol, originatorPort, responderPort];
      const noted = packets.take(batch.addresses, source, length, ends);
      urgent = noted.urgent;
      wrongFragment = noted.wrongFragment;
    }
    if (this.#checksums) wrongFragment = badChecksums(batch.history[from]!);
    const open = batch.responderBytes[from]! > 0 && OPEN_SERVICES.includes(batch.service[from]!);
    if (urgent + wrongFragment === 0 && batch.facts[from]!.dialogue === null) {
      to.said[row] = open ? SAID_LOGGED_IN : SAID_NOTHING;
      return;
    }
    to.said[row] = SAID_ALL;
    to.urgent[row] = urgent;
    to.wrongFragment[row] = wrongFragment;
    content(batch, from, to.content, row * CONTENT_COLUMNS);
    if (open) to.content[row * CONTENT_COLUMNS + LOGGED_IN] = 1;
  }
}

/**
 * What gureKDDCup calls wrong fragments: packets with a wrong checksum. The history has one letter at
 * the first, tenth, hundredth of a side, so more than one a side is not told apart.
 */
function badChecksums(history: string): number {
  return Number(history.includes('C')) + Number(history.includes('c'));
}

/** Columns 10 to 22 from what the analysers learned. */
function content(batch: ConnBatch, row: number, to: Float64Array, at: number): void {
  to.fill(0, at, at + CONTENT_COLUMNS);
  const dialogue = batch.facts[row]!.dialogue;
  if (dialogue === null) return;
  to[at] = dialogue.hot;
  to[at + 1] = dialogue.failedLogins;
  if (dialogue.loggedIn) to[at + LOGGED_IN] = 1;
  to[at + 3] = dialogue.compromised;
  to[at + 4] = Number(dialogue.rootShell);
  to[at + 5] = dialogue.suAttempted;
  to[at + 6] = dialogue.rootCommands;
  to[at + 7] = dialogue.fileCreations;
  to[at + 8] = dialogue.shells;
  to[at + 9] = dialogue.accessFiles;
  // at + 10, num_outbound_cmds, stays 0: it is in every published row, so what it counts is lost.
  to[at + 11] = Number(dialogue.hostLogin);
  to[at + 12] = Number(dialogue.guestLogin);
}
