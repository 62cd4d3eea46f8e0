/** Bytes a row of {@link KddEnds.addresses} takes: originator, then responder. */
export const KDD_ADDRESS_STRIDE = 32;
/** The same in words of four bytes. */
export const ADDRESS_WORDS = KDD_ADDRESS_STRIDE / 4;
/** Columns 10 to 22 of the data set, `hot` to `is_guest_login`. */
export const CONTENT_COLUMNS = 13;
/** Of these, logged_in. */
export const LOGGED_IN = 2;

/** {@link KddConnections.said} of a row: its content, bad fragments and URG packets are set. */
export const SAID_ALL = 0;
/** All of these are 0, whatever their arrays hold. */
export const SAID_NOTHING = 1;
/** The same, but for logged_in, which is 1. */
export const SAID_LOGGED_IN = 2;

/**
 * Who spoke with whom, and when: connections as columns, one row each. ICMP has its type in
 * `originatorPort` and its code in `responderPort`.
 */
export class KddEnds {
  readonly capacity: number;
  length = 0;
  /** Times of the first and last packet, whole microseconds since 1970-01-01 UTC. */
  readonly start: Float64Array;
  readonly end: Float64Array;
  /** IP protocol number: 6, 17, 1 or 58; others have no row in the data set. */
  readonly protocol: Uint8Array;
  /** Index into `CONN_STATES`. */
  readonly state: Uint8Array;
  readonly originatorPort: Uint16Array;
  readonly responderPort: Uint16Array;
  /** {@link KDD_ADDRESS_STRIDE} bytes a row; an address stands at the beginning of its 16 bytes. */
  readonly addresses: Uint8Array;
  /** {@link addresses}, four bytes at a time, as the machine reads them. */
  readonly addressWords: Int32Array;
  /** 4 or 16. */
  readonly addressLength: Uint8Array;
  /** Payload bytes; of ICMP the whole message, header included, as the data set counts. */
  readonly originatorBytes: Float64Array;
  readonly responderBytes: Float64Array;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.start = new Float64Array(capacity);
    this.end = new Float64Array(capacity);
    this.protocol = new Uint8Array(capacity);
    this.state = new Uint8Array(capacity);
    this.originatorPort = new Uint16Array(capacity);
    this.responderPort = new Uint16Array(capacity);
    this.addresses = new Uint8Array(capacity * KDD_ADDRESS_STRIDE);
    this.addressWords = new Int32Array(this.addresses.buffer);
    this.addressLength = new Uint8Array(capacity);
    this.originatorBytes = new Float64Array(capacity);
    this.responderBytes = new Float64Array(capacity);
  }
}

/** All that the 41 features are made from. Whoever fills it sets every column of a row. */
export class KddConnections extends KddEnds {
  /** {@link SAID_ALL}, {@link SAID_NOTHING} or {@link SAID_LOGGED_IN}: most rows need no more. */
  readonly said: Uint8Array;
  /** Bad fragments and packets with URG. */
  readonly wrongFragment: Uint32Array;
  readonly urgent: Uint32Array;
  /** {@link CONTENT_COLUMNS} numbers a row. */
  readonly content: Float64Array;

  constructor(capacity: number) {
    super(capacity);
    this.said = new Uint8Array(capacity);
    this.wrongFragment = new Uint32Array(capacity);
    this.urgent = new Uint32Array(capacity);
    this.content = new Float64Array(capacity * CONTENT_COLUMNS);
  }

  /** Copies row `from` of `other` over row `to`. */
  copy(to: number, other: KddConnections, from: number): void {
    this.start[to] = other.start[from]!;
    this.end[to] = other.end[from]!;
    this.protocol[to] = other.protocol[from]!;
    this.state[to] = other.state[from]!;
    this.originatorPort[to] = other.originatorPort[from]!;
    this.responderPort[to] = other.responderPort[from]!;
    this.addressLength[to] = other.addressLength[from]!;
    this.originatorBytes[to] = other.originatorBytes[from]!;
    this.responderBytes[to] = other.responderBytes[from]!;
    this.said[to] = other.said[from]!;
    this.wrongFragment[to] = other.wrongFragment[from]!;
    this.urgent[to] = other.urgent[from]!;
    const words = from * ADDRESS_WORDS;
    this.addressWords.set(
      other.addressWords.subarray(words, words + ADDRESS_WORDS),
      to * ADDRESS_WORDS,
    );
    const cells = from * CONTENT_COLUMNS;
    this.content.set(other.content.subarray(cells, cells + CONTENT_COLUMNS), to * CONTENT_COLUMNS);
  }
}
