import type { Alert } from '../../detect/index.ts';
import type { Store } from '../../store/index.ts';
import type { EventHub } from '../event-hub.ts';
import type { Metrics } from '../metrics.ts';

/** Alerts put into the store at once, and ids told of them. */
const PUT_AT_ONCE = 2000;
const TOLD_IDS = 100;

/** Keeps what analyses find, counts it, and tells whoever listens. */
export class AlertKeeper {
  readonly #store: Store;
  readonly #events: EventHub;
  readonly #metrics: Metrics;

  constructor({
    store,
    events,
    metrics,
  }: { readonly store: Store; readonly events: EventHub; readonly metrics: Metrics }) {
    this.#store = store;
    this.#events = events;
    this.#metrics = metrics;
  }

  /** Alerts of a file: so far, or all that stand at the end of its analysis. */
  async put(
    fileId: string,
    alerts: readonly Alert[],
    analysis: 'running' | 'ended',
  ): Promise<void> {
    for (let at = 0; at < alerts.length; at += PUT_AT_ONCE) {
      const piece = alerts.slice(at, at + PUT_AT_ONCE);
      const { added, updated } = await this.#store.alerts.put(piece, fileId, analysis);
      this.#tell('added', added);
      this.#tell('updated', updated);
      // An alert counts once: when it is raised.
      const fresh = new Set(added);
      for (const { id, kind, severity, models } of piece) {
        if (!fresh.has(id)) continue;
        this.#metrics.alerts.inc({ kind, severity, model: models[0]?.model.name ?? '' });
      }
    }
  }

  /** Withdraws the early alerts of a file that do not stand at the end. */
  async withdraw(fileId: string, why: string): Promise<void> {
    this.#tell('withdrawn', await this.#store.alerts.withdraw(fileId, why));
  }

  #tell(change: 'added' | 'updated' | 'withdrawn', ids: readonly string[]): void {
    if (ids.length === 0) return;
    this.#events.publish('alert', { ids: ids.slice(0, TOLD_IDS), change, count: ids.length });
  }
}
