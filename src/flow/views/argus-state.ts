import type { FlowBatch } from '../flow.ts';
import {
  STATE_ERROR_CODE_SHIFT,
  STATE_ERROR_TYPE_SHIFT,
  STATE_FIRST,
  STATE_FRAGMENTS,
  STATE_ICMP_ERROR,
  STATE_TCP,
} from '../record-state.ts';
import { isIsIsPdu, isisPdu } from './argus-isis.ts';

const LETTERS = 'FSRPAUEC';

/** TCP flags as Argus spells them, in the order of their bits; index by the flag byte. */
const FLAG_TEXT: readonly string[] = Array.from({ length: 256 }, (_, flags) =>
  [...LETTERS].filter((_letter, bit) => (flags >> bit) & 1).join(''),
);

const ICMP_WORDS = (
  'ECR - - UR SRC RED AHA - ECO RTA RTS TXD PAR TST TSR IRQ IRR MAS MSR SEC ' +
  'ROB ROB ROB ROB ROB ROB ROB ROB ROB ROB TRC DCE MHR WAY IAH MRQ MRP DNQ DNP SKP PHO ' +
  'NRS NRA NNS NNA PTB'
).split(' ');

const UNREACHABLE = 'N H O P F S NU HU ISO NPRO HPRO NTOS HTOS FIL PRE CUT'.split(' ');
const UNREACHABLE_6 = 'URNR URAD URBS URAR URP URSF URRR URES'.split(' ');

const ICMP6_WORDS: ReadonlyMap<number, string> = new Map([
  [2, 'PTB'],
  [128, 'ECO'],
  [129, 'ECR'],
  [130, 'MRQ'],
  [131, 'MRP'],
  [132, 'MRR'],
  [133, 'NRS'],
  [134, 'NRA'],
  [135, 'NNS'],
  [136, 'NNA'],
  [137, 'RED'],
  [143, 'MHR'],
]);

function icmpWord(type: number, code: number): string {
  if (type === 3) return `UR${UNREACHABLE[code] ?? ''}`;
  const word = ICMP_WORDS[type] ?? 'UNK';
  return word === '-' ? '' : word;
}

function icmp6Word(type: number, code: number): string {
  if (type === 1) return UNREACHABLE_6[code] ?? 'UNK';
  if (type === 3) return code === 0 ? 'TXT' : code === 1 ? 'TXR' : 'UNK';
  if (type === 4) return ['PPH', 'PPNH', 'PPO'][code] ?? 'UNK';
  return ICMP6_WORDS.get(type) ?? 'UNK';
}

/** How many numbers {@link flagCode} gives. */
export const FLAG_PAIRS = 65536;

const flagPairs: (string | undefined)[] = new Array(FLAG_PAIRS);

/** The word of a {@link flagCode}: `S_SA`. Made once each, so that equal words are one string. */
export function flagPair(code: number): string {
  const known = flagPairs[code];
  if (known !== undefined) return known;
  const word = `${FLAG_TEXT[code >> 8]!}_${FLAG_TEXT[code & 255]!}`;
  flagPairs[code] = word;
  return word;
}

/** TCP flags of both sides of the row, those of the side printed first in the upper byte. */
export function flagCode(batch: FlowBatch, row: number, exchanged: boolean): number {
  const own = batch.originatorFlags[row]!;
  const other = batch.responderFlags[row]!;
  return exchanged ? (other << 8) | own : (own << 8) | other;
}

/**
 * The State cell of a row, as `ra -Z b` prints it. @param exchanged the view prints the row's sides the
 * other way round
 */
export function argusState(batch: FlowBatch, row: number, exchanged: boolean): string {
  const state = batch.state[row]!;
  const protocol = batch.protocol[row]!;
  const length = batch.addressLength[row]!;
  const ip = length !== 6 && batch.etherType[row] !== 0x0806;
  if (ip && protocol === 6) {
    // Without a whole TCP header Argus prints what its memory happens to hold; it is always this.
    if ((state & STATE_TCP) === 0) return 'FR_A';
    return flagPair(flagCode(batch, row, exchanged));
  }
  if (ip && (protocol === 1 || protocol === 58)) {
    if ((state & STATE_FRAGMENTS) !== 0) return '';
    if ((state & STATE_ICMP_ERROR) !== 0) {
      const type = (state >>> STATE_ERROR_TYPE_SHIFT) & 0xff;
      return icmpWord(type, state >>> STATE_ERROR_CODE_SHIFT);
    }
    const type = batch.icmpType[row]!;
    return (protocol === 1 ? icmpWord : icmp6Word)(type, batch.icmpCode[row]!);
  }
  if (isIsIsPdu(batch, row)) return isisPdu(batch, row);
  const sends = batch.originatorPackets[row]! > 0;
  const answers = batch.responderPackets[row]! > 0;
  if (sends && answers) return 'CON';
  if (sends) return (state & STATE_FIRST) !== 0 ? 'INT' : 'REQ';
  return 'RSP';
}
