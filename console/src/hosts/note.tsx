import { createSignal, type JSX, Show } from 'solid-js';
import type { HostRow } from '../../../src/serve/wire.ts';
import { onSubmit, type Written } from '../parts/form.ts';
import { call } from '../service/api.ts';
import { useSession } from '../service/session.tsx';
import { complain, say } from '../shell/toasts.tsx';

/** Name and note of a host, for those who may change them; undo puts the old ones back. */
export function HostNote(props: {
  readonly host: HostRow;
  readonly path: string;
  readonly onChanged: (host: HostRow) => void;
}): JSX.Element {
  const { may } = useSession();
  const [busy, setBusy] = createSignal(false);
  const put = async (version: number, name: string, note: string): Promise<HostRow> => {
    const body = { version, name, note };
    const host = await call<HostRow>(props.path, { method: 'PATCH', body });
    props.onChanged(host);
    return host;
  };
  const save = async ({ text }: Written): Promise<void> => {
    const { name, note, version } = props.host;
    setBusy(true);
    try {
      const saved = await put(version, text('name'), text('note'));
      say('The host’s name and note were saved.', {
        title: 'Undo',
        run: () => void put(saved.version, name, note).catch(complain),
      });
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="panel" aria-labelledby="note-title">
      <h2 id="note-title">Name and note</h2>
      <Show
        when={may('analyst')}
        fallback={
          <p class="words">
            {props.host.name || 'No name.'} {props.host.note}
          </p>
        }
      >
        <form class="stack" onSubmit={onSubmit(save)}>
          <label>
            Name
            <input name="name" maxlength="200" value={props.host.name} />
          </label>
          <label>
            Note
            <textarea name="note" rows="4" maxlength="4000" value={props.host.note} />
          </label>
          <button type="submit" disabled={busy()}>
            Save
          </button>
        </form>
      </Show>
    </section>
  );
}
