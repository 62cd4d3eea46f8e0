import { A } from '@solidjs/router';
import { For, type JSX, Show } from 'solid-js';
import type { Overview } from '../../../src/serve/wire.ts';
import { numberText } from '../alerts/words.ts';
import { WideTable } from '../parts/table.tsx';
import { countText } from '../parts/words.ts';

/** Which models listen, and what they raised. */
export function ModelsAtWork(props: { readonly models: Overview['models'] }): JSX.Element {
  return (
    <section class="panel" aria-labelledby="models-title">
      <h2 id="models-title">Models at work</h2>
      <Show
        when={props.models.length > 0}
        fallback={<p class="faint">No model: the detectors work alone.</p>}
      >
        <WideTable
          label="Table of models"
          heads={[
            'Model',
            'State',
            { title: 'Threshold', numeric: true },
            { title: 'Its alerts', numeric: true },
          ]}
        >
          <For each={props.models}>
            {(model) => (
              <tr>
                <td class="break">
                  <A href={`/models/${encodeURIComponent(model.id)}`}>{model.name}</A>
                </td>
                <td>{model.active ? 'at work' : 'at rest'}</td>
                <td class="n">{numberText(model.threshold)}</td>
                <td class="n">{countText(model.alerts)}</td>
              </tr>
            )}
          </For>
        </WideTable>
      </Show>
    </section>
  );
}
