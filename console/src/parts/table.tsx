import { For, type JSX, Show } from 'solid-js';

/**
 * Head of a column: its title, or that with how it is set. `unseen` ones are for screen readers;
 * `wideOnly` ones are left out on narrow screens, as are cells of class `wide-only`.
 */
export type Head =
  | string
  | {
      readonly title: string;
      readonly numeric?: boolean;
      readonly unseen?: boolean;
      readonly wideOnly?: boolean;
    };

/** A table that scrolls sideways, also by keyboard, where the window is too narrow for it. */
export function WideTable(props: {
  readonly label: string;
  readonly heads: readonly Head[];
  /** Rows. */
  readonly children: JSX.Element;
  readonly class?: string;
}): JSX.Element {
  return (
    <section class={`wide ${props.class ?? ''}`} aria-label={props.label} tabindex="0">
      <table class="full">
        <thead>
          <tr>
            <For each={props.heads}>{(head) => <HeadCell head={head} />}</For>
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </section>
  );
}

function HeadCell(props: { readonly head: Head }): JSX.Element {
  const told = (): Exclude<Head, string> =>
    typeof props.head === 'string' ? { title: props.head } : props.head;
  return (
    <th classList={{ n: told().numeric, 'wide-only': told().wideOnly }}>
      <Show when={told().unseen} fallback={told().title}>
        <span class="unseen">{told().title}</span>
      </Show>
    </th>
  );
}
