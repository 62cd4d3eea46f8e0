import type { IpLayer, Packet } from '../../decode/index.ts';
import { CONN_STATES } from '../zeek/tcp-state.ts';
import { KDD_ADDRESS_STRIDE, KddConnections, SAID_ALL, SAID_NOTHING } from './connections.ts';
import { FragmentTrains, type Train } from './fragment-trains.ts';

const ICMP = 1;
const TCP = 6;
const UDP = 17;
const ICMP6 = 58;
const URG = 32;

/** Connections with URG packets or bad fragments that are remembered until they end. */
export const MAX_NOTED = 65536;

/** What packets told of a connection that the tracker does not keep. */
export interface Noted {
  urgent: number;
  wrongFragment: number;
}

const NOTHING: Noted = Object.freeze({ urgent: 0, wrongFragment: 0 });

/**
 * Takes from packets what the kdd view needs beside the tracker's connections: packets with URG, bad
 * fragments, and ICMP, of which every message is a row of its own in the data set (its smurf floods
 * are one row a packet, of 1,032 bytes). Costs sound TCP and UDP packets two comparisons.
 */
export class KddPackets {
  /** Notes that were forgotten because there were too many. */
  forgotten = 0;
  readonly #noted = new Map<string, Noted>();
  readonly #trains: FragmentTrains;
  readonly #icmp = new KddConnections(256);
  /** First fragments of ICMP messages, until it is known whether the others are sound. */
  readonly #held = new Map<Train, KddConnections>();
  readonly #emit: (connections: KddConnections) => void;

  /** @param emit called with ICMP rows; the batch is reused afterwards */
  constructor(emit: (connections: KddConnections) => void) {
    this.#emit = emit;
    this.#trains = new FragmentTrains((train) => this.#ended(train));
  }

  /** Whether nothing is noted of any connection, so that {@link take} need not be asked. */
  get quiet(): boolean {
    return this.#noted.size === 0;
  }

  /** Looks at one packet: at the innermost IP header, as the tracker does. */
  add(packet: Packet): void {
    if (packet.ipCount === 0) return;
    const layer = packet.ip[packet.ipCount - 1]!;
    const fragment = layer.moreFragments || layer.fragmentOffset > 0;
    const icmp = layer.protocol === ICMP || layer.protocol === ICMP6;
    if (fragment) this.#fragment(packet, layer, icmp);
    else if (icmp && layer.hasTransport) this.#write(this.#room(), packet, layer);
    if (layer.protocol === TCP && layer.hasTransport && layer.tcpFlags & URG) {
      this.#note(connectionOf(packet.bytes, layer)).urgent++;
    }
  }

  /**
   * What was noted of a connection that has ended, once: asking forgets it.
   * @param addresses originator at `at`, responder 16 bytes behind
   */
  take(addresses: Uint8Array, at: number, length: number, ends: readonly number[]): Noted {
    const [protocol = 0, originatorPort = 0, responderPort = 0] = ends;
    const originator = endOf(addresses, at, length, originatorPort);
    const responder = endOf(addresses, at + 16, length, responderPort);
    const key = joined(protocol, originator, responder);
    const noted = this.#noted.get(key);
    if (noted === undefined) return NOTHING;
    this.#noted.delete(key);
    return noted;
  }

  /** Gives out the ICMP rows so far, but for those whose fragments are still awaited. */
  flush(): void {
    if (this.#icmp.length === 0) return;
    this.#emit(this.#icmp);
    this.#icmp.length = 0;
  }

  /** Gives out all ICMP rows. */
  finish(): void {
    this.#trains.finish();
    this.flush();
  }

  #fragment(packet: Packet, layer: IpLayer, icmp: boolean): void {
    const first = layer.fragmentOffset === 0 && layer.hasTransport;
    const key = first && !icmp ? connectionOf(packet.bytes, layer) : '';
    const train = this.#trains.add(packet.bytes, layer, packet.time, key);
    if (icmp && first && !this.#held.has(train)) {
      const held = new KddConnections(1);
      held.length = 1;
      this.#write(held, packet, layer);
      this.#held.set(train, held);
    }
    // A connection may end before its train does, so it is noted at once.
    if (!icmp && train.wrong > 0 && train.connection !== '') {
      const noted = this.#note(train.connection);
      noted.wrongFragment = Math.max(noted.wrongFragment, train.wrong);
    }
  }

  #ended(train: Train): void {
    const held = this.#held.get(train);
    if (held === undefined) return;
    this.#held.delete(train);
    const room = this.#room();
    held.content.fill(0);
    held.urgent[0] = 0;
    held.wrongFragment[0] = train.wrong;
    held.said[0] = SAID_ALL;
    room.copy(room.length - 1, held, 0);
  }

  #note(key: string): Noted {
    let noted = this.#noted.get(key);
    if (noted !== undefined) return noted;
    if (this.#noted.size >= MAX_NOTED) {
      for (const oldest of this.#noted.keys()) {
        this.#noted.delete(oldest);
        break;
      }
      this.forgotten++;
    }
    noted = { urgent: 0, wrongFragment: 0 };
    this.#noted.set(key, noted);
    return noted;
  }

  /** The batch with one more row, which the caller fills. */
  #room(): KddConnections {
    if (this.#icmp.length === this.#icmp.capacity) this.flush();
    this.#icmp.length++;
    return this.#icmp;
  }

  /** Fills the last row of `to` with an ICMP message: one way, over at once, header counted. */
  #write(to: KddConnections, packet: Packet, layer: IpLayer): void {
    const row = to.length - 1;
    to.start[row] = packet.time;
    to.end[row] = packet.time;
    to.protocol[row] = layer.protocol;
    to.state[row] = CONN_STATES.indexOf('OTH');
    to.originatorPort[row] = layer.icmpType;
    to.responderPort[row] = layer.icmpCode;
    const length = layer.version === 4 ? 4 : 16;
    to.addressLength[row] = length;
    const at = row * KDD_ADDRESS_STRIDE;
    for (let i = 0; i < length; i++) {
      to.addresses[at + i] = packet.bytes[layer.sourceOffset + i]!;
      to.addresses[at + 16 + i] = packet.bytes[layer.destinationOffset + i]!;
    }
    to.originatorBytes[row] = layer.payloadLength;
    to.responderBytes[row] = 0;
    to.said[row] = SAID_NOTHING;
  }
}

function connectionOf(bytes: Uint8Array, layer: IpLayer): string {
  const length = layer.version === 4 ? 4 : 16;
  const ported = layer.protocol === TCP || layer.protocol === UDP;
  const from = endOf(bytes, layer.sourceOffset, length, ported ? layer.sourcePort : 0);
  const to = endOf(bytes, layer.destinationOffset, length, ported ? layer.destinationPort : 0);
  return joined(layer.protocol, from, to);
}

/** The same text whichever end comes first. */
function joined(protocol: number, a: string, b: string): string {
  return a < b ? `${protocol} ${a}${b}` : `${protocol} ${b}${a}`;
}

function endOf(bytes: Uint8Array, at: number, length: number, port: number): string {
  let text = String.fromCharCode(port);
  for (let i = 0; i < length; i++) text += String.fromCharCode(bytes[at + i]!);
  return text;
}
