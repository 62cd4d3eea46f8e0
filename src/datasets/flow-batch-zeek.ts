const FIN = 1;
const SYN = 2;
const RST = 4;
const PSH = 8;
const ACK = 16;

/** IP protocol number of each word of Zeek's `proto`; ICMPv6 is `icmp` too. */
export const ZEEK_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ['icmp', 1],
  ['tcp', 6],
  ['udp', 17],
]);

/** What each letter of `history` shows of the side's flags, lower case. */
const LETTERS: ReadonlyMap<string, number> = new Map([
  ['s', SYN],
  ['h', SYN | ACK],
  ['a', ACK],
  ['d', PSH | ACK],
  ['f', FIN | ACK],
  ['r', RST],
  ['q', SYN | FIN],
]);

/** Flags that a connection of this state has shown at least: originator's, responder's. */
const STATES: ReadonlyMap<string, readonly [own: number, other: number]> = new Map([
  ['S0', [SYN, 0]],
  ['S1', [SYN | ACK, SYN | ACK]],
  ['SF', [SYN | ACK | FIN, SYN | ACK | FIN]],
  ['REJ', [SYN, RST | ACK]],
  ['S2', [SYN | ACK | FIN, SYN | ACK]],
  ['S3', [SYN | ACK, SYN | ACK | FIN]],
  ['RSTO', [SYN | ACK | RST, SYN | ACK]],
  ['RSTR', [SYN | ACK, SYN | ACK | RST]],
  ['RSTOS0', [SYN | RST, 0]],
  ['RSTRH', [0, SYN | ACK | RST]],
  ['SH', [SYN | FIN, 0]],
  ['SHR', [0, SYN | ACK | FIN]],
]);

/**
 * TCP flags of both sides from `history`, and where there is none from `conn_state`. Zeek keeps no
 * PSH: data stands for it.
 */
export function zeekFlags(history: string, state: string): { own: number; other: number } {
  if (history === '') {
    const [own, other] = STATES.get(state) ?? [0, 0];
    return { own, other };
  }
  let own = 0;
  let other = 0;
  for (const letter of history) {
    const lower = letter.toLowerCase();
    const flags = LETTERS.get(lower) ?? 0;
    if (letter === lower) other |= flags;
    else own |= flags;
  }
  return { own, other };
}
