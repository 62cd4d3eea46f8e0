import type { Analyser, AnalyserHost } from './analyser.ts';
import { LineReader } from './lines.ts';

/**
 * A protocol of lines in both directions. A subclass reads lines; it may hand the rest of the
 * stream to another analyser (STARTTLS), or pass over a number of bytes.
 */
export abstract class TextDialogue implements Analyser {
  protected readonly host: AnalyserHost;
  readonly #originator = new LineReader();
  readonly #responder = new LineReader();
  /** Who reads from now on, in place of this analyser. */
  #next: Analyser | null = null;
  #dropped = false;
  protected originatorSkip = 0;
  protected responderSkip = 0;

  constructor(host: AnalyserHost) {
    this.host = host;
  }

  /** A whole line, without its end. */
  protected abstract line(fromOriginator: boolean, text: string): void;

  /** The rest of the stream, from the next byte on, is TLS. */
  protected startTls(): void {
    this.handOver(this.host.nested('ssl'));
  }

  /** The rest of the stream, from the next byte on, is another analyser's; nobody's when null. */
  protected handOver(next: Analyser | null): void {
    if (next === null) this.drop();
    else this.#next = next;
  }

  /** Nothing more is to be learned. */
  protected drop(): void {
    this.#dropped = true;
    this.host.finish();
  }

  data(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): void {
    const reader = fromOriginator ? this.#originator : this.#responder;
    for (let at = start; at < end; ) {
      if (this.#dropped) return;
      if (this.#next !== null) {
        this.#next.data(fromOriginator, bytes, at, end);
        return;
      }
      const skip = fromOriginator ? this.originatorSkip : this.responderSkip;
      if (skip > 0) {
        const passed = Math.min(skip, end - at);
        if (fromOriginator) this.originatorSkip -= passed;
        else this.responderSkip -= passed;
        at += passed;
        continue;
      }
      at = reader.take(bytes, at, end);
      if (reader.complete) this.line(fromOriginator, reader.text());
    }
  }

  gap(fromOriginator: boolean, length: number): void {
    // A line with a hole is still a line; what counts is that the next one begins behind an LF.
    this.#next?.gap(fromOriginator, length);
  }

  end(): void {
    this.#next?.end();
  }
}
