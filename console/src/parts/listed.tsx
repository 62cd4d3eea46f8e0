import { type JSX, Show } from 'solid-js';
import type { ListRows } from '../service/list.ts';
import type { Fresh } from '../service/live.ts';

/** What {@link Listed} must know of a list. */
export type Listable = Pick<ListRows<unknown>, 'rows' | 'problem' | 'loading' | 'done' | 'more'>;

/** A list's rows as its page draws them, with a way to more; where there are none, why. */
export function Listed(props: {
  readonly list: Listable;
  /** What to say when there is nothing. */
  readonly empty: string;
  readonly children: JSX.Element;
}): JSX.Element {
  const { list } = props;
  return (
    <Show
      when={list.rows().length > 0}
      fallback={
        <p classList={{ faint: list.problem() === '', problem: list.problem() !== '' }}>
          {list.problem() || (list.loading() ? 'Loading …' : props.empty)}
        </p>
      }
    >
      {props.children}
      <Show when={!list.done()}>
        <button type="button" onClick={() => list.more()}>
          Show more
        </button>
      </Show>
    </Show>
  );
}

/** Says how many rows came that the list does not show yet, and shows them. */
export function FreshButton(props: { readonly fresh: Fresh }): JSX.Element {
  return (
    <Show when={props.fresh.count() > 0}>
      <button type="button" onClick={() => props.fresh.show()}>
        {props.fresh.count()} new
      </button>
    </Show>
  );
}
