import { A } from '@solidjs/router';
import { createResource, For, type JSX, Show } from 'solid-js';
import type { ModelList } from '../../../src/serve/wire.ts';
import { WideTable } from '../parts/table.tsx';
import { percentText } from '../parts/words.ts';
import { call } from '../service/api.ts';

/** The models that score the traffic, in the order in which they are heard. */
export default function ModelsPage(): JSX.Element {
  const [list] = createResource(() => call<ModelList>('/api/models'));
  return (
    <section class="page">
      <h1>Models</h1>
      <p>
        Models score every flow. One that <em>raises</em> makes alerts when a score reaches its
        threshold; one that <em>corroborates</em> only speaks for or against alerts of others.
      </p>
      <Show when={list.error === undefined} fallback={<p class="problem">{list.error.message}</p>}>
        <Show when={list()} fallback={<p class="faint">Loading …</p>}>
          {(told) => (
            <Show
              when={told().models.length > 0}
              fallback={<p>No model is loaded: detectors that need none work alone.</p>}
            >
              <ModelTable models={told().models} />
            </Show>
          )}
        </Show>
      </Show>
    </section>
  );
}

function ModelTable(props: { readonly models: ModelList['models'] }): JSX.Element {
  return (
    <WideTable
      label="Table of models"
      heads={[
        'Model',
        'Kind',
        'View',
        'Role',
        { title: 'Threshold', numeric: true },
        { title: 'False alarms at most', numeric: true },
        'Trained on',
        'Classes',
      ]}
    >
      <For each={props.models}>
        {(model) => (
          <tr classList={{ faint: !model.active }}>
            <td>
              <A href={`/models/${encodeURIComponent(model.id)}`}>{model.name}</A>
              <Show when={!model.active}> (not heard)</Show>
            </td>
            <td>{model.kind}</td>
            <td>{model.schema}</td>
            <td>{model.role}</td>
            <td class="n">
              {model.threshold.toFixed(4)}
              <Show when={model.threshold !== model.ownThreshold}>
                <span class="faint"> (its own {model.ownThreshold.toFixed(4)})</span>
              </Show>
            </td>
            <td class="n">{percentText(model.falsePositiveRateUpper)}</td>
            <td>{model.dataset}</td>
            <td class="long">{model.classes.join(', ')}</td>
          </tr>
        )}
      </For>
    </WideTable>
  );
}
