import { A } from '@solidjs/router';
import { For, type JSX, Show } from 'solid-js';
import type { EvidenceRow } from '../../../src/serve/wire.ts';
import { WideTable } from '../parts/table.tsx';
import { timeText } from '../parts/words.ts';
import { KIND_NAMES, numberText } from './words.ts';

/** Evidence about a host, each with the alert that it made. */
export function EvidenceTable(props: {
  readonly evidence: readonly EvidenceRow[];
  /** Where there is little room: when it was seen last is all. */
  readonly brief?: boolean;
}): JSX.Element {
  return (
    <WideTable
      label="Table of evidence"
      heads={[
        'Kind',
        { title: 'Score', numeric: true },
        ...(props.brief ? ['Last (UTC)'] : ['From (UTC)', 'To (UTC)']),
        'Alert',
      ]}
    >
      <For each={props.evidence}>
        {(one) => (
          <tr>
            <td>{KIND_NAMES[one.kind] ?? one.kind}</td>
            <td class="n">{numberText(one.score)}</td>
            <Show when={!props.brief}>
              <td>{timeText(one.first)}</td>
            </Show>
            <td>{timeText(one.last)}</td>
            <td>
              <Show when={one.alertId} fallback={<span class="faint">made none</span>}>
                {(id) => <A href={`/alerts/${encodeURIComponent(id())}`}>open</A>}
              </Show>
            </td>
          </tr>
        )}
      </For>
    </WideTable>
  );
}
