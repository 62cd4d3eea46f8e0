import { createResource, createSignal, For, type JSX, Show } from 'solid-js';
import type { People, Token, TokenAdded } from '../../../src/serve/wire.ts';
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
import { ROLES } from './people.tsx';

const DAYS = [7, 30, 90, 365];

function stateText({ revokedAt, expiresAt }: Token): string {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt < Date.now() * 1000 ? 'expired' : 'works';
}

/** Tokens by which programs call the service. */
export default function TokenSettings(): JSX.Element {
  const list = createListRows<Token>('/api/tokens', () => ({ sort: 'createdAt', order: 'down' }));
  const [people] = createResource(() => call<People>('/api/people').catch(() => undefined));
  const [made, setMade] = createSignal<TokenAdded>();
  const nameOf = (id: string): string =>
    people()?.people.find((person) => person.id === id)?.name ?? id;
  const revoke = async ({ id, name, version }: Token): Promise<void> => {
    const yes = await confirm({
      title: `Revoke ${name}?`,
      body: <p>Programs that use it are refused at once. This cannot be taken back.</p>,
      yes: 'Revoke',
      grave: true,
    });
    if (!yes) return;
    const path = `/api/tokens/${encodeURIComponent(id)}`;
    await call(path, { method: 'DELETE', query: { version } });
    say(`${name} was revoked.`);
    await list.reload();
  };
  return (
    <>
      <p>
        A program sends its token as <code>Authorization: Bearer …</code>. It may at most what you
        may.
      </p>
      <NewToken
        onAdded={(added) => {
          setMade(added);
          void list.reload();
        }}
      />
      <Listed list={list} empty="No token yet.">
        <WideTable
          label="Table of tokens"
          heads={[
            'Name',
            'Of',
            'May what',
            'State',
            'Expires (UTC)',
            'Last used (UTC)',
            { title: 'What can be done', unseen: true },
          ]}
        >
          <For each={list.rows()}>
            {(token) => (
              <tr>
                <td class="words">{token.name}</td>
                <td class="words">{nameOf(token.userId)}</td>
                <td>{token.role}</td>
                <td>{stateText(token)}</td>
                <td>{token.expiresAt === null ? 'never' : timeText(token.expiresAt)}</td>
                <td>{token.usedAt === null ? 'never' : timeText(token.usedAt)}</td>
                <td>
                  <Show when={token.revokedAt === null}>
                    <button type="button" onClick={() => void revoke(token).catch(complain)}>
                      Revoke …<span class="unseen"> {token.name}</span>
                    </button>
                  </Show>
                </td>
              </tr>
            )}
          </For>
        </WideTable>
      </Listed>
      <Show when={made()} keyed>
        {({ token, secret }) => (
          <ShownOnce
            title={`The token ${token.name}`}
            note="It is shown this once and kept nowhere: copy it now."
            secret={secret}
            onClose={() => setMade(undefined)}
          />
        )}
      </Show>
    </>
  );
}

function NewToken(props: { readonly onAdded: (added: TokenAdded) => void }): JSX.Element {
  const { may } = useSession();
  const add = async ({ text, reset }: Written): Promise<void> => {
    const body = { name: text('name'), role: text('role'), days: Number(text('days')) };
    props.onAdded(await call<TokenAdded>('/api/tokens', { method: 'POST', body }));
    reset();
  };
  return (
    <form class="bar" aria-label="One more token" onSubmit={onSubmit(add)}>
      <label>
        Name <input name="name" required maxlength="200" autocomplete="off" />
      </label>
      <label>
        May what{' '}
        <select name="role">
          <For each={ROLES.filter(({ name }) => may(name))}>
            {({ name }) => <option value={name}>{name}</option>}
          </For>
        </select>
      </label>
      <label>
        For{' '}
        <select name="days">
          <For each={DAYS}>
            {(days) => (
              <option value={days} selected={days === 90}>
                {days} days
              </option>
            )}
          </For>
        </select>
      </label>
      <button type="submit" class="main">
        Make token
      </button>
    </form>
  );
}
