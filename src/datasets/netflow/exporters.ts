import type { FlowBatch } from '../../flow/index.ts';
import { NetflowDecoder, type NetflowStats } from './decoder.ts';

/** How exporters are told apart and bounded. */
export interface NetflowExportersOptions {
  /** Gets each batch of flows, numbered over all exporters; reused after the call. */
  readonly onBatch: (batch: FlowBatch) => void;
  /** Exporters listened to at most; default {@link MAX_EXPORTERS}. */
  readonly maxExporters?: number;
  /** Rows of a batch of one exporter; 1,024 unless given. */
  readonly batchRows?: number;
}

/** What all exporters sent. */
export interface NetflowExportersStats extends NetflowStats {
  exporters: number;
  /** Messages of senders past the bound, and of senders that never sent a readable one. */
  refused: number;
}

/**
 * Exporters listened to. UDP senders can be forged, and each real one may hold 20 MB of flows that wait
 * for their answer: so at most 700 MB. Who came first stays, so forged senders cannot push out real ones.
 */
export const MAX_EXPORTERS = 32;

/** Bytes of the shortest message that can say anything: IPFIX's header. */
const SHORTEST = 16;

/** NetFlow and IPFIX messages of many exporters, each with templates and clock of its own. */
export class NetflowExporters {
  readonly #decoders = new Map<string, NetflowDecoder>();
  readonly #onBatch: NetflowExportersOptions['onBatch'];
  readonly #most: number;
  readonly #batchRows: number;
  #refused = 0;
  #rows = 0;

  constructor(options: NetflowExportersOptions) {
    this.#onBatch = options.onBatch;
    this.#most = options.maxExporters ?? MAX_EXPORTERS;
    this.#batchRows = options.batchRows ?? 1024;
  }

  /**
   * Takes one datagram.
   * @param exporter the sender's address
   * @param time when it came, microseconds since 1970; the time of records that state none
   */
  message(exporter: string, bytes: Uint8Array, time: number): void {
    const decoder = this.#decoders.get(exporter) ?? this.#admit(exporter, bytes);
    if (decoder) decoder.message(bytes, 0, bytes.length, time);
    else this.#refused++;
  }

  /** Hands on all flows that wait. */
  flush(): void {
    for (const decoder of this.#decoders.values()) decoder.flush();
  }

  get stats(): NetflowExportersStats {
    const sum = { messages: 0, records: 0, withoutTemplate: 0, bad: 0 };
    for (const { stats } of this.#decoders.values()) {
      sum.messages += stats.messages;
      sum.records += stats.records;
      sum.withoutTemplate += stats.withoutTemplate;
      sum.bad += stats.bad;
    }
    return { ...sum, exporters: this.#decoders.size, refused: this.#refused };
  }

  #admit(exporter: string, bytes: Uint8Array): NetflowDecoder | undefined {
    const version = bytes.length < SHORTEST ? 0 : (bytes[0]! << 8) | bytes[1]!;
    const readable = version === 5 || version === 9 || version === 10;
    if (!readable || this.#decoders.size >= this.#most) return undefined;
    const decoder = new NetflowDecoder({
      batchRows: this.#batchRows,
      onBatch: (batch) => {
        for (let row = 0; row < batch.length; row++) batch.id[row] = ++this.#rows;
        this.#onBatch(batch);
      },
    });
    this.#decoders.set(exporter, decoder);
    return decoder;
  }
}
