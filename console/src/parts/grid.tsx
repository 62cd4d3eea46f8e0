import { createVirtualizer } from '@tanstack/solid-virtual';
import { createEffect, For, type JSX, Show } from 'solid-js';
import type { ListRows, ListState } from '../service/list.ts';

/** A column of a {@link Grid}. */
export interface GridColumn<Row> {
  readonly key: string;
  readonly title: string;
  readonly cell: (row: Row) => JSX.Element;
  /** A track of CSS grid: `8rem`, `minmax(6rem, 1fr)`. */
  readonly width: string;
  /** Field to sort by. */
  readonly sort?: string;
  readonly numeric?: boolean;
  /** Left out on narrow screens. */
  readonly wideOnly?: boolean;
}

interface GridProps<Row extends { readonly id: string | number }> {
  readonly label: string;
  readonly list: ListRows<Row>;
  readonly state: Pick<ListState, 'sort' | 'order' | 'setSort'>;
  readonly columns: readonly GridColumn<Row>[];
  /** Index of the row that keys act on; -1: none. */
  readonly current: number;
  readonly onCurrent: (index: number) => void;
  readonly onOpen: (row: Row) => void;
  /** Ids that are ticked; absent: rows cannot be ticked. */
  readonly ticked?: ReadonlySet<string | number>;
  readonly onTick?: (row: Row, on: boolean) => void;
  /** What to say when nothing matches. */
  readonly empty: JSX.Element;
}

/** Height of a row in pixels; fixed, so that ten thousand need no measuring. */
const ROW = 34;
const ARROW = { ascending: ' ↑', descending: ' ↓', none: '' };
/** Rows before the end at which the next are asked for. */
const AHEAD = 40;

/**
 * A long list that draws only what is in sight and loads the rest as one goes. Focus stays on the grid;
 * the current row is told by `aria-activedescendant`.
 */
export function Grid<Row extends { readonly id: string | number }>(
  props: GridProps<Row>,
): JSX.Element {
  let box!: HTMLDivElement;
  const virtual = createVirtualizer<HTMLDivElement, HTMLDivElement>({
    get count() {
      return props.list.rows().length;
    },
    getScrollElement: () => box,
    estimateSize: () => ROW,
    overscan: 12,
  });
  createEffect(() => {
    const last = virtual.getVirtualItems().at(-1)?.index ?? 0;
    if (last + AHEAD >= props.list.rows().length) props.list.more();
  });
  createEffect(() => {
    if (props.current >= 0) virtual.scrollToIndex(props.current, { align: 'auto' });
  });
  const tracks = (): string =>
    [...(props.ticked ? ['2rem'] : []), ...props.columns.map(({ width }) => width)].join(' ');
  const narrowTracks = (): string =>
    [
      ...(props.ticked ? ['2rem'] : []),
      ...props.columns.filter(({ wideOnly }) => !wideOnly).map(({ width }) => width),
    ].join(' ');
  const onKey = (event: KeyboardEvent): void => {
    const { length } = props.list.rows();
    const to = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20 }[event.key];
    if (to !== undefined && length > 0) {
      event.preventDefault();
      props.onCurrent(Math.max(0, Math.min(length - 1, props.current + to)));
    } else if (event.key === 'Enter' && event.target === box) {
      const row = props.list.rows()[props.current];
      if (row) props.onOpen(row);
    }
  };
  return (
    <div
      class="grid"
      ref={box}
      role="grid"
      aria-label={props.label}
      aria-rowcount={props.list.total() ?? props.list.rows().length}
      aria-busy={props.list.loading()}
      aria-activedescendant={props.current >= 0 ? `row-${props.current}` : undefined}
      tabIndex={0}
      onKeyDown={onKey}
      style={{ '--tracks': tracks(), '--narrow-tracks': narrowTracks() }}
    >
      <GridHead {...props} />
      <div role="rowgroup" style={{ height: `${virtual.getTotalSize()}px` }}>
        <For each={virtual.getVirtualItems()}>
          {(item) => (
            <Show when={props.list.rows()[item.index]}>
              {(row) => (
                <div
                  role="row"
                  id={`row-${item.index}`}
                  class="grid-row"
                  classList={{ current: item.index === props.current }}
                  aria-rowindex={item.index + 2}
                  aria-selected={props.ticked?.has(row().id) ?? item.index === props.current}
                  style={{ transform: `translateY(${item.start}px)` }}
                  onClick={() => props.onCurrent(item.index)}
                  onDblClick={() => props.onOpen(row())}
                >
                  <Show when={props.ticked}>
                    {(ticked) => (
                      <span role="gridcell">
                        <input
                          type="checkbox"
                          aria-label="Tick this row"
                          checked={ticked().has(row().id)}
                          onChange={({ currentTarget }) =>
                            props.onTick?.(row(), currentTarget.checked)
                          }
                        />
                      </span>
                    )}
                  </Show>
                  <For each={props.columns}>
                    {(column) => (
                      <span
                        role="gridcell"
                        classList={{ n: column.numeric, 'wide-only': column.wideOnly }}
                      >
                        {column.cell(row())}
                      </span>
                    )}
                  </For>
                </div>
              )}
            </Show>
          )}
        </For>
      </div>
      <Show when={props.list.rows().length === 0}>
        <div class="grid-empty">
          {props.list.problem() || (props.list.loading() ? 'Loading …' : props.empty)}
        </div>
      </Show>
    </div>
  );
}

function GridHead<Row extends { readonly id: string | number }>(
  props: GridProps<Row>,
): JSX.Element {
  const sorted = (column: GridColumn<Row>): 'ascending' | 'descending' | undefined => {
    if (column.sort === undefined || props.state.sort() !== column.sort) return undefined;
    return props.state.order() === 'up' ? 'ascending' : 'descending';
  };
  const turn = (column: GridColumn<Row>): void => {
    props.state.setSort(column.sort!, sorted(column) === 'descending' ? 'up' : 'down');
  };
  return (
    <div role="row" class="grid-row grid-head" aria-rowindex={1}>
      <Show when={props.ticked}>
        <span role="columnheader">
          <span class="unseen">Ticked</span>
        </span>
      </Show>
      <For each={props.columns}>
        {(column) => (
          <span
            role="columnheader"
            aria-sort={sorted(column)}
            classList={{ n: column.numeric, 'wide-only': column.wideOnly }}
          >
            <Show when={column.sort} fallback={column.title}>
              <button type="button" class="quiet" onClick={() => turn(column)}>
                {column.title}
                <span aria-hidden="true">{ARROW[sorted(column) ?? 'none']}</span>
              </button>
            </Show>
          </span>
        )}
      </For>
    </div>
  );
}
