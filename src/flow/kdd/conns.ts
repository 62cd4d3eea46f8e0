import type { ConnBatch } from '../zeek/batch.ts';
import { CONTENT_COLUMNS, KDD_ADDRESS_STRIDE, KddConnections } from './connections.ts';
import type { KddMode } from './mode.ts';
import type { KddPackets } from './packets.ts';

const ICMP = 1;
const ICMP6 = 58;
/** Services that the data set calls logged in as soon as they answer: see {@link content}. */
const OPEN_SERVICES = ['http', 'smtp'];

/**
 * The tracker's connections as what the kdd view is made from. ICMP is left out where packets give it
 * message by message.
 */
export class KddFromConns {
  readonly #packets: KddPackets;
  readonly #withIcmp: boolean;
  readonly #checksums: boolean;
  #connections = new KddConnections(64);

  constructor(packets: KddPackets, mode: KddMode) {
    this.#packets = packets;
    // kdd99_feature_extractor keeps ICMP conversations; the data set and gureKDDCup single messages.
    this.#withIcmp = mode === 'ai-ids';
    this.#checksums = mode === 'gure';
  }

  /** @returns the batch's connections; reused at the next call */
  convert(batch: ConnBatch): KddConnections {
    if (this.#connections.capacity < batch.length) {
      this.#connections = new KddConnections(batch.capacity);
    }
    const to = this.#connections;
    to.length = 0;
    for (let row = 0; row < batch.length; row++) {
      const protocol = batch.protocol[row]!;
      if (!this.#withIcmp && (protocol === ICMP || protocol === ICMP6)) continue;
      this.#copy(batch, row, to, to.length++);
    }
    return to;
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
    for (let i = 0; i < KDD_ADDRESS_STRIDE; i++) {
      to.addresses[at + i] = batch.addresses[source + i]!;
    }
    to.originatorBytes[row] = batch.originatorBytes[from]!;
    to.responderBytes[row] = batch.responderBytes[from]!;
    const packets = this.#packets;
    to.urgent[row] = 0;
    to.wrongFragment[row] = 0;
    if (!packets.quiet) {
      const ends = [protocol, originatorPort, responderPort];
      const noted = packets.take(batch.addresses, source, length, ends);
      to.urgent[row] = noted.urgent;
      to.wrongFragment[row] = noted.wrongFragment;
    }
    if (this.#checksums) to.wrongFragment[row] = badChecksums(batch.history[from]!);
    content(batch, from, to.content, row * CONTENT_COLUMNS);
  }
}

/**
 * What gureKDDCup calls wrong fragments: packets with a wrong checksum. The history has one letter at
 * the first, tenth, hundredth of a side, so more than one a side is not told apart.
 */
function badChecksums(history: string): number {
  return Number(history.includes('C')) + Number(history.includes('c'));
}

/**
 * Columns 10 to 22 from what the analysers learned. logged_in is also 1 for HTTP and SMTP that was
 * answered: so it is in 116,805 of the data set's 116,828 such rows, whether anyone logged in or not.
 */
function content(batch: ConnBatch, row: number, to: Float64Array, at: number): void {
  to.fill(0, at, at + CONTENT_COLUMNS);
  const answered = batch.responderBytes[row]! > 0;
  if (answered && OPEN_SERVICES.includes(batch.service[row]!)) to[at + 2] = 1;
  const dialogue = batch.facts[row]!.dialogue;
  if (dialogue === null) return;
  to[at] = dialogue.hot;
  to[at + 1] = dialogue.failedLogins;
  if (dialogue.loggedIn) to[at + 2] = 1;
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
