import { type Accessor, createSignal, onCleanup } from 'solid-js';
import type { ListRows } from './list.ts';
import { onStream } from './stream.ts';

/** What a list does not show yet. */
export interface Fresh {
  /** How many rows came since the list was loaded. */
  readonly count: Accessor<number>;
  readonly show: () => void;
}

/** Jobs and files tell of their progress often: rows are loaded again at most this often. */
const CALM_MILLIS = 500;

/**
 * Keeps the rows of a list as the service's events tell them. New rows are counted and not put in,
 * so that nothing moves under the hand, unless `own` says that this window made them.
 */
export function keepLive<Row extends { readonly id: string }>(
  list: ListRows<Row>,
  event: 'job' | 'file',
  own: (row: Row) => boolean = () => false,
): Fresh {
  const [fresh, setFresh] = createSignal<ReadonlySet<string>>(new Set());
  let timer = 0;
  const show = (): void => {
    clearTimeout(timer);
    timer = 0;
    setFresh(new Set<string>());
    void list.reload();
  };
  onCleanup(() => clearTimeout(timer));
  onStream(event, (told) => {
    // The events carry rows as the list does.
    const row = told as unknown as Row;
    if (list.rows().some(({ id }) => id === row.id)) list.replace([row]);
    else if (own(row) || list.rows().length === 0) {
      timer ||= setTimeout(show, CALM_MILLIS) as unknown as number;
    } else setFresh((all) => new Set(all).add(row.id));
  });
  onStream('reset', show);
  return { count: () => fresh().size, show };
}
