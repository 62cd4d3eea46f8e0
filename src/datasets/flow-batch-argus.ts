import { PROTOCOL_NAMES } from '../flow/index.ts';

/** TCP flags in the order that Argus spells them, which is that of their bits. */
const LETTERS = 'FSRPAUEC';

/** IP protocol number of each word of the Proto column; the first number where two share a word. */
export const ARGUS_PROTOCOLS: ReadonlyMap<string, number> = new Map(
  PROTOCOL_NAMES.map((name, number): [string, number] => [name, number]).reverse(),
);

/** TCP flags of both sides from a State cell of `ra -Z b`: `FSPA_SA`. Other words have none. */
export function argusFlags(state: string): { own: number; other: number } {
  const line = state.indexOf('_');
  if (line < 0) return { own: 0, other: 0 };
  return { own: flagsOf(state.slice(0, line)), other: flagsOf(state.slice(line + 1)) };
}

function flagsOf(word: string): number {
  let flags = 0;
  for (const letter of word) {
    const bit = LETTERS.indexOf(letter);
    if (bit >= 0) flags |= 1 << bit;
  }
  return flags;
}

/**
 * Type and code of an ICMP row: `0x0008` in Sport is code 0, type 8; ICMPv6 prints type and code as
 * decimal numbers in Sport and Dport.
 */
export function argusIcmp(sourcePort: string, port: string): [type: number, code: number] {
  if (sourcePort.startsWith('0x')) {
    const both = Number.parseInt(sourcePort.slice(2), 16);
    return Number.isNaN(both) ? [0, 0] : [both & 0xff, (both >>> 8) & 0xff];
  }
  return [Number(sourcePort) & 0xff || 0, Number(port) & 0xff || 0];
}

/** Packets of each side, estimated: see {@link import('./flow-batch.ts').tableToFlowBatch}. */
export function argusPackets(
  { packets, own, other }: { packets: number; own: number; other: number },
  direction: string,
): { own: number; other: number } {
  const sends = own > 0 || direction.endsWith('>');
  const answers = other > 0;
  if (!answers) return { own: packets, other: 0 };
  if (!sends || own === 0) return { own: 0, other: packets };
  if (packets < 2) return { own: packets, other: 0 };
  const share = Math.round((packets * own) / (own + other));
  const mine = Math.min(packets - 1, Math.max(1, share));
  return { own: mine, other: packets - mine };
}
