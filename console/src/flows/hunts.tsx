import { createResource, createSignal, For, type JSX, Show } from 'solid-js';
import type { Hunt, HuntPage } from '../../../src/serve/wire.ts';
import { Dialog } from '../parts/confirm.tsx';
import { onSubmit, type Written } from '../parts/form.ts';
import { call } from '../service/api.ts';
import { useSession } from '../service/session.tsx';
import { complain, say } from '../shell/toasts.tsx';
import type { Question } from './question.ts';

/** Hunts loaded at most; more than that nobody finds in a menu. */
const MOST = 500;

/** Questions that were kept: opened, kept, written over, deleted. */
export function Hunts(props: { readonly question: Question }): JSX.Element {
  const { user, may } = useSession();
  const [hunts, { refetch }] = createResource(() =>
    call<HuntPage>('/api/hunts', { query: { limit: MOST, sort: 'name', order: 'up' } }),
  );
  const [chosen, setChosen] = createSignal('');
  const [naming, setNaming] = createSignal(false);
  const rows = (): readonly Hunt[] => (hunts.error ? [] : (hunts.latest?.rows ?? []));
  const hunt = (): Hunt | undefined => rows().find(({ id }) => id === chosen());
  const own = (): Hunt | undefined => (hunt()?.by === user()?.id ? hunt() : undefined);
  const keep = async ({ text }: Written): Promise<void> => {
    const name = text('name');
    const body = { name, query: props.question.query(), shared: text('shared') === 'on' };
    const { id } = await call<Hunt>('/api/hunts', { method: 'POST', body });
    setNaming(false);
    await refetch();
    setChosen(id);
    say(`The hunt “${name}” was kept.`);
  };
  const overwrite = async (old: Hunt): Promise<void> => {
    const path = `/api/hunts/${encodeURIComponent(old.id)}`;
    const put = async (version: number, query: Hunt['query']): Promise<Hunt> => {
      const changed = await call<Hunt>(path, { method: 'PATCH', body: { version, query } });
      await refetch();
      return changed;
    };
    const { version } = await put(old.version, props.question.query());
    say(`The hunt “${old.name}” asks this now.`, {
      title: 'Undo',
      run: () => void put(version, old.query).catch(complain),
    });
  };
  const remove = async (old: Hunt): Promise<void> => {
    const query = { version: old.version };
    await call(`/api/hunts/${encodeURIComponent(old.id)}`, { method: 'DELETE', query });
    setChosen('');
    await refetch();
    const { name, query: asked, shared } = old;
    const body = { name, query: asked, shared };
    const again = async (): Promise<void> => {
      await call('/api/hunts', { method: 'POST', body });
      await refetch();
    };
    say(`The hunt “${name}” was deleted.`, {
      title: 'Undo',
      run: () => void again().catch(complain),
    });
  };
  return (
    <span class="bar together">
      <label>
        Hunt{' '}
        <select
          value={chosen()}
          onChange={({ currentTarget }) => {
            setChosen(currentTarget.value);
            const found = hunt();
            if (found) props.question.ask(found.query);
          }}
        >
          <option value="">{rows().length === 0 ? 'none kept yet' : 'open one …'}</option>
          <For each={rows()}>
            {({ id, name, by, byName }) => (
              <option value={id}>{by === user()?.id ? name : `${name} (${byName})`}</option>
            )}
          </For>
        </select>
      </label>
      <Show when={may('analyst')}>
        <button type="button" onClick={() => setNaming(true)}>
          Keep as hunt …
        </button>
        <Show when={own()}>
          {(mine) => (
            <>
              <button type="button" onClick={() => void overwrite(mine()).catch(complain)}>
                Write over “{mine().name}”
              </button>
              <button type="button" onClick={() => void remove(mine()).catch(complain)}>
                Delete it
              </button>
            </>
          )}
        </Show>
      </Show>
      <Show when={naming()}>
        <Dialog title="Keep this question as a hunt" onClose={() => setNaming(false)}>
          <form class="stack" onSubmit={onSubmit(keep)}>
            <label>
              Name
              <input name="name" required maxlength="200" autofocus />
            </label>
            <label class="across">
              <input name="shared" type="checkbox" /> others see it, too
            </label>
            <div class="bar ends">
              <button type="button" onClick={() => setNaming(false)}>
                Cancel
              </button>
              <button type="submit" class="main">
                Keep
              </button>
            </div>
          </form>
        </Dialog>
      </Show>
    </span>
  );
}
