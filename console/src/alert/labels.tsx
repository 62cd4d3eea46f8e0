import { createSignal, For, type JSX, Show } from 'solid-js';
import type { Label, LabelDraft } from '../../../src/serve/wire.ts';
import { nameOf } from '../alerts/judging.ts';
import { onSubmit, type Written } from '../parts/form.ts';
import { call } from '../service/api.ts';
import { useSession } from '../service/session.tsx';
import { complain } from '../shell/toasts.tsx';

/** What people say that it is, for models to learn from. */
export function AlertLabels(props: {
  readonly id: string;
  readonly labels: readonly Label[];
  readonly onChange: () => void;
}): JSX.Element {
  const { may } = useSession();
  const [busy, setBusy] = createSignal(false);
  const change = async (run: () => Promise<unknown>): Promise<void> => {
    setBusy(true);
    try {
      await run();
      props.onChange();
    } catch (error) {
      complain(error);
    } finally {
      setBusy(false);
    }
  };
  const add = ({ text, reset }: Written): Promise<void> => {
    const note = text('note');
    const body: LabelDraft = { label: text('label'), ...(note === '' ? {} : { note }) };
    const path = `/api/alerts/${encodeURIComponent(props.id)}/labels`;
    return change(async () => {
      await call(path, { method: 'POST', body });
      reset();
    });
  };
  const remove = ({ id, version }: Label): void => {
    const path = `/api/labels/${encodeURIComponent(id)}`;
    void change(() => call(path, { method: 'DELETE', query: { version } }));
  };
  return (
    <section class="panel" aria-labelledby="labels-title">
      <h2 id="labels-title">Labels</h2>
      <p class="faint">What it is, in a word; models are taught with labels that were reviewed.</p>
      <ul class="plain">
        <For each={props.labels}>
          {(label) => (
            <li>
              <span class="badge">{label.label}</span> {label.note}{' '}
              <span class="faint">
                {nameOf(label.by)}
                {label.reviewed ? ', reviewed' : ''}
              </span>
              <Show when={may('analyst')}>
                <button
                  type="button"
                  class="quiet"
                  aria-label={`Remove the label ${label.label}`}
                  disabled={busy()}
                  onClick={() => remove(label)}
                >
                  ×
                </button>
              </Show>
            </li>
          )}
        </For>
      </ul>
      <Show when={may('analyst')}>
        <form class="bar" onSubmit={onSubmit(add)}>
          <input
            name="label"
            required
            maxlength="200"
            list="label-words"
            aria-label="Label"
            placeholder="label"
          />
          <datalist id="label-words">
            <For each={['benign', 'botnet', 'scan', 'brute force', 'dos', 'exfiltration', 'c2']}>
              {(word) => <option value={word} />}
            </For>
          </datalist>
          <input name="note" maxlength="4000" aria-label="Note to the label" placeholder="note" />
          <button type="submit" disabled={busy()}>
            Label it
          </button>
        </form>
      </Show>
    </section>
  );
}
