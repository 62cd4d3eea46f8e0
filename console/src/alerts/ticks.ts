import { type Accessor, createMemo, createSignal } from 'solid-js';
import type { AlertRow } from '../../../src/serve/wire.ts';

/** Alerts that are ticked. */
export interface Ticks {
  readonly ids: Accessor<ReadonlySet<string>>;
  /** The ticked ones as they stand now: a change must name the version it saw. */
  readonly rows: Accessor<readonly AlertRow[]>;
  readonly tick: (rows: readonly AlertRow[], on: boolean) => void;
  readonly clear: () => void;
}

/** Keeps ticks on rows of a list. */
export function createTicks(rows: Accessor<readonly AlertRow[]>): Ticks {
  const [ids, setIds] = createSignal<ReadonlySet<string>>(new Set());
  return {
    ids,
    rows: createMemo(() => (ids().size === 0 ? [] : rows().filter(({ id }) => ids().has(id)))),
    tick(changed, on) {
      setIds((old) => {
        const next = new Set(old);
        for (const { id } of changed) {
          if (on) next.add(id);
          else next.delete(id);
        }
        return next;
      });
    },
    clear: () => setIds((old) => (old.size === 0 ? old : new Set<string>())),
  };
}
