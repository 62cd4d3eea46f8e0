import { For, type JSX, Show } from 'solid-js';
import { plural } from '../parts/words.ts';
import { everybody, judge } from './judging.ts';
import type { Ticks } from './ticks.ts';

/** What can be done with all that is ticked. */
export function TickedBar(props: {
  readonly ticks: Ticks;
  readonly total: number | undefined;
  readonly onResolve: () => void;
}): JSX.Element {
  const count = (): number => props.ticks.rows().length;
  const change = async (judgement: Parameters<typeof judge>[1]): Promise<void> => {
    if (await judge(props.ticks.rows(), judgement)) props.ticks.clear();
  };
  return (
    <Show when={count() > 0}>
      <div class="bar ticked-bar" role="region" aria-label="What is ticked">
        <strong role="status">{plural(count(), 'alert')} ticked</strong>
        <button type="button" class="main" onClick={() => props.onResolve()}>
          Resolve …
        </button>
        <button type="button" onClick={() => void change({ state: 'open', verdict: 'undecided' })}>
          Open again
        </button>
        <select
          aria-label="Give all to"
          onChange={({ currentTarget }) => {
            const { value } = currentTarget;
            currentTarget.value = '?';
            void change({ assignee: value === '' ? null : value });
          }}
        >
          <option value="?">Give to …</option>
          <option value="">nobody</option>
          <For each={everybody()}>{({ id, name }) => <option value={id}>{name}</option>}</For>
        </select>
        <button type="button" class="quiet" onClick={() => props.ticks.clear()}>
          Untick
        </button>
        <Show when={props.total !== undefined && count() < props.total!}>
          <span class="faint">of {plural(props.total!, 'alert')} that match</span>
        </Show>
      </div>
    </Show>
  );
}
