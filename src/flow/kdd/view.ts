import type { Packet } from '../../decode/index.ts';
import type { ConnBatch } from '../zeek/batch.ts';
import type { KddConnections } from './connections.ts';
import { KddFromConns } from './conns.ts';
import { KddFeatures, type KddOptions, type KddStats } from './features.ts';
import { KddPackets } from './packets.ts';
import type { KddRows } from './rows.ts';

/**
 * The kdd view beside the connection tracker: hand every packet to {@link packet} before the tracker
 * has it, every batch of the tracker to {@link conns}, and call {@link finish} after the tracker's end.
 * Rows come in the order of the connections' start (mode `ai-ids`: end).
 */
export class KddView {
  readonly #packets: KddPackets;
  readonly #fromConns: KddFromConns;
  readonly #features: KddFeatures;
  readonly #take = (connections: KddConnections): void => this.#features.add(connections);

  /** @param emit called with rows, which are reused after the call */
  constructor(options: KddOptions, emit: (rows: KddRows) => void) {
    const mode = options.mode ?? 'data';
    this.#features = new KddFeatures(options, emit);
    this.#packets = new KddPackets((messages) => {
      if (mode !== 'ai-ids') this.#features.add(messages);
    });
    this.#fromConns = new KddFromConns(this.#packets, mode);
  }

  packet(packet: Packet): void {
    this.#packets.add(packet);
  }

  conns(batch: ConnBatch): void {
    this.#packets.flush();
    this.#fromConns.convert(batch, this.#take);
  }

  finish(): void {
    this.#packets.finish();
    this.#features.finish();
  }

  get stats(): KddStats {
    return this.#features.stats;
  }
}
