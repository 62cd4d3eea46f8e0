import { createSignal, For, type JSX, Show } from 'solid-js';
import type { AlertRow } from '../../../src/serve/wire.ts';
import { everybody, judge } from '../alerts/judging.ts';
import { ResolveDialog } from '../alerts/resolve-dialog.tsx';
import { SuppressDialog } from '../alerts/suppress-dialog.tsx';
import { useSession } from '../service/session.tsx';

/** What can be done with one alert; nothing for those who may only look. */
export function AlertActions(props: {
  readonly row: AlertRow;
  readonly onChange: () => void;
  /** Without what needs room. */
  readonly brief?: boolean;
}): JSX.Element {
  const { may } = useSession();
  const [dialog, setDialog] = createSignal<'resolve' | 'suppress'>();
  const close = (): void => {
    setDialog(undefined);
  };
  return (
    <Show
      when={may('analyst')}
      fallback={<p class="faint">Your role may look at alerts, and not judge them.</p>}
    >
      <div class="bar">
        <button type="button" class="main" onClick={() => setDialog('resolve')}>
          {props.row.state === 'open' ? 'Resolve …' : 'Judge again …'}
        </button>
        <Show when={props.row.state === 'resolved'}>
          <button
            type="button"
            onClick={() => void judge([props.row], { state: 'open', verdict: 'undecided' })}
          >
            Open again
          </button>
        </Show>
        <label class="inline">
          <span classList={{ unseen: props.brief ?? false }}>Assignee</span>
          <select
            aria-label="Assignee"
            onChange={({ currentTarget }) =>
              void judge([props.row], { assignee: currentTarget.value || null })
            }
          >
            <option value="" selected={props.row.assignee === null}>
              nobody
            </option>
            <For each={everybody()}>
              {({ id, name }) => (
                <option value={id} selected={props.row.assignee === id}>
                  {name}
                </option>
              )}
            </For>
          </select>
        </label>
        <button type="button" onClick={() => setDialog('suppress')}>
          Suppress …
        </button>
      </div>
      <Show when={dialog() === 'resolve'}>
        <ResolveDialog meant={[props.row]} onClose={close} />
      </Show>
      <Show when={dialog() === 'suppress'}>
        <SuppressDialog row={props.row} onClose={close} onDone={props.onChange} />
      </Show>
    </Show>
  );
}
