import { A } from '@solidjs/router';
import { type JSX, Show } from 'solid-js';
import type { EvidenceRow } from '../../../src/serve/wire.ts';
import { EvidenceTable } from '../alerts/evidence-table.tsx';
import { address } from '../service/api.ts';

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
        <EvidenceTable evidence={props.evidence} brief />
      </Show>
      <p>
        <A
          href={address('/alerts', { filter: [`host:eq:${props.host}`, 'state:in:open|resolved'] })}
        >
          All alerts of the host
        </A>
      </p>
    </section>
  );
}
