import { type Accessor, createMemo, createSignal } from 'solid-js';
import type { AlertRow } from '../../../src/serve/wire.ts';
import type { Matching, Meant } from './judging.ts';

/** Alerts that are ticked. */
export interface Ticks {
  readonly ids: Accessor<ReadonlySet<string>>;
  /** The ticked ones as they stand now: a change must name the version it saw. */
  readonly rows: Accessor<readonly AlertRow[]>;
  /** In their place all alerts that match, loaded or not. */
  readonly all: Accessor<Matching | undefined>;
  /** What is to be changed; nothing: an empty list. */
  readonly meant: Accessor<Meant>;
  readonly takeAll: (matching: Matching) => void;
  readonly tick: (rows: readonly AlertRow[], on: boolean) => void;
  readonly clear: () => void;
}

/** Keeps ticks on rows of a list. */
export function createTicks(rows: Accessor<readonly AlertRow[]>): Ticks {
  const [ids, setIds] = createSignal<ReadonlySet<string>>(new Set());
  const [all, setAll] = createSignal<Matching>();
  const ticked = createMemo(() =>
    ids().size === 0 ? [] : rows().filter(({ id }) => ids().has(id)),
  );
  return {
    ids,
    rows: ticked,
    all,
    meant: () => all() ?? ticked(),
    takeAll: setAll,
    tick(changed, on) {
      setAll(undefined);
      setIds((old) => {
        const next = new Set(old);
        for (const { id } of changed) {
          if (on) next.add(id);
          else next.delete(id);
        }
        return next;
      });
    },
    clear() {
      setAll(undefined);
      setIds((old) => (old.size === 0 ? old : new Set<string>()));
    },
  };
}
