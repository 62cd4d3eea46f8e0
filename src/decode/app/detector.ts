import {
  type Analyser,
  type AnalyserHost,
  MAYBE,
  NO,
  type Prefix,
  type Protocol,
  YES,
} from './analyser.ts';
import {
  type Candidates,
  candidatesFor,
  leftBy,
  MAX_UNDECIDED_DATAGRAMS,
  protocolOf,
} from './candidates.ts';

/** Bytes of each direction held until a protocol is found; Zeek's `dpd_buffer_size`. */
export const MAX_UNDECIDED_BYTES = 1024;
/** Pieces of stream held meanwhile: one-byte segments must not grow the list of cuts. */
const MAX_UNDECIDED_PIECES = 100;

const EMPTY: Prefix = { bytes: new Uint8Array(0), start: 0, end: 0 };
const SCRATCH_ORIGINATOR: Prefix = { bytes: EMPTY.bytes, start: 0, end: 0 };
const SCRATCH_RESPONDER: Prefix = { bytes: EMPTY.bytes, start: 0, end: 0 };

function point(prefix: Prefix, bytes: Uint8Array, start: number, end: number): Prefix {
  prefix.bytes = bytes;
  prefix.start = start;
  prefix.end = end;
  return prefix;
}

/**
 * Finds out which protocol the first bytes are, then stands in front of its analyser. Bytes are
 * held only while no protocol is found: at most {@link MAX_UNDECIDED_BYTES} each way.
 */
export class Detector implements Analyser {
  readonly #host: AnalyserHost;
  readonly #candidates: Candidates;
  /** Bit by bit, the candidates already ruled out. */
  #ruledOut = 0;
  #analyser: Analyser | null = null;
  #over = false;
  #datagrams = 0;
  #originator: Uint8Array | null = null;
  #responder: Uint8Array | null = null;
  #originatorLength = 0;
  #responderLength = 0;
  /** Cuts in order of arrival: length, negative when it came from the responder. */
  #pieces: number[] | null = null;

  constructor(host: AnalyserHost) {
    this.#host = host;
    this.#candidates = candidatesFor(host.protocol, host.originatorPort, host.responderPort);
  }

  /** True when nothing more will be learned. */
  get over(): boolean {
    return this.#over;
  }

  data(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): void {
    if (this.#analyser !== null) this.#analyser.data(fromOriginator, bytes, start, end);
    else if (this.#over || start >= end) return;
    else if (this.#host.protocol === 6) this.#stream(fromOriginator, bytes, start, end);
    else this.#datagram(fromOriginator, bytes, start, end);
  }

  gap(fromOriginator: boolean, length: number): void {
    if (this.#analyser !== null) this.#analyser.gap(fromOriginator, length);
    else if (this.#host.protocol === 6) this.stop();
  }

  bodyLeft(fromOriginator: boolean): number {
    return this.#analyser?.bodyLeft?.(fromOriginator) ?? 0;
  }

  end(): void {
    if (this.#analyser !== null) this.#analyser.end();
    this.stop();
  }

  /** Forgets everything held; no more bytes are looked at. */
  stop(): void {
    this.#over = true;
    this.#analyser = null;
    this.#forget();
  }

  #forget(): void {
    this.#originator = null;
    this.#responder = null;
    this.#pieces = null;
  }

  #datagram(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): void {
    const found = protocolOf(this.#candidates, fromOriginator, bytes, start, end);
    if (found !== null) {
      this.#analyser = found.create(this.#host);
      this.#analyser.data(fromOriginator, bytes, start, end);
      return;
    }
    this.#datagrams++;
    if (this.#datagrams >= MAX_UNDECIDED_DATAGRAMS) this.stop();
  }

  #stream(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): void {
    const before = fromOriginator ? this.#originatorLength : this.#responderLength;
    const room = MAX_UNDECIDED_BYTES - before;
    const kept = Math.min(end, start + room);
    const found = this.#judge(fromOriginator, bytes, start, kept);
    if (found !== null) {
      const pieces = this.#pieces;
      const originator = this.#originator;
      const responder = this.#responder;
      this.#forget();
      const analyser = found.create(this.#host);
      this.#analyser = analyser;
      if (pieces !== null) replay(analyser, pieces, originator, responder);
      // What was held may have told the analyser all that it wants.
      if (!this.#over) analyser.data(fromOriginator, bytes, start, end);
      return;
    }
    const pieces = this.#pieces === null ? 0 : this.#pieces.length;
    if (this.#over || kept < end || pieces >= MAX_UNDECIDED_PIECES) this.stop();
    else this.#hold(fromOriginator, bytes, start, end);
  }

  /** The protocol that says YES, or null; sets `#over` when all said NO. */
  #judge(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): Protocol | null {
    const originator = SCRATCH_ORIGINATOR;
    const responder = SCRATCH_RESPONDER;
    point(originator, this.#originator ?? EMPTY.bytes, 0, this.#originatorLength);
    point(responder, this.#responder ?? EMPTY.bytes, 0, this.#responderLength);
    const side = fromOriginator ? originator : responder;
    if (side.end === 0) {
      point(side, bytes, start, end);
      const other = fromOriginator ? responder : originator;
      // What a first byte rules out need not be asked; later first bytes are judged with the other side.
      if (other.end === 0)
        this.#ruledOut |= ~leftBy(this.#candidates, fromOriginator, bytes[start]!);
    } else {
      const joined = this.#grow(fromOriginator, side.end + end - start);
      joined.set(bytes.subarray(start, end), side.end);
      point(side, joined, 0, side.end + end - start);
    }
    let maybe = false;
    const { list, usual } = this.#candidates;
    for (let index = 0; index < list.length; index++) {
      if ((this.#ruledOut & (1 << index)) !== 0) continue;
      const protocol = list[index] as Protocol;
      const verdict = protocol.recognise(originator, responder, index < usual);
      if (verdict === YES) return protocol;
      if (verdict === NO) this.#ruledOut |= 1 << index;
      if (verdict === MAYBE) maybe = true;
    }
    if (!maybe) this.#over = true;
    return null;
  }

  /** The direction's buffer with room for so many bytes. */
  #grow(fromOriginator: boolean, size: number): Uint8Array {
    const old = fromOriginator ? this.#originator : this.#responder;
    if (old !== null && old.length >= size) return old;
    const grown = new Uint8Array(Math.min(MAX_UNDECIDED_BYTES, Math.max(64, size * 2)));
    if (old !== null) grown.set(old);
    if (fromOriginator) this.#originator = grown;
    else this.#responder = grown;
    return grown;
  }

  #hold(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    const at = fromOriginator ? this.#originatorLength : this.#responderLength;
    this.#grow(fromOriginator, at + length).set(bytes.subarray(start, end), at);
    if (fromOriginator) this.#originatorLength += length;
    else this.#responderLength += length;
    if (this.#pieces === null) this.#pieces = [];
    this.#pieces.push(fromOriginator ? length : -length);
  }
}

/** Gives an analyser what was held, in the order it came. */
function replay(
  analyser: Analyser,
  pieces: readonly number[],
  originator: Uint8Array | null,
  responder: Uint8Array | null,
): void {
  let originatorAt = 0;
  let responderAt = 0;
  for (const piece of pieces) {
    if (piece > 0) {
      analyser.data(true, originator as Uint8Array, originatorAt, originatorAt + piece);
      originatorAt += piece;
    } else {
      analyser.data(false, responder as Uint8Array, responderAt, responderAt - piece);
      responderAt -= piece;
    }
  }
}
