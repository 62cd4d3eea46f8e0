import { type Analyser, type AnalyserHost, type Prefix, type Protocol, YES } from './analyser.ts';

/** Reads nothing: what a protocol's first bytes show is all that is wanted of it. */
export const SILENT: Analyser = {
  data(): void {},
  gap(): void {},
  end(): void {},
};

type Recogniser = Pick<Protocol, 'name' | 'transport' | 'ports' | 'recognise'>;

/** A protocol that its recogniser confirms by itself; nothing is read behind that. */
export function signature(service: string, recogniser: Recogniser): Protocol {
  return {
    ...recogniser,
    create(host: AnalyserHost): Analyser {
      host.confirm(service);
      host.finish();
      return SILENT;
    },
  };
}

/** A protocol over UDP that is confirmed when a datagram of each side was recognised. */
export function pairedSignature(service: string, recogniser: Recogniser): Protocol {
  return { ...recogniser, create: (host) => new Pair(service, recogniser, host) };
}

const NOBODY: Prefix = { bytes: new Uint8Array(0), start: 0, end: 0 };

class Pair implements Analyser {
  readonly #service: string;
  readonly #recogniser: Recogniser;
  readonly #host: AnalyserHost;
  #seen = 0;

  constructor(service: string, recogniser: Recogniser, host: AnalyserHost) {
    this.#service = service;
    this.#recogniser = recogniser;
    this.#host = host;
  }

  data(fromOriginator: boolean, bytes: Uint8Array, start: number, end: number): void {
    const here = { bytes, start, end };
    const { recognise } = this.#recogniser;
    const verdict = fromOriginator ? recognise(here, NOBODY, true) : recognise(NOBODY, here, true);
    if (verdict !== YES) return;
    this.#seen |= fromOriginator ? 1 : 2;
    if (this.#seen !== 3) return;
    this.#host.confirm(this.#service);
    this.#host.finish();
  }

  gap(): void {}

  end(): void {}
}
