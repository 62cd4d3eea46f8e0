import { For, type JSX, Show } from 'solid-js';
import type { AlertFacts, UsualValue } from '../../../src/serve/wire.ts';
import { numberText } from '../alerts/words.ts';
import { Usual } from './usual.tsx';

type Reason = AlertFacts['reasons'][number];

const valueText = ({ value }: Reason): string =>
  value === null ? 'none' : typeof value === 'number' ? numberText(value) : value;

/** What pushed the score, the strongest first, each with the values that are usual for it. */
export function Reasons(props: {
  readonly reasons: readonly Reason[];
  /** Absent: without usual values. */
  readonly usual?: readonly UsualValue[] | undefined;
}): JSX.Element {
  const most = (): number =>
    Math.max(...props.reasons.map(({ contribution }) => Math.abs(contribution ?? 0)), 1e-9);
  const ordered = (): readonly Reason[] =>
    [...props.reasons].sort(
      (a, b) => Math.abs(b.contribution ?? 0) - Math.abs(a.contribution ?? 0),
    );
  return (
    <Show when={props.reasons.length > 0} fallback={<p class="faint">No reason was recorded.</p>}>
      <ul class="reasons">
        <For each={ordered()}>
          {(reason) => (
            <li>
              <div class="reason">
                <code>{reason.feature}</code>
                <strong>{valueText(reason)}</strong>
                <Push value={reason.contribution} most={most()} />
              </div>
              <Show when={props.usual?.find(({ feature }) => feature === reason.feature)}>
                {(usual) => <Usual usual={usual()} value={reason.value} />}
              </Show>
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}

/** How strongly a feature pushed, and which way. */
function Push(props: { readonly value: number | null; readonly most: number }): JSX.Element {
  return (
    <Show when={props.value !== null}>
      <span class="push">
        <span class="push-text n">
          {props.value! > 0 ? '+' : props.value! < 0 ? '−' : ''}
          {numberText(Number(Math.abs(props.value!).toPrecision(3)))}
          <span class="unseen">
            {props.value! < 0 ? ' against the alert' : ' towards the alert'}
          </span>
        </span>
        <span class="push-bar" aria-hidden="true">
          <span
            classList={{ against: props.value! < 0 }}
            style={{ width: `${(100 * Math.abs(props.value!)) / props.most}%` }}
          />
        </span>
      </span>
    </Show>
  );
}
