import { createResource, createSignal, For, type JSX, Show } from 'solid-js';
import type {
  AlertCounts,
  AlertPage,
  Suppression,
  SuppressionChanged,
} from '../../../src/serve/wire.ts';
import { confirm } from '../parts/confirm.tsx';
import { onSubmit, type Written } from '../parts/form.ts';
import { TimeField } from '../parts/time-field.tsx';
import { countText } from '../parts/words.ts';
import { call } from '../service/api.ts';

type Draft = Pick<Suppression, 'effect' | 'host' | 'kind' | 'model' | 'until' | 'reason'>;

/** A form for one more rule: how many alerts it would hide is said first. */
export function NewSuppression(props: {
  readonly onAdded: (changed: SuppressionChanged) => void;
}): JSX.Element {
  const [counts] = createResource(() =>
    call<AlertCounts>('/api/alerts/counts').catch(() => undefined),
  );
  const [effect, setEffect] = createSignal<Suppression['effect']>('hide');
  const [until, setUntil] = createSignal<number>();
  const hides = (): boolean => effect() === 'hide';
  const words = (list: AlertCounts['kind'] | undefined): string[] =>
    (list ?? []).map(({ value }) => String(value)).filter((value) => value !== '');
  const add = async ({ text, reset }: Written): Promise<void> => {
    const body: Draft = {
      effect: effect(),
      host: text('host') || null,
      kind: (text('kind') || null) as Draft['kind'],
      model: text('model') || null,
      until: until() ?? null,
      reason: text('reason'),
    };
    if (hides() && !(await agreed(body))) return;
    props.onAdded(await call<SuppressionChanged>('/api/suppressions', { method: 'POST', body }));
    reset();
    setUntil(undefined);
  };
  return (
    <form class="panel stack" aria-label="One more rule" onSubmit={onSubmit(add)}>
      <div class="bar">
        <label>
          Rule{' '}
          <select
            value={effect()}
            onChange={({ currentTarget }) =>
              setEffect(currentTarget.value as Suppression['effect'])
            }
          >
            <option value="hide">hides alerts</option>
            <option value="allow">allows a host: nothing acts against it</option>
          </select>
        </label>
        <label>
          Host or network{' '}
          <input
            name="host"
            maxlength="100"
            placeholder={hides() ? 'any' : '10.0.0.0/8'}
            required={!hides()}
          />
        </label>
        <Show when={hides()}>
          <Choice name="kind" title="Kind" values={words(counts()?.kind)} />
          <Choice name="model" title="Model" values={words(counts()?.model)} />
        </Show>
        <span class="group">
          Until <TimeField label="Until" value={until()} onChange={setUntil} />{' '}
          <span class="faint">UTC; empty: for ever</span>
        </span>
      </div>
      <div class="bar">
        <label class="filling">
          Why{' '}
          <input name="reason" required maxlength="4000" placeholder="what a colleague must know" />
        </label>
        <button type="submit" class="main">
          {hides() ? 'Hide …' : 'Allow'}
        </button>
      </div>
    </form>
  );
}

function Choice(props: {
  readonly name: string;
  readonly title: string;
  readonly values: readonly string[];
}): JSX.Element {
  return (
    <label>
      {props.title}{' '}
      <select name={props.name}>
        <option value="">any</option>
        <For each={props.values}>{(value) => <option value={value}>{value}</option>}</For>
      </select>
    </label>
  );
}

/** Says how many alerts the rule hides at once, as far as that can be counted. */
async function agreed({ host, kind, model }: Draft): Promise<boolean> {
  const network = host?.includes('/') ?? false;
  const filter = [
    ...(host === null || network ? [] : [`host:eq:${host}`]),
    ...(kind === null ? [] : [`kind:eq:${kind}`]),
    ...(model === null ? [] : [`model:eq:${model}`]),
  ];
  const { total = 0 } = await call<AlertPage>('/api/alerts', {
    query: { filter, limit: 1, total: true },
  });
  return confirm({
    title: 'Hide these alerts?',
    body: (
      <p>
        {network ? `Of ${countText(total)} alerts those in ${host}` : `${countText(total)} alerts`}{' '}
        vanish from the lists now, and those to come as well, until the rule ends or is removed.
        They are kept.
      </p>
    ),
    yes: 'Hide them',
  });
}
