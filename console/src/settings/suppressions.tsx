import { createSignal, For, type JSX, Show } from 'solid-js';
import type { Suppression, SuppressionChanged } from '../../../src/serve/wire.ts';
import { Listed } from '../parts/listed.tsx';
import { WideTable } from '../parts/table.tsx';
import { TimeField } from '../parts/time-field.tsx';
import { plural, timeText } from '../parts/words.ts';
import { call } from '../service/api.ts';
import { createListRows } from '../service/list.ts';
import { useSession } from '../service/session.tsx';
import { complain, say } from '../shell/toasts.tsx';
import { NewSuppression } from './new-suppression.tsx';

const ended = ({ until }: Suppression): boolean => until !== null && until < Date.now() * 1000;

/** What a rule is about, in words. */
export function ruleText({ host, kind, model }: Suppression): string {
  const parts = [
    host === null ? 'any host' : host,
    ...(kind === null ? [] : [`kind ${kind}`]),
    ...(model === null ? [] : [`model ${model}`]),
  ];
  return parts.join(', ');
}

/** Rules that hide alerts, and hosts that nothing may act against. */
export default function SuppressionSettings(): JSX.Element {
  const { may } = useSession();
  const list = createListRows<Suppression>('/api/suppressions', () => ({
    sort: 'createdAt',
    order: 'down',
  }));
  const told = ({ alerts }: SuppressionChanged): void => {
    say(alerts === 0 ? 'No alert changed.' : `${plural(alerts, 'alert')} changed.`);
    void list.reload();
  };
  const of = (effect: Suppression['effect']): readonly Suppression[] =>
    list.rows().filter((row) => row.effect === effect);
  return (
    <>
      <Show when={may('analyst')}>
        <NewSuppression onAdded={told} />
      </Show>
      <Listed list={list} empty="No rule stands: no alert is hidden, no host is spared.">
        <Rules
          title="Hidden alerts"
          note="Alerts that match are made and kept, but stand in no list unless asked for."
          rules={of('hide')}
          onChanged={() => void list.reload()}
        />
        <Rules
          title="Allow-list"
          note="No part of the program acts against these hosts."
          rules={of('allow')}
          onChanged={() => void list.reload()}
        />
      </Listed>
    </>
  );
}

function Rules(props: {
  readonly title: string;
  readonly note: string;
  readonly rules: readonly Suppression[];
  readonly onChanged: () => void;
}): JSX.Element {
  return (
    <section aria-label={props.title}>
      <h2>{props.title}</h2>
      <p class="faint">{props.note}</p>
      <Show when={props.rules.length > 0} fallback={<p>None.</p>}>
        <WideTable
          label={`Table: ${props.title}`}
          heads={[
            'What',
            'Until (UTC)',
            'Why',
            'Made (UTC)',
            { title: 'What can be done', unseen: true },
          ]}
        >
          <For each={props.rules}>{(rule) => <Rule rule={rule} onChanged={props.onChanged} />}</For>
        </WideTable>
      </Show>
    </section>
  );
}

function Rule(props: { readonly rule: Suppression; readonly onChanged: () => void }): JSX.Element {
  const { may } = useSession();
  const [editing, setEditing] = createSignal(false);
  const path = (): string => `/api/suppressions/${encodeURIComponent(props.rule.id)}`;
  const setUntil = async (until: number | undefined): Promise<void> => {
    const body = { version: props.rule.version, until: until ?? null };
    const { alerts } = await call<SuppressionChanged>(path(), { method: 'PATCH', body });
    setEditing(false);
    say(`The rule’s end was changed; ${plural(alerts, 'alert')} changed with it.`);
    props.onChanged();
  };
  const remove = async (): Promise<void> => {
    const { version, effect, host, kind, model, until, reason } = props.rule;
    await call(path(), { method: 'DELETE', query: { version } });
    props.onChanged();
    const body = { effect, host, kind, model, until, reason };
    const again = async (): Promise<void> => {
      await call('/api/suppressions', { method: 'POST', body });
      props.onChanged();
    };
    const gone = effect === 'hide' ? 'its alerts are shown again' : 'the host is not spared';
    say(`The rule was removed: ${gone}.`, {
      title: 'Undo',
      run: () => void again().catch(complain),
    });
  };
  return (
    <tr classList={{ faint: ended(props.rule) }}>
      <td class="words">{ruleText(props.rule)}</td>
      <td>
        <Show
          when={editing()}
          fallback={
            <>
              {props.rule.until === null ? 'for ever' : timeText(props.rule.until)}
              {ended(props.rule) ? ' (over)' : ''}
            </>
          }
        >
          <TimeField
            label={`End of the rule for ${ruleText(props.rule)}`}
            value={props.rule.until ?? undefined}
            onChange={(at) => void setUntil(at).catch(complain)}
          />
        </Show>
      </td>
      <td class="words">{props.rule.reason}</td>
      <td>{timeText(props.rule.createdAt)}</td>
      <td class="acts">
        <Show when={may('analyst')}>
          <button type="button" onClick={() => setEditing(!editing())}>
            {editing() ? 'Leave' : 'Change end'}
            <span class="unseen"> of {ruleText(props.rule)}</span>
          </button>
          <button type="button" onClick={() => void remove().catch(complain)}>
            Remove<span class="unseen"> {ruleText(props.rule)}</span>
          </button>
        </Show>
      </td>
    </tr>
  );
}
