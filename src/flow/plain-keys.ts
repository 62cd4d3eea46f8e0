import { NOT_PLAIN, readPlain } from '../decode/index.ts';
import { KIND_IPV4, word } from './key-kinds.ts';
import { type KeyedFrames, LANE_KEY } from './lanes.ts';

const ETHERNET = 1;
const UDP = 17;
const DNS_PORT = 53;

/** Reads which frames of a burst are plain, and the keys of those, into their lanes. */
export function readPlainKeys(frames: KeyedFrames, count: number): void {
  const { bytes, start, end, originalLength, linkType, anomalies, key, turned } = frames;
  for (let lane = 0; lane < count; lane++) {
    const from = start[lane]!;
    const ethernet = linkType[lane] === ETHERNET;
    const plain = ethernet ? readPlain(bytes, from, end[lane]!, originalLength[lane]!) : NOT_PLAIN;
    anomalies[lane] = plain;
    if (plain === NOT_PLAIN) continue;
    const at = lane * LANE_KEY;
    const protocol = bytes[from + 23]!;
    const source = word(bytes, from + 26);
    const destination = word(bytes, from + 30);
    const ports = word(bytes, from + 34);
    const low = ports >>> 16;
    const high = ports & 0xffff;
    const turn = source >>> 0 > destination >>> 0 || (source === destination && low > high);
    turned[lane] = turn ? 1 : 0;
    key[at] = KIND_IPV4 | (protocol << 8);
    key[at + 1] = turn ? destination : source;
    key[at + 2] = turn ? source : destination;
    key[at + 3] = turn ? (high << 16) | low : ports;
    key[at + 4] = 0;
    if (protocol === UDP && (low === DNS_PORT || high === DNS_PORT) && from + 44 <= end[lane]!)
      key[at + 4] = (bytes[from + 42]! << 8) | bytes[from + 43]!;
  }
}
