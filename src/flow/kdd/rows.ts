import { KddEnds } from './connections.ts';

/** Columns of a row that are numbers: all 41 but protocol_type, service and flag. */
export const KDD_NUMBERS = 38;
/** The protocol_type column's words. */
export const KDD_PROTOCOLS = ['tcp', 'udp', 'icmp'] as const;
/** Numbers before the content columns: duration, src_bytes … urgent. */
export const FIRST_CONTENT = 6;
/** Numbers before `count`. */
export const FIRST_WINDOW = 19;

/** Finished rows of the kdd view. The view reuses them after the call that hands them out. */
export class KddRows {
  readonly capacity: number;
  length = 0;
  /** Indices into `KDD_PROTOCOLS`, `KDD_SERVICES` and `KDD_FLAGS`. */
  readonly protocol: Uint8Array;
  readonly service: Uint8Array;
  readonly flag: Uint8Array;
  /** {@link KDD_NUMBERS} a row, in the data set's order without its three words. */
  readonly numbers: Float64Array;
  /** The connection each row is of: who and when, which the view's columns do not tell. */
  readonly connections: KddEnds;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.protocol = new Uint8Array(capacity);
    this.service = new Uint8Array(capacity);
    this.flag = new Uint8Array(capacity);
    this.numbers = new Float64Array(capacity * KDD_NUMBERS);
    this.connections = new KddEnds(capacity);
  }
}
