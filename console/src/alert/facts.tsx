import { For, type JSX, Show } from 'solid-js';
import type { AlertDetail } from '../../../src/serve/wire.ts';
import { techniqueAddress } from '../alerts/words.ts';
import { countText, plural, spanText, timeText } from '../parts/words.ts';
import { lossesOf } from './losses.ts';

/** What was seen, in names and numbers. */
export function AlertFactList(props: { readonly detail: AlertDetail }): JSX.Element {
  const row = () => props.detail.row;
  const alert = () => props.detail.alert;
  const sample = (values: readonly (string | number)[], count: number): string => {
    const rest = count - values.length;
    return `${values.join(', ')}${rest > 0 ? ` and ${countText(rest)} more` : ''}`;
  };
  const losses = () => lossesOf(alert().coverage);
  return (
    <section class="panel" aria-labelledby="facts-title">
      <h2 id="facts-title">Facts</h2>
      <dl class="facts">
        <dt>Technique</dt>
        <dd>
          <a
            href={techniqueAddress(alert().technique.id)}
            target="_blank"
            rel="noreferrer noopener"
          >
            {alert().technique.id} {alert().technique.name}
          </a>
          <Show when={alert().technique.possible}>
            <span class="faint"> possible; flows alone do not prove it</span>
          </Show>
        </dd>
        <dt>When</dt>
        <dd>
          {timeText(row().first)} to {timeText(row().last)} UTC (
          {spanText(row().last - row().first)})
        </dd>
        <dt>Host</dt>
        <dd>
          {row().host} <span class="faint">as {alert().role}</span>
        </dd>
        <dt>Peers</dt>
        <dd class="break">{sample(alert().peers, row().peerCount) || 'none'}</dd>
        <dt>Ports</dt>
        <dd>
          {sample(alert().ports, alert().portCount) || 'none'}{' '}
          <span class="faint">{alert().protocols.join(', ')}</span>
        </dd>
        <dt>Flows</dt>
        <dd>
          {countText(row().flows)}
          <Show when={alert().uncertainFlows > 0}>
            <span class="faint">
              {' '}
              ({plural(alert().uncertainFlows, 'flow')} of uncertain direction)
            </span>
          </Show>
        </dd>
        <Show when={alert().context}>
          {(context) => (
            <>
              <dt>Context</dt>
              <dd>{context()}</dd>
            </>
          )}
        </Show>
        <Show when={alert().anomalies.length > 0}>
          <dt>Anomalies</dt>
          <dd class="break">{alert().anomalies.join(', ')}</dd>
        </Show>
        <dt>Coverage</dt>
        <dd>
          <Show when={losses().length > 0} fallback="nothing was lost of this stretch of traffic">
            numbers are lower bounds: {losses().join(', ')}
          </Show>
        </dd>
        <Show when={alert().communityIds.length > 0}>
          <dt>Community ids</dt>
          <dd>
            <ul class="plain">
              <For each={alert().communityIds}>
                {(id) => (
                  <li>
                    <code>{id}</code>
                  </li>
                )}
              </For>
            </ul>
          </dd>
        </Show>
      </dl>
    </section>
  );
}
