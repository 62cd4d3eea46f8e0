import { A } from '@solidjs/router';
import { For, type JSX, Show } from 'solid-js';
import type { HostRow } from '../../../src/serve/wire.ts';
import { Severity } from '../alerts/columns.tsx';
import { WideTable } from '../parts/table.tsx';
import { bytesText, countText } from '../parts/words.ts';

/** The hosts to look at first, as the service orders them. */
export function WorstHosts(props: { readonly hosts: readonly HostRow[] }): JSX.Element {
  return (
    <section class="panel" aria-labelledby="hosts-title">
      <h2 id="hosts-title">Worst hosts</h2>
      <Show
        when={props.hosts.length > 0}
        fallback={<p class="faint">No host has an open alert.</p>}
      >
        <WideTable
          label="Table of the worst hosts"
          heads={[
            'Host',
            'Worst',
            { title: 'Open', numeric: true },
            { title: 'Flows', numeric: true },
            { title: 'Bytes', numeric: true, wideOnly: true },
          ]}
        >
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
                <td class="n">{countText(host.flows)}</td>
                <td class="n wide-only">{bytesText(host.bytes)}</td>
              </tr>
            )}
          </For>
        </WideTable>
      </Show>
    </section>
  );
}
