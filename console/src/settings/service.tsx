import { createResource, createSignal, createUniqueId, For, type JSX, Show } from 'solid-js';
import type { Setting, SettingList } from '../../../src/serve/wire.ts';
import { onSubmit } from '../parts/form.ts';
import { plainText } from '../parts/plain.ts';
import { call } from '../service/api.ts';
import { useSession } from '../service/session.tsx';
import { complain, say } from '../shell/toasts.tsx';
import { fieldOf } from './fields.tsx';

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** `detection.minimumSeverity` as `Minimum severity`. */
function titleOf(name: string): string {
  const last = name.slice(name.indexOf('.') + 1);
  const text = last.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const roomOf = (name: string): string => (name.includes('.') ? name.split('.')[0]! : 'general');

/** Settings of the whole service, each edited as its type needs it. */
export default function ServiceSettings(): JSX.Element {
  const [list, { mutate }] = createResource(() => call<SettingList>('/api/settings'));
  const rooms = (): string[] => [
    ...new Set((list()?.settings ?? []).map(({ name }) => roomOf(name))),
  ];
  const put = async (name: string, version: number, value: unknown): Promise<SettingList> => {
    const body = { name, version, value };
    const told = await call<SettingList>('/api/settings', { method: 'PUT', body });
    mutate(told);
    return told;
  };
  const save = async (setting: Setting, value: unknown): Promise<void> => {
    const told = await put(setting.name, setting.version, value);
    const version = told.settings.find(({ name }) => name === setting.name)?.version ?? 1;
    say(`${titleOf(setting.name)} is ${plainText(value)} now.`, {
      title: 'Undo',
      run: () => void put(setting.name, version, setting.value).catch(complain),
    });
  };
  return (
    <Show when={list.error === undefined} fallback={<p class="problem">{list.error.message}</p>}>
      <For each={rooms()} fallback={<p class="faint">Loading …</p>}>
        {(room) => (
          <section aria-labelledby={`room-${room}`}>
            <h2 id={`room-${room}`} class="capital">
              {room}
            </h2>
            <div class="settings">
              <For each={list()?.settings.filter(({ name }) => roomOf(name) === room)}>
                {(setting) => <SettingForm setting={setting} onSave={save} />}
              </For>
            </div>
          </section>
        )}
      </For>
    </Show>
  );
}

function SettingForm(props: {
  readonly setting: Setting;
  readonly onSave: (setting: Setting, value: unknown) => Promise<void>;
}): JSX.Element {
  const { may } = useSession();
  const id = createUniqueId();
  const [draft, setDraft] = createSignal(props.setting.value);
  const [problem, setProblem] = createSignal('');
  const [busy, setBusy] = createSignal(false);
  const Field = fieldOf(props.setting.type);
  const save = async (value: unknown): Promise<void> => {
    setBusy(true);
    setProblem('');
    await props.onSave(props.setting, value).catch((error: unknown) => {
      setProblem(error instanceof Error ? error.message : String(error));
      complain(error);
    });
    setBusy(false);
  };
  return (
    <form class="setting" onSubmit={onSubmit(() => save(draft()))}>
      <label for={id}>{titleOf(props.setting.name)}</label>
      <p class="faint hint" id={`${id}-meaning`}>
        {props.setting.meaning}. Preset: {plainText(props.setting.preset)}
        {props.setting.unit ? ` ${props.setting.unit}` : ''}.
      </p>
      <Field
        id={id}
        setting={props.setting}
        value={draft()}
        onValue={setDraft}
        disabled={!may('administrator')}
      />
      <Show when={may('administrator')}>
        <div class="bar">
          <button
            type="submit"
            class="main"
            disabled={busy() || same(draft(), props.setting.value)}
            aria-label={`Save ${titleOf(props.setting.name)}`}
          >
            Save
          </button>
          <Show when={!same(props.setting.value, props.setting.preset)}>
            <button
              type="button"
              disabled={busy()}
              onClick={() => void save(props.setting.preset)}
              aria-label={`Take the preset of ${titleOf(props.setting.name)}`}
            >
              Take the preset
            </button>
          </Show>
          <span class="problem" role="alert">
            {problem()}
          </span>
        </div>
      </Show>
    </form>
  );
}
