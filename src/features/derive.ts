/** Fills `out[0..count)` from as many cells of each input; an empty result is NaN. */
export type NumberRule = (
  inputs: readonly Float64Array[],
  count: number,
  out: Float64Array,
) => void;

/** What every derivation says of itself. A derivation needs its own row only, so it works live. */
interface DerivationFacts {
  readonly name: string;
  readonly meaning: string;
  /** Name of the schema whose columns it reads. */
  readonly schema: string;
  readonly inputs: readonly string[];
}

/** A number from numbers of the same row. */
export interface NumberDerivation extends DerivationFacts {
  readonly type: 'number';
  readonly rule: NumberRule;
}

/** A word from a word. */
export interface WordDerivation extends DerivationFacts {
  readonly type: 'word';
  readonly rule: (word: string) => string;
}

/** Several columns of 0 and 1 from a word; an empty cell gives zeros. */
export interface BitsDerivation extends DerivationFacts {
  readonly type: 'bits';
  readonly outputs: readonly string[];
  /** @returns one bit an output, the first output lowest; outputs ≤ 31 */
  readonly rule: (word: string) => number;
}

/** A feature computed from columns of the same row. */
export type Derivation = NumberDerivation | WordDerivation | BitsDerivation;

const quotient: NumberRule = (inputs, count, out) => {
  const [top, bottom] = inputs as [Float64Array, Float64Array];
  for (let i = 0; i < count; i++) out[i] = bottom[i]! > 0 ? top[i]! / bottom[i]! : Number.NaN;
};

const difference: NumberRule = (inputs, count, out) => {
  const [whole, part] = inputs as [Float64Array, Float64Array];
  for (let i = 0; i < count; i++) out[i] = whole[i]! - part[i]!;
};

/** Flag letters in the order of the TCP header's bits, as `ra -Z b` prints them. */
export const TCP_FLAG_LETTERS = 'FSRPAUEC';
/** Both sides with all flags and the underscore between. */
const LONGEST_FLAGS = 2 * TCP_FLAG_LETTERS.length + 1;

/**
 * Reads a State cell like `FSPA_SRA`.
 * @returns originator flags in bits 0-7, responder flags in bits 8-15 (FIN 1, SYN 2, RST 4, PSH 8,
 *   ACK 16, URG 32, ECE 64, CWR 128), or -1 when the word is no pair of flags
 */
export function tcpFlagBits(word: string): number {
  if (word.length > LONGEST_FLAGS) return -1;
  let bits = 0;
  let shift = 0;
  for (let i = 0; i < word.length; i++) {
    const flag = TCP_FLAG_LETTERS.indexOf(word[i]!);
    if (flag >= 0) bits |= 1 << (flag + shift);
    else if (word[i] === '_' && shift === 0) shift = 8;
    else return -1;
  }
  return shift === 0 ? -1 : bits;
}

const FLAG_NAMES = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'];

/** Every derivation there is; a pipeline names them like columns. */
const DERIVATIONS: readonly Derivation[] = [
  {
    name: 'BytesPerPkt',
    meaning: 'TotBytes / TotPkts',
    schema: 'argus',
    inputs: ['TotBytes', 'TotPkts'],
    type: 'number',
    rule: quotient,
  },
  {
    name: 'SrcBytesShare',
    meaning: 'SrcBytes / TotBytes',
    schema: 'argus',
    inputs: ['SrcBytes', 'TotBytes'],
    type: 'number',
    rule: quotient,
  },
  {
    name: 'DstBytes',
    meaning: "TotBytes - SrcBytes: bytes of the responder's packets",
    schema: 'argus',
    inputs: ['TotBytes', 'SrcBytes'],
    type: 'number',
    rule: difference,
  },
  {
    name: 'PktsPerSec',
    meaning: 'TotPkts / Dur; empty when Dur is 0',
    schema: 'argus',
    inputs: ['TotPkts', 'Dur'],
    type: 'number',
    rule: quotient,
  },
  {
    name: 'BytesPerSec',
    meaning: 'TotBytes / Dur; empty when Dur is 0',
    schema: 'argus',
    inputs: ['TotBytes', 'Dur'],
    type: 'number',
    rule: quotient,
  },
  {
    name: 'StateWord',
    meaning: 'State, with every pair of TCP flags folded into the word TCP',
    schema: 'argus',
    inputs: ['State'],
    type: 'word',
    rule: (word) => (tcpFlagBits(word) < 0 ? word : 'TCP'),
  },
  {
    name: 'StateFlags',
    meaning: 'State as one bit for each TCP flag of each side; zeros when it holds a word',
    schema: 'argus',
    inputs: ['State'],
    type: 'bits',
    outputs: ['Src', 'Dst'].flatMap((side) => FLAG_NAMES.map((flag) => `${side}.${flag}`)),
    rule: (word) => Math.max(0, tcpFlagBits(word)),
  },
];

/** Every derivation for the schema called `schema` (name without version). */
export function derivations(schema: string): readonly Derivation[] {
  return DERIVATIONS.filter((each) => each.schema === schema);
}

/** The derivation of that name for that schema, or undefined. */
export function derivation(schema: string, name: string): Derivation | undefined {
  return DERIVATIONS.find((each) => each.schema === schema && each.name === name);
}
