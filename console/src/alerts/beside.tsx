import { A } from '@solidjs/router';
import { type JSX, Show } from 'solid-js';
import type { AlertDetail } from '../../../src/serve/wire.ts';
import { AlertActions } from '../alert/actions.tsx';
import { Reasons } from '../alert/reasons.tsx';
import { Shown } from '../parts/shown.tsx';
import { createLoaded } from '../service/loaded.ts';
import { Severity, stateText } from './columns.tsx';
import { nameOf, onJudged } from './judging.ts';
import '../alert/alert.css';

/** The alert that the list points at, in short, beside it. */
export function Beside(props: { readonly id: string; readonly onClose: () => void }): JSX.Element {
  const detail = createLoaded<AlertDetail>(() => `/api/alerts/${encodeURIComponent(props.id)}`);
  onJudged((rows) => {
    if (rows === 'many' || rows.some(({ id }) => id === props.id)) detail.reload();
  });
  return (
    <aside class="beside" aria-label="The alert in short">
      <div class="bar ends">
        <A class="grow" href={`/alerts/${encodeURIComponent(props.id)}`}>
          Open the whole alert
        </A>
        <button type="button" class="quiet" aria-label="Close" onClick={() => props.onClose()}>
          ×
        </button>
      </div>
      <Shown of={detail}>
        {(found) => (
          <>
            <h2>{found().row.title}</h2>
            <p>
              <Severity of={found().row.severity} /> {stateText(found().row)}
              <Show when={found().row.assignee}>{(id) => <> · {nameOf(id())}</>}</Show>
            </p>
            <p class="sentence">{found().sentence}</p>
            <p class="faint">{found().alert.agreementText}</p>
            <AlertActions row={found().row} onChange={detail.reload} brief />
            <h3>What pushed it</h3>
            <Reasons reasons={found().alert.reasons} />
            <Show when={found().row.note}>
              {(note) => (
                <>
                  <h3>Note</h3>
                  <p class="note">{note()}</p>
                </>
              )}
            </Show>
          </>
        )}
      </Shown>
    </aside>
  );
}
