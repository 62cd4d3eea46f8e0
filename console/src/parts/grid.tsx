import { createVirtualizer } from '@tanstack/solid-virtual';
import { createEffect, createMemo, createSignal, For, type JSX, on, Show } from 'solid-js';
import type { ListRows, ListState } from '../service/list.ts';
import { useShortcuts } from '../shell/keys.tsx';
import { isNarrow } from '../shell/narrow.ts';
import { GridHead } from './grid-head.tsx';
import { groupItems, plainItems } from './grid-items.ts';

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
  /** What stands in it always has room: it need not be cut off, which costs while one scrolls. */
  readonly fits?: boolean;
  /** Left out on narrow screens. */
  readonly wideOnly?: boolean;
}

/** What a {@link Grid} shows and tells. */
export interface GridProps<Row extends { readonly id: string | number }> {
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
  readonly onTick?: (rows: readonly Row[], on: boolean) => void;
  /** What to say when nothing matches. */
  readonly empty: JSX.Element;
  /** On narrow screens a row is this, on two lines, in place of its columns. */
  readonly narrow?: (row: Row) => JSX.Element;
  /** Rows that follow each other and give the same word stand below a head that folds them. */
  readonly groupOf?: ((row: Row) => string) | undefined;
  /** What stands in the head of a group, beside its word. */
  readonly groupNote?: (rows: readonly Row[], word: string) => JSX.Element;
  /** Rows that are done with: drawn fainter. */
  readonly faint?: (row: Row) => boolean;
}

/** Heights of rows in pixels; fixed, so that ten thousand need no measuring. */
const ROW = 34;
const TALL_ROW = 60;
/** Rows before the end at which the next are asked for. */
const AHEAD = 40;

/**
 * A long list that draws only what is in sight and loads the rest as one goes. Focus stays on the grid;
 * the current row is told by `aria-activedescendant`. Keys: j, k, x and Enter, from anywhere on the page.
 */
