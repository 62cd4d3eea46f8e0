import { type Accessor, type JSX, Show } from 'solid-js';
import type { Loaded } from '../service/loaded.ts';

/** What was loaded; until then that it loads, or why it cannot be shown. */
export function Shown<Answer>(props: {
  readonly of: Loaded<Answer>;
  readonly children: (answer: Accessor<NonNullable<Answer>>) => JSX.Element;
}): JSX.Element {
  return (
    <Show
      when={props.of.data()}
      fallback={
        <Show when={props.of.problem()} fallback={<p class="faint">Loading …</p>}>
          <p class="problem" role="alert">
            {props.of.problem()}
          </p>
        </Show>
      }
    >
      {(answer) => props.children(answer)}
    </Show>
  );
}
