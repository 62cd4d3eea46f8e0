import { createMemo, createSignal, type JSX, Show } from 'solid-js';
import type {
  AlertPage,
  AlertRow,
  SuppressionChanged,
  SuppressionDraft,
} from '../../../src/serve/wire.ts';
import { Dialog } from '../parts/confirm.tsx';
import { onSubmit, type Written } from '../parts/form.ts';
import { plural } from '../parts/words.ts';
import { call } from '../service/api.ts';
import { createLoaded } from '../service/loaded.ts';
import { complain, say } from '../shell/toasts.tsx';
import { KIND_NAMES } from './words.ts';

const DAY = 86_400_000_000;
const LENGTHS = [
  { title: 'a day', micros: DAY },
  { title: 'a week', micros: 7 * DAY },
  { title: '30 days', micros: 30 * DAY },
  { title: 'until it is removed', micros: 0 },
];

/** Makes a rule out of an alert: what is like it is hidden, or never acted against. */
export function SuppressDialog(props: {
  readonly row: AlertRow;
  readonly onClose: () => void;
  readonly onDone: () => void;
}): JSX.Element {
  const [effect, setEffect] = createSignal<'hide' | 'allow'>('hide');
  const [byHost, setByHost] = createSignal(true);
  const [byKind, setByKind] = createSignal(true);
  const [byModel, setByModel] = createSignal(false);
  const [length, setLength] = createSignal(1);
  const [busy, setBusy] = createSignal(false);
  const filter = createMemo(() => [
    ...(byHost() ? [`host:eq:${props.row.host}`] : []),
    ...(byKind() ? [`kind:eq:${props.row.kind}`] : []),
    ...(byModel() ? [`model:eq:${props.row.model}`] : []),
  ]);
  const hit = createLoaded<AlertPage>(
    () => '/api/alerts',
    () => ({ filter: filter(), limit: 1, total: true }),
  );
  const submit = async ({ text }: Written): Promise<void> => {
    const { micros } = LENGTHS[length()]!;
    const body: SuppressionDraft = {
      effect: effect(),
      host: byHost() ? props.row.host : null,
      kind: byKind() ? props.row.kind : null,
      model: byModel() ? props.row.model : null,
      until: micros === 0 ? null : Date.now() * 1000 + micros,
      reason: text('reason'),
    };
    setBusy(true);
    try {
      const path = '/api/suppressions';
      const done = await call<SuppressionChanged>(path, { method: 'POST', body });
      const { id, version } = done.suppression;
      const back = (): void => {
        call(`${path}/${encodeURIComponent(id)}`, { method: 'DELETE', query: { version } }).then(
          () => props.onDone(),
          complain,
        );
      };
      say(`The rule stands; ${plural(done.alerts, 'alert')} hidden by it.`, {
        title: 'Remove it',
        run: back,
      });
      props.onDone();
      props.onClose();
    } catch (error) {
      complain(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title="Suppress what is like this" onClose={props.onClose}>
      <form class="form" onSubmit={onSubmit(submit)}>
        <fieldset>
          <legend>What the rule does</legend>
          <label class="choice">
            <input
              type="radio"
              name="effect"
              checked={effect() === 'hide'}
              onChange={() => setEffect('hide')}
            />
            <span>
              <strong>hide</strong>{' '}
              <span class="faint">alerts like it leave the list, and are kept</span>
            </span>
          </label>
          <label class="choice">
            <input
              type="radio"
              name="effect"
              checked={effect() === 'allow'}
              onChange={() => setEffect('allow')}
            />
            <span>
              <strong>allow</strong>{' '}
              <span class="faint">they stay in sight, and nothing ever acts against the host</span>
            </span>
          </label>
        </fieldset>
        <fieldset>
          <legend>Which alerts</legend>
          <Part on={byHost()} set={setByHost} title="of the host" value={props.row.host} />
          <Part
            on={byKind()}
            set={setByKind}
            title="of the kind"
            value={KIND_NAMES[props.row.kind]}
          />
          <Show when={props.row.model !== ''}>
            <Part on={byModel()} set={setByModel} title="of the model" value={props.row.model} />
          </Show>
        </fieldset>
        <label>
          For how long
          <select onChange={({ currentTarget }) => setLength(currentTarget.selectedIndex)}>
            {LENGTHS.map(({ title }, at) => (
              <option selected={at === 1}>{title}</option>
            ))}
          </select>
        </label>
        <label>
          Why
          <input
            name="reason"
            required
            maxlength="4000"
            placeholder="for those who find the rule"
          />
        </label>
        <p role="status" classList={{ problem: filter().length === 0 }}>
          <Consequence count={hit.data()?.total} effect={effect()} any={filter().length === 0} />
        </p>
        <div class="bar ends">
          <button type="button" onClick={() => props.onClose()}>
            Cancel
          </button>
          <button type="submit" class="main" disabled={busy() || filter().length === 0}>
            Make the rule
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Part(props: {
  readonly on: boolean;
  readonly set: (on: boolean) => void;
  readonly title: string;
  readonly value: string;
}): JSX.Element {
  return (
    <label class="choice">
      <input
        type="checkbox"
        checked={props.on}
        onChange={({ currentTarget }) => props.set(currentTarget.checked)}
      />
      <span>
        {props.title} <strong>{props.value}</strong>
      </span>
    </label>
  );
}

function Consequence(props: {
  readonly count: number | undefined;
  readonly effect: 'hide' | 'allow';
  readonly any: boolean;
}): JSX.Element {
  const text = (): string => {
    if (props.any) return 'A rule must say which alerts: tick one at least.';
    if (props.count === undefined) return 'Counting …';
    const found = plural(props.count, 'alert');
    return props.effect === 'hide'
      ? `${found} of now would be hidden, and those to come. Nothing is deleted.`
      : `${found} of now are meant, and those to come. All stay in sight.`;
  };
  return <>{text()}</>;
}
