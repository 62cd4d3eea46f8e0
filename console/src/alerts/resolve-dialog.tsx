import { createSignal, For, type JSX, Show } from 'solid-js';
import type { AlertRow } from '../../../src/serve/wire.ts';
import { Dialog } from '../parts/confirm.tsx';
import { onSubmit, type Written } from '../parts/form.ts';
import { countText, plural } from '../parts/words.ts';
import { useSession } from '../service/session.tsx';
import { countOf, everybody, judge, type Meant } from './judging.ts';
import { VERDICTS } from './words.ts';

/** Asks for verdict, note and person, and closes alerts with them; the note may stay empty. */
export function ResolveDialog(props: {
  readonly meant: Meant;
  readonly onClose: () => void;
  readonly onDone?: () => void;
}): JSX.Element {
  const { user } = useSession();
  const [busy, setBusy] = createSignal(false);
  const count = (): number => countOf(props.meant);
  const only = (): AlertRow | undefined =>
    'count' in props.meant || count() !== 1 ? undefined : props.meant[0];
  const submit = async ({ text }: Written): Promise<void> => {
    const note = text('note');
    const assignee = text('assignee');
    setBusy(true);
    const done = await judge(props.meant, {
      state: 'resolved',
      verdict: text('verdict') as AlertRow['verdict'],
      // Of many, an empty field leaves each alert's own.
      ...(note !== '' || only() ? { note } : {}),
      ...(assignee === 'same' ? {} : { assignee: assignee === '' ? null : assignee }),
    });
    setBusy(false);
    if (!done) return;
    props.onDone?.();
    props.onClose();
  };
  return (
    <Dialog
      title={only() ? `Resolve: ${only()!.host}` : `Resolve ${plural(count(), 'alert')}`}
      onClose={props.onClose}
    >
      <form class="form" onSubmit={onSubmit(submit)}>
        <fieldset>
          <legend>What was it?</legend>
          <For each={VERDICTS}>
            {({ word, says }, at) => (
              <label class="choice">
                <input
                  type="radio"
                  name="verdict"
                  value={word}
                  checked={
                    only() && only()!.verdict !== 'undecided'
                      ? only()!.verdict === word
                      : at() === 0
                  }
                  autofocus={at() === 0}
                />
                <span>
                  <strong>{word}</strong> <span class="faint">{says}</span>
                </span>
              </label>
            )}
          </For>
        </fieldset>
        <label>
          Note
          <textarea name="note" rows="3" maxlength="4000">
            {only()?.note ?? ''}
          </textarea>
        </label>
        <label>
          Whose it is
          <select name="assignee">
            <option value="same">as it stands</option>
            <option value="">nobody</option>
            <For each={everybody()}>
              {({ id, name }) => (
                <option value={id}>{id === user()?.id ? `${name} (you)` : name}</option>
              )}
            </For>
          </select>
        </label>
        <Show when={!only()}>
          <p class="faint">
            All {countText(count())} are resolved together, or none of them. Undo takes all back.
          </p>
        </Show>
        <div class="bar ends">
          <button type="button" onClick={() => props.onClose()}>
            Cancel
          </button>
          <button type="submit" class="main" disabled={busy()}>
            Resolve
          </button>
        </div>
      </form>
    </Dialog>
  );
}
