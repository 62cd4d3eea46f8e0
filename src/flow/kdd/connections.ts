/** Bytes a row of {@link KddConnections.addresses} takes: originator, then responder. */
export const KDD_ADDRESS_STRIDE = 32;
const WORDS = KDD_ADDRESS_STRIDE / 4;
/** Columns 10 to 22 of the data set, `hot` to `is_guest_login`. */
export const CONTENT_COLUMNS = 13;

/**
 * Connections as columns, one row each: all that the 41 features are made from. Whoever fills it sets
 * every column of a row. ICMP has its type in `originatorPort` and its code in `responderPort`.
 */
export class KddConnections {
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
  /** 4 or 16. */
  readonly addressLength: Uint8Array;
  /** Payload bytes; of ICMP the whole message, header included, as the data set counts. */
  readonly originatorBytes: Float64Array;
  readonly responderBytes: Float64Array;
  /** Bad fragments and packets with URG. */
  readonly wrongFragment: Uint32Array;
  readonly urgent: Uint32Array;
  /** {@link CONTENT_COLUMNS} numbers a row. */
  readonly content: Float64Array;
  /** {@link addresses}, four bytes at a time: copying is most of what ordering costs. */
  readonly #words: Uint32Array;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.start = new Float64Array(capacity);
    this.end = new Float64Array(capacity);
    this.protocol = new Uint8Array(capacity);
    this.state = new Uint8Array(capacity);
    this.originatorPort = new Uint16Array(capacity);
    this.responderPort = new Uint16Array(capacity);
    this.addresses = new Uint8Array(capacity * KDD_ADDRESS_STRIDE);
    this.#words = new Uint32Array(this.addresses.buffer);
    this.addressLength = new Uint8Array(capacity);
    this.originatorBytes = new Float64Array(capacity);
    this.responderBytes = new Float64Array(capacity);
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
    this.wrongFragment[to] = other.wrongFragment[from]!;
    this.urgent[to] = other.urgent[from]!;
    const words = this.#words;
    const sources = other.#words;
    const source = from * WORDS;
    const target = to * WORDS;
    for (let i = 0; i < WORDS; i++) words[target + i] = sources[source + i]!;
    const own = this.content;
    const content = other.content;
    for (let i = 0; i < CONTENT_COLUMNS; i++) {
      own[to * CONTENT_COLUMNS + i] = content[from * CONTENT_COLUMNS + i]!;
    }
  }
}
