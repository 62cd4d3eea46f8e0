import { CONN_STATES, type ConnState } from '../zeek/tcp-state.ts';
import type { KddMode } from './mode.ts';

/** The flag column's words: the data set's eleven, then the two that only `ai-ids` and `gure` have. */
export const KDD_FLAGS = [
  'SF',
  'S0',
  'REJ',
  'RSTR',
  'RSTO',
  'SH',
  'S1',
  'S2',
  'RSTOS0',
  'S3',
  'OTH',
  'RSTRH',
  'SHR',
] as const;

/** Bits of {@link flagErrors}. */
export const SYN_ERROR = 1;
export const REJECT_ERROR = 2;

type Flag = (typeof KDD_FLAGS)[number];

/** The data set has neither state: nobody saw the SYN, which is what OTH says. */
const DATA_FLAG: Partial<Record<ConnState, Flag>> = { RSTRH: 'OTH', SHR: 'OTH' };
/**
 * The program goes from a lone SYN straight to S1, so that nothing ever is S0: a refused attempt is
 * a reset of an established connection, and what began without SYN is OTH.
 */
const AI_IDS_FLAG: Partial<Record<ConnState, Flag>> = {
  S0: 'S1',
  REJ: 'RSTR',
  RSTOS0: 'RSTO',
  SH: 'S1',
};

const SYN_ERRORS: Record<KddMode, readonly Flag[]> = {
  data: ['S0', 'S1', 'S2', 'S3', 'SH'],
  'ai-ids': ['S0', 'S1', 'S2', 'S3'],
  gure: ['S0', 'S1', 'S2', 'S3'],
};
const REJECT_ERRORS: Record<KddMode, readonly Flag[]> = {
  data: ['REJ', 'RSTO', 'RSTR', 'RSTOS0'],
  'ai-ids': ['REJ'],
  gure: ['REJ'],
};

const TCP = 6;

/** For each of Zeek's connection states the index of its flag, as a mode gives it to TCP. */
export function tcpFlags(mode: KddMode): Uint8Array {
  const renamed = mode === 'data' ? DATA_FLAG : mode === 'ai-ids' ? AI_IDS_FLAG : {};
  return Uint8Array.from(CONN_STATES, (state) => KDD_FLAGS.indexOf(renamed[state] ?? state));
}

/**
 * For each of Zeek's connection states the index of the flag outside TCP: always SF, answered or not (all
 * 495,628 UDP and ICMP rows of the data set are); `gure` keeps Zeek's word.
 */
export function otherFlags(mode: KddMode): Uint8Array {
  const plain = Uint8Array.from(CONN_STATES, (state) => KDD_FLAGS.indexOf(state));
  return mode === 'gure' ? plain : plain.fill(KDD_FLAGS.indexOf('SF'));
}

/** For each of {@link KDD_FLAGS} the error bits that a mode counts it under. */
export function flagErrors(mode: KddMode): Uint8Array {
  return Uint8Array.from(KDD_FLAGS, (flag) => {
    const syn = SYN_ERRORS[mode].includes(flag) ? SYN_ERROR : 0;
    return syn | (REJECT_ERRORS[mode].includes(flag) ? REJECT_ERROR : 0);
  });
}

/** Gives the flag of a connection by its Zeek state. */
export class FlagTable {
  readonly #tcp: Uint8Array;
  readonly #other: Uint8Array;

  constructor(mode: KddMode) {
    this.#tcp = tcpFlags(mode);
    this.#other = otherFlags(mode);
  }

  /** @returns index into {@link KDD_FLAGS}; `state` is one into Zeek's `CONN_STATES` */
  flag(protocol: number, state: number): number {
    return (protocol === TCP ? this.#tcp : this.#other)[state]!;
  }
}
