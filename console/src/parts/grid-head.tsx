import { createEffect, For, type JSX, Show } from 'solid-js';
import type { GridColumn, GridProps } from './grid.tsx';

const ARROW = { ascending: ' ↑', descending: ' ↓', none: '' };

/** The head of a grid: titles that sort, and a box that ticks all rows that are loaded. */
export function GridHead<Row extends { readonly id: string | number }>(
  props: GridProps<Row> & { readonly tall: boolean },
): JSX.Element {
  const rows = (): readonly Row[] => props.list.rows();
  const count = (): number => props.ticked?.size ?? 0;
  return (
    <div role="row" class="grid-row grid-head" aria-rowindex={1}>
      <Show when={props.ticked}>
        <span role="columnheader" class="grid-tick">
          <input
            type="checkbox"
            aria-label="Tick all rows that are loaded"
            checked={count() > 0 && count() >= rows().length}
            ref={(box) => {
              createEffect(() => {
                box.indeterminate = count() > 0 && count() < rows().length;
              });
            }}
            onChange={({ currentTarget }) => props.onTick?.(rows(), currentTarget.checked)}
          />
        </span>
      </Show>
      <Show when={props.tall} fallback={<Titles {...props} />}>
        <span role="columnheader">
          <SortChoice {...props} />
        </span>
      </Show>
    </div>
  );
}

function Titles<Row extends { readonly id: string | number }>(props: GridProps<Row>): JSX.Element {
  const sorted = (column: GridColumn<Row>): 'ascending' | 'descending' | undefined => {
    if (column.sort === undefined || props.state.sort() !== column.sort) return undefined;
    return props.state.order() === 'up' ? 'ascending' : 'descending';
  };
  const turn = (column: GridColumn<Row>): void => {
    props.state.setSort(column.sort!, sorted(column) === 'descending' ? 'up' : 'down');
  };
  return (
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
  );
}

/** Where titles have no room: the order as a choice. */
function SortChoice<Row extends { readonly id: string | number }>(
  props: GridProps<Row>,
): JSX.Element {
  const choices = () =>
    props.columns.flatMap(({ title, sort }) =>
      sort === undefined ? [] : (['down', 'up'] as const).map((order) => ({ title, sort, order })),
    );
  return (
    <select
      aria-label="Order"
      onChange={({ currentTarget }) => {
        const chosen = choices()[Number(currentTarget.value)];
        if (chosen) props.state.setSort(chosen.sort, chosen.order);
      }}
    >
      <option value="-1">Order …</option>
      <For each={choices()}>
        {({ title, sort, order }, at) => (
          <option
            value={at()}
            selected={props.state.sort() === sort && props.state.order() === order}
          >
            {title} {order === 'up' ? '↑' : '↓'}
          </option>
        )}
      </For>
    </select>
  );
}
