import { A } from '@solidjs/router';
import { For, type JSX, Show } from 'solid-js';
import type { HostRow } from '../../../src/serve/wire.ts';
import { Severity } from '../alerts/columns.tsx';
import { bytesText, countText } from '../parts/words.ts';

/** The hosts to look at first. */
export function WorstHosts(props: { readonly hosts: readonly HostRow[] }): JSX.Element {
  return (
    <section class="panel" aria-labelledby="hosts-title">
      <h2 id="hosts-title">Worst hosts</h2>
      <Show
        when={props.hosts.length > 0}
        fallback={<p class="faint">No host has an open alert.</p>}
      >
        <div class="wide">
          <table class="full">
            <thead>
              <tr>
                <th scope="col">Host</th>
                <th scope="col">Worst</th>
                <th scope="col" class="n">
                  Open
                </th>
                <th scope="col" class="n wide-only">
                  Alerts
                </th>
                <th scope="col" class="n">
                  Flows
                </th>
                <th scope="col" class="n wide-only">
                  Bytes
                </th>
              </tr>
            </thead>
            <tbody>
              <For each={props.hosts}>
                {(host) => (
                  <tr>
                    <td class="address">
                      <A href={`/hosts/${encodeURIComponent(host.id)}`}>{host.id}</A>
                      <Show when={host.name}>
                        <span class="faint"> {host.name}</span>
                      </Show>
                    </td>
                    <td>
                      <Show when={host.worst}>{(worst) => <Severity of={worst()} />}</Show>
                    </td>
                    <td class="n">
                      <A href={`/alerts?filter=${encodeURIComponent(`host:eq:${host.id}`)}`}>
                        {countText(host.openAlerts)}
                      </A>
                    </td>
                    <td class="n wide-only">{countText(host.alerts)}</td>
                    <td class="n">{countText(host.flows)}</td>
                    <td class="n wide-only">{bytesText(host.bytes)}</td>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
        </div>
      </Show>
    </section>
  );
}
