import { A } from '@solidjs/router';
import { For, type JSX, Show } from 'solid-js';
import type { EvidenceRow } from '../../../src/serve/wire.ts';
import { KIND_NAMES, numberText } from '../alerts/words.ts';
import { WideTable } from '../parts/table.tsx';
import { timeText } from '../parts/words.ts';

/** What else is known of the host. */
export function OtherEvidence(props: {
  readonly host: string;
  readonly evidence: readonly EvidenceRow[];
}): JSX.Element {
  return (
    <section class="panel" aria-labelledby="evidence-title">
      <h2 id="evidence-title">Other evidence of this host</h2>
      <Show
        when={props.evidence.length > 0}
        fallback={<p class="faint">There is nothing else about {props.host}.</p>}
      >
        <WideTable
          label="Table of other evidence"
          heads={['Kind', { title: 'Score', numeric: true }, 'Last (UTC)', 'Alert']}
        >
          <For each={props.evidence}>
            {(one) => (
              <tr>
                <td>{KIND_NAMES[one.kind] ?? one.kind}</td>
                <td class="n">{numberText(one.score)}</td>
                <td class="n">{timeText(one.last)}</td>
                <td>
                  <Show when={one.alertId} fallback={<span class="faint">made none</span>}>
                    {(id) => <A href={`/alerts/${encodeURIComponent(id())}`}>open</A>}
                  </Show>
                </td>
              </tr>
            )}
          </For>
        </WideTable>
      </Show>
      <p>
        <A
          href={`/alerts?filter=${encodeURIComponent(`host:eq:${props.host}`)}&filter=state:in:open|resolved`}
        >
          All alerts of the host
        </A>
      </p>
    </section>
  );
}
