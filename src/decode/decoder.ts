import type { Frame } from '../capture/index.ts';
import { ANOMALIES, anomalyBit, raise } from './anomaly.ts';
import { dispatchDatagram, dispatchLink, dispatchNetwork, dispatchTransport } from './dispatch.ts';
import { decodeEthernet } from './link/ethernet.ts';
import { decodeLlc } from './link/llc.ts';
import { decodePpp } from './link/ppp.ts';
import type { Packet } from './packet.ts';
import {
  DATAGRAM,
  DONE,
  ETHERNET,
  type Level,
  LINK,
  LLC,
  MAX_STEPS,
  NETWORK,
  PPP,
  TRANSPORT,
  Walk,
} from './walk.ts';

const UNSUPPORTED = anomalyBit('link_type_unsupported');
const CUT = anomalyBit('ip_payload_truncated');
const LAYER_LIMIT = anomalyBit('layer_limit');

/** Unsupported link types counted by number: files hold a handful; more comes from a forged file. */
const MAX_LINK_TYPES = 64;

/** Decodes frames into one reused {@link Packet} and counts what was odd. Create with {@link createDecoder}. */
export class Decoder {
  /** Frames decoded so far. */
  packets = 0;
  /** Packets with each anomaly, by its place in {@link ANOMALIES}. */
  readonly anomalies: Float64Array = new Float64Array(ANOMALIES.length);
  /** Frames of each link type without a decoder; past 64 types the rest is counted under -1. */
  readonly linkTypes: Map<number, number> = new Map();
  readonly #walk = new Walk();

  /** Fills `packet` from the frame. Never throws; every field that is set lies within the frame. */
  decode(frame: Frame, packet: Packet): void {
    packet.reset(frame);
    this.packets++;
    const walk = this.#walk;
    const { start, end } = packet;
    walk.offset = start;
    walk.end = end;
    walk.wireEnd = packet.originalLength > end - start ? start + packet.originalLength : end;
    walk.guessed = false;
    walk.fragment = false;
    walk.code = packet.linkType;
    let level: Level = LINK;
    for (let steps = 0; level !== DONE; steps++) {
      if (steps === MAX_STEPS) {
        raise(packet, LAYER_LIMIT);
        break;
      }
      level = this.#step(level, packet, walk);
    }
    if ((packet.anomalyLow | packet.anomalyHigh) !== 0) this.#count(packet);
  }

  /** Counts a frame that {@link import('./plain.ts').readPlain} knew, as if it had been decoded here. */
  countPlain(anomalies: number): void {
    this.packets++;
    if (anomalies !== 0) this.anomalies[CUT]++;
  }

  #step(level: Level, packet: Packet, walk: Walk): Level {
    switch (level) {
      case NETWORK:
        return dispatchNetwork(packet, walk);
      case TRANSPORT:
        return dispatchTransport(packet, walk);
      case DATAGRAM:
        return dispatchDatagram(packet, walk);
      case LINK: {
        const next = dispatchLink(packet, walk);
        return next < 0 ? this.#unsupported(packet, walk.code) : (next as Level);
      }
      case ETHERNET:
        return decodeEthernet(packet, walk);
      case LLC:
        return decodeLlc(packet, walk);
      case PPP:
        return decodePpp(packet, walk);
      default:
        return DONE;
    }
  }

  #unsupported(packet: Packet, linkType: number): Level {
    raise(packet, UNSUPPORTED);
    const known = this.linkTypes.has(linkType) || this.linkTypes.size < MAX_LINK_TYPES;
    const key = known ? linkType : -1;
    this.linkTypes.set(key, (this.linkTypes.get(key) ?? 0) + 1);
    return DONE;
  }

  #count(packet: Packet): void {
    // At most 32 bits each: every turn clears the lowest one.
    for (let bits = packet.anomalyLow; bits !== 0; bits &= bits - 1) {
      this.anomalies[31 - Math.clz32(bits & -bits)]++;
    }
    for (let bits = packet.anomalyHigh; bits !== 0; bits &= bits - 1) {
      this.anomalies[63 - Math.clz32(bits & -bits)]++;
    }
  }
}

/** A decoder with all counters at zero. */
export function createDecoder(): Decoder {
  return new Decoder();
}
