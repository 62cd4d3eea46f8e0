import { createSignal, For, type JSX, Show } from 'solid-js';
import type { RoleName, User, UserAdded } from '../../../src/serve/wire.ts';
import { confirm } from '../parts/confirm.tsx';
import { onSubmit, type Written } from '../parts/form.ts';
import { Listed } from '../parts/listed.tsx';
import { ShownOnce } from '../parts/once.tsx';
import { WideTable } from '../parts/table.tsx';
import { timeText } from '../parts/words.ts';
import { call } from '../service/api.ts';
import { createListRows } from '../service/list.ts';
import { useSession } from '../service/session.tsx';
import { complain, say } from '../shell/toasts.tsx';

/** Roles with what they may. */
export const ROLES: readonly { readonly name: RoleName; readonly meaning: string }[] = [
  { name: 'viewer', meaning: 'looks at everything, changes nothing' },
  { name: 'analyst', meaning: 'judges alerts, uploads, suppresses, hunts' },
  { name: 'administrator', meaning: 'also sets thresholds, settings and people' },
];

/** People and their roles. */
export default function PeopleSettings(): JSX.Element {
  const list = createListRows<User>('/api/users', () => ({ sort: 'name', order: 'up' }));
  const [secret, setSecret] = createSignal<{ name: string; password: string }>();
  const keep = ({ user, password }: UserAdded): void => {
    list.replace([user]);
    if (password !== null) setSecret({ name: user.name, password });
  };
  return (
    <>
      <NewPerson
        onAdded={(added) => {
          keep(added);
          void list.reload();
        }}
      />
      <Listed list={list} empty="There is nobody.">
        <WideTable
          label="Table of people"
          heads={[
            'Name',
            'Role',
            'State',
            'Last signed in (UTC)',
            { title: 'What can be done', unseen: true },
          ]}
        >
          <For each={list.rows()}>
            {(user) => <PersonRow user={user} onChanged={keep} onGone={() => void list.reload()} />}
          </For>
        </WideTable>
      </Listed>
      <Show when={secret()} keyed>
        {({ name, password }) => (
          <ShownOnce
            title={`One-time password of ${name}`}
            note="It is shown this once. At the first sign-in it must be changed."
            secret={password}
            onClose={() => setSecret(undefined)}
          />
        )}
      </Show>
    </>
  );
}

function NewPerson(props: { readonly onAdded: (added: UserAdded) => void }): JSX.Element {
  const add = async ({ text, reset }: Written): Promise<void> => {
    const body = { name: text('name'), role: text('role') };
    props.onAdded(await call<UserAdded>('/api/users', { method: 'POST', body }));
    reset();
  };
  return (
    <form class="bar" aria-label="One more person" onSubmit={onSubmit(add)}>
      <label>
        Name <input name="name" required maxlength="200" autocomplete="off" />
      </label>
      <label>
        Role{' '}
        <select name="role">
          <For each={ROLES}>
            {({ name, meaning }) => (
              <option value={name}>
                {name}: {meaning}
              </option>
            )}
          </For>
        </select>
      </label>
      <button type="submit" class="main">
        Add person
      </button>
    </form>
  );
}

function stateText({ disabled, lockedUntil, mustChangePassword }: User): string {
  if (disabled) return 'may not sign in';
  if (lockedUntil !== null && lockedUntil > Date.now() * 1000) {
    return `locked until ${timeText(lockedUntil)}`;
  }
  return mustChangePassword ? 'has to choose a password' : 'active';
}

function PersonRow(props: {
  readonly user: User;
  readonly onChanged: (changed: UserAdded) => void;
  readonly onGone: () => void;
}): JSX.Element {
  const { user: me } = useSession();
  const path = (): string => `/api/users/${encodeURIComponent(props.user.id)}`;
  const own = (): boolean => me()?.id === props.user.id;
  const patch = async (change: Record<string, unknown>): Promise<UserAdded> => {
    const body = { version: props.user.version, ...change };
    const changed = await call<UserAdded>(path(), { method: 'PATCH', body });
    props.onChanged(changed);
    return changed;
  };
  const setRole = async (select: HTMLSelectElement): Promise<void> => {
    const { name, role: old } = props.user;
    const role = select.value as RoleName;
    try {
      await patch({ role });
      say(`${name} is ${role} now.`, {
        title: 'Undo',
        run: () => void patch({ role: old }).catch(complain),
      });
    } catch (error) {
      select.value = old;
      throw error;
    }
  };
  const turn = async (): Promise<void> => {
    const { name, disabled } = props.user;
    if (!disabled) {
      const yes = await confirm({
        title: `Keep ${name} out?`,
        body: <p>All sessions of {name} end at once, and nobody can sign in under that name.</p>,
        yes: 'Keep out',
      });
      if (!yes) return;
    }
    await patch({ disabled: !disabled });
    say(disabled ? `${name} may sign in again.` : `${name} may not sign in.`);
  };
  const reset = async (): Promise<void> => {
    const yes = await confirm({
      title: `Make a new password for ${props.user.name}?`,
      body: <p>The old one no longer works, and all sessions end. The new one is shown once.</p>,
      yes: 'Make a new one',
    });
    if (yes) await patch({ resetPassword: true });
  };
  const remove = async (): Promise<void> => {
    const { name, version } = props.user;
    const yes = await confirm({
      title: `Delete ${name}?`,
      body: (
        <p>
          Sessions and API tokens of {name} end. What {name} judged and noted stays, and the audit
          log keeps it. This cannot be taken back.
        </p>
      ),
      yes: 'Delete for good',
      grave: true,
    });
    if (!yes) return;
    await call(path(), { method: 'DELETE', query: { version } });
    say(`${name} was deleted.`);
    props.onGone();
  };
  return (
    <tr>
      <td class="words">
        {props.user.name}
        <Show when={own()}>
          <span class="faint"> (you)</span>
        </Show>
      </td>
      <td>
        <select
          aria-label={`Role of ${props.user.name}`}
          value={props.user.role}
          disabled={own()}
          onChange={({ currentTarget }) => void setRole(currentTarget).catch(complain)}
        >
          <For each={ROLES}>{({ name }) => <option value={name}>{name}</option>}</For>
        </select>
      </td>
      <td>{stateText(props.user)}</td>
      <td>{timeText(props.user.lastSignInAt)}</td>
      <td class="acts">
        <Show when={!own()} fallback={<span class="faint">not from here</span>}>
          <button type="button" onClick={() => void reset().catch(complain)}>
            New password …<span class="unseen"> for {props.user.name}</span>
          </button>
          <button type="button" onClick={() => void turn().catch(complain)}>
            {props.user.disabled ? 'Let in' : 'Keep out …'}
            <span class="unseen"> {props.user.name}</span>
          </button>
          <button type="button" onClick={() => void remove().catch(complain)}>
            Delete …<span class="unseen"> {props.user.name}</span>
          </button>
        </Show>
      </td>
    </tr>
  );
}
