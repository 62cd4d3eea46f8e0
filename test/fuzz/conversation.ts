import type { Random } from '../../src/base/index.ts';
import { openCaptureBytes } from '../../src/capture/index.ts';
import { createDecoder, type IpLayer, Packet } from '../../src/decode/index.ts';
import { changeBytes, interesting, put } from './mutate.ts';
import type { Seed } from './target.ts';

/*
 * A conversation as bytes, so that it can be kept and changed like any other input:
 *   protocol (1), originator's port (2), responder's port (2), then turns:
 *   bits (1: 1 from the responder, 2 a gap instead of bytes), length (2, big-endian), bytes.
 * Any bytes are a conversation: what is missing at the end is not there.
 */

/** Bytes before the first turn, and before the bytes of a turn. */
const HEAD = 5;
const TURN = 3;
/** Bytes kept of a conversation, and conversations of a capture. */
const MAX_BYTES = 24 * 1024;
const MAX_CONVERSATIONS = 8;

/** One side's bytes, or a hole in them. */
export interface Turn {
  readonly fromOriginator: boolean;
  readonly gap: boolean;
  readonly start: number;
  readonly end: number;
  /** Of a gap; of bytes what the turn holds. */
  readonly length: number;
}

/** What the first bytes of a conversation say. */
export function readHead(bytes: Uint8Array): {
  protocol: number;
  originatorPort: number;
  responderPort: number;
} {
  const at = (i: number): number => bytes[i] ?? 0;
  return {
    protocol: at(0),
    originatorPort: (at(1) << 8) | at(2),
    responderPort: (at(3) << 8) | at(4),
  };
}

/** The turns of a conversation. */
export function readTurns(bytes: Uint8Array): Turn[] {
  const turns: Turn[] = [];
  let at = HEAD;
  while (at + TURN <= bytes.length) {
    const bits = bytes[at]!;
    const length = (bytes[at + 1]! << 8) | bytes[at + 2]!;
    const gap = (bits & 2) !== 0;
    const start = at + TURN;
    const end = gap ? start : Math.min(bytes.length, start + length);
    turns.push({
      fromOriginator: (bits & 1) === 0,
      gap,
      start,
      end,
      length: gap ? length : end - start,
    });
    at = end;
  }
  return turns;
}

function turn(fromOriginator: boolean, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(TURN + data.length);
  bytes[0] = fromOriginator ? 0 : 1;
  put(bytes, 1, data.length, { width: 2, little: false });
  bytes.set(data, TURN);
  return bytes;
}

/** The first conversations of a capture, packets in the order they came. */
export async function conversationsOf(seed: Seed): Promise<Uint8Array[]> {
  const decoder = createDecoder();
  const packet = new Packet();
  const found = new Map<string, { first: string; parts: Uint8Array[]; bytes: number }>();
  const source = await openCaptureBytes(seed.read(), seed.name);
  await source.read((frame) => {
    decoder.decode(frame, packet);
    const layer = packet.ip[packet.ipCount - 1];
    if (packet.ipCount === 0 || !layer?.hasTransport || layer.dataEnd <= layer.dataStart) return;
    if (layer.protocol !== 6 && layer.protocol !== 17) return;
    const from = endpoint(packet.bytes, layer, true);
    const to = endpoint(packet.bytes, layer, false);
    const key = from < to ? `${layer.protocol} ${from} ${to}` : `${layer.protocol} ${to} ${from}`;
    let conversation = found.get(key);
    if (!conversation) {
      if (found.size >= MAX_CONVERSATIONS) return;
      const head = new Uint8Array(HEAD);
      head[0] = layer.protocol;
      put(head, 1, layer.sourcePort, { width: 2, little: false });
      put(head, 3, layer.destinationPort, { width: 2, little: false });
      conversation = { first: from, parts: [head], bytes: 0 };
      found.set(key, conversation);
    }
    const data = packet.bytes.slice(layer.dataStart, layer.dataEnd);
    if (conversation.bytes + data.length > MAX_BYTES) return;
    conversation.bytes += data.length;
    conversation.parts.push(turn(from === conversation.first, data));
  });
  return [...found.values()].map(({ parts }) => Uint8Array.from(Buffer.concat(parts)));
}

function endpoint(bytes: Uint8Array, layer: IpLayer, source: boolean): string {
  const at = source ? layer.sourceOffset : layer.destinationOffset;
  const address = bytes.subarray(at, at + (layer.version === 4 ? 4 : 16)).join('.');
  return `${address}:${source ? layer.sourcePort : layer.destinationPort}`;
}

/** A changed copy: of the bytes that are said, or of who says them, in what order and cut. */
export function changeConversation(
  random: Random,
  bytes: Uint8Array,
  other: () => Uint8Array,
): Uint8Array {
  const turns = readTurns(bytes);
  const kind = random.int(8);
  if (turns.length === 0 || kind === 0) return changeBytes(random, bytes, other);
  const parts: Uint8Array[] = turns.map(({ start, end }) => bytes.slice(start - TURN, end));
  const at = random.int(parts.length);
  const said = parts[at]!.subarray(TURN);
  const join = (): Uint8Array =>
    Uint8Array.from(Buffer.concat([bytes.subarray(0, HEAD), ...parts]));
  if (kind < 4) {
    // Early bytes decide more than late ones.
    const place = Math.floor(said.length * random.next() ** 3);
    const width = ([1, 2, 4] as const)[random.int(3)]!;
    if (random.int(2) === 0 && said.length > 0) said[place]! ^= 1 << random.int(8);
    else put(said, place, interesting(random), { width, little: random.int(4) === 0 });
    return join();
  }
  if (kind === 4) {
    const changed = changeBytes(random, said.slice(), () => other().subarray(HEAD + TURN));
    parts[at] = turn((parts[at]![0]! & 1) === 0, changed.subarray(0, 0xffff));
  } else if (kind === 5) parts[at]![0]! ^= 1 + random.int(3);
  else if (kind === 6) parts.splice(random.int(parts.length), 0, parts[at]!.slice());
  else parts.splice(at, 1 + random.int(parts.length - at));
  return join();
}