export function Grid<Row extends { readonly id: string | number }>(
  props: GridProps<Row>,
): JSX.Element {
  let box!: HTMLDivElement;
  const [folded, setFolded] = createSignal<ReadonlySet<string>>(new Set());
  const tall = (): boolean => isNarrow() && props.narrow !== undefined;
  const height = (): number => (tall() ? TALL_ROW : ROW);
  const rows = (): readonly Row[] => props.list.rows();
  const items = createMemo(() =>
    props.groupOf ? groupItems(rows(), props.groupOf, folded()) : plainItems(rows().length),
  );
  const virtual = createVirtualizer<HTMLDivElement, HTMLDivElement>({
    get count() {
      return items().count;
    },
    getScrollElement: () => box,
    estimateSize: height,
    overscan: 8,
    // The head covers as much of the box as it shifts the rows.
    scrollPaddingEnd: ROW,
  });
  createEffect(on(height, () => virtual.measure(), { defer: true }));
  createEffect(() => {
    const last = virtual.getVirtualItems().at(-1)?.index ?? 0;
    if (last + AHEAD >= items().count) props.list.more();
  });
  createEffect(() => {
    const at = props.current < 0 ? undefined : items().placeOf(props.current);
    if (at !== undefined) virtual.scrollToIndex(at, { align: 'auto' });
  });
  // Another list begins at its top.
  createEffect(
    on(
      () => props.current < 0,
      (none) => {
        if (none) box.scrollTop = 0;
      },
      { defer: true },
    ),
  );
  const go = (steps: number): void => {
    const next = items().step(props.current, steps);
    if (next === undefined) return;
    props.onCurrent(next);
    // A control in a row that scrolls away must not take the focus with it.
    if (!document.activeElement?.closest('dialog, aside')) box.focus({ preventScroll: true });
  };
  const open = (): void => {
    const row = rows()[props.current];
    if (row) props.onOpen(row);
  };
  const tick = (): void => {
    const row = rows()[props.current];
    if (row) props.onTick?.([row], !props.ticked?.has(row.id));
  };
  useShortcuts([
    { key: 'j', meaning: 'Next row', run: () => go(1) },
    { key: 'k', meaning: 'Row before', run: () => go(-1) },
    { key: 'Enter', meaning: 'Open the row', run: open },
    ...(props.ticked ? [{ key: 'x', meaning: 'Tick the row', run: tick }] : []),
  ]);
  const onKey = (event: KeyboardEvent): void => {
    if (event.target !== box) return;
    const { length } = rows();
    const to = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20 }[event.key];
    const end = { Home: -length, End: length }[event.key];
    const steps = to ?? end;
    if (steps === undefined || length === 0) return;
    event.preventDefault();
    go(steps);
  };
  const fold = (word: string): void => {
    setFolded((old) => {
      const next = new Set(old);
      if (!next.delete(word)) next.add(word);
      return next;
    });
  };
  const tracks = (wide: boolean): string =>
    [
      ...(props.ticked ? ['2.1rem'] : []),
      ...(tall()
        ? ['minmax(0, 1fr)']
        : props.columns.filter(({ wideOnly }) => wide || !wideOnly).map(({ width }) => width)),
    ].join(' ');
  return (
    <div
      class="grid"
      classList={{ tall: tall() }}
      ref={box}
      role="grid"
      aria-label={props.label}
      aria-rowcount={(props.list.total() ?? rows().length) + 1}
      aria-busy={props.list.loading()}
      aria-multiselectable={props.ticked !== undefined}
      aria-activedescendant={props.current >= 0 ? `row-${props.current}` : undefined}
      tabIndex={0}
      onKeyDown={onKey}
      style={{
        '--tracks': tracks(true),
        '--narrow-tracks': tracks(false),
        '--row': `${height()}px`,
      }}
    >
      <GridHead {...props} tall={tall()} />
      <div role="rowgroup" style={{ height: `${virtual.getTotalSize()}px` }}>
        <For each={virtual.getVirtualItems()}>
          {(item) => {
            const at = (): number => items().rowAt(item.index) ?? -1;
            const group = () => items().groupAt(item.index);
            return (
              <>
                <Show when={group()}>
                  {(found) => (
                    <div
                      role="row"
                      class="grid-row grid-group"
                      style={{ transform: `translateY(${item.start}px)` }}
                    >
                      <span role="gridcell">
                        <button
                          type="button"
                          class="quiet"
                          aria-expanded={!folded().has(found().word)}
                          onClick={() => fold(found().word)}
                        >
                          <span aria-hidden="true">{folded().has(found().word) ? '▸' : '▾'}</span>{' '}
                          {found().word}
                        </button>
                        {props.groupNote?.(rows().slice(found().from, found().to), found().word)}
                      </span>
                    </div>
                  )}
                </Show>
                <Show when={rows()[at()]}>
                  {(row) => (
                    <GridRow {...props} row={row()} at={at()} start={item.start} tall={tall()} />
                  )}
                </Show>
              </>
            );
          }}
        </For>
      </div>
      <Show when={rows().length === 0}>
        <div class="grid-empty" role="row">
          <span role="gridcell">
            {props.list.problem() || (props.list.loading() ? 'Loading …' : props.empty)}
          </span>
        </div>
      </Show>
    </div>
  );
}

/** Classes of a cell: plain text, since cells are made by the hundred while one scrolls. */
const classOf = <Row,>({ numeric, fits, wideOnly }: GridColumn<Row>): string =>
  `${numeric ? 'n ' : ''}${fits ? 'fits ' : ''}${wideOnly ? 'wide-only' : ''}`;

function GridRow<Row extends { readonly id: string | number }>(
  props: GridProps<Row> & {
    readonly row: Row;
    readonly at: number;
    readonly start: number;
    readonly tall: boolean;
  },
): JSX.Element {
  const ticked = (): boolean => props.ticked?.has(props.row.id) ?? false;
  return (
    <div
      role="row"
      id={`row-${props.at}`}
      class="grid-row"
      classList={{
        current: props.at === props.current,
        faded: props.faint?.(props.row) ?? false,
        ticked: ticked(),
      }}
      aria-rowindex={props.at + 2}
      aria-selected={props.ticked ? ticked() : props.at === props.current}
      style={{ transform: `translateY(${props.start}px)` }}
      onClick={() => props.onCurrent(props.at)}
      onDblClick={() => props.onOpen(props.row)}
    >
      <Show when={props.ticked}>
        <span role="gridcell" class="grid-tick fits">
          <input
            type="checkbox"
            aria-label="Tick this row"
            checked={ticked()}
            onClick={(event) => event.stopPropagation()}
            onChange={({ currentTarget }) => props.onTick?.([props.row], currentTarget.checked)}
          />
        </span>
      </Show>
      <Show
        when={props.tall}
        fallback={
          <For each={props.columns}>
            {(column) => (
              <span role="gridcell" class={classOf(column)}>
                {column.cell(props.row)}
              </span>
            )}
          </For>
        }
      >
        <span role="gridcell" class="grid-tall">
          {props.narrow?.(props.row)}
        </span>
      </Show>
    </div>
  );
}
