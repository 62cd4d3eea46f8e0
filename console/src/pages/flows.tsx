import { For, type JSX, Show } from 'solid-js';
import type { FlowViews } from '../../../src/serve/wire.ts';
import { ColumnChooser } from '../flows/columns.tsx';
import { Conditions } from '../flows/conditions.tsx';
import { Hunts } from '../flows/hunts.tsx';
import { Look } from '../flows/look.tsx';
import { createQuestion, type View } from '../flows/question.ts';
import { Result } from '../flows/result.tsx';
import { Shown } from '../parts/shown.tsx';
import { createLoaded } from '../service/loaded.ts';

const MEANING: Readonly<Record<string, string>> = {
  argus: 'as argus writes records',
  zeek: 'as Zeek’s conn.log',
  kdd: 'with the features of KDD’99',
};

/** Hunting among the flows: which, in which columns, how they are distributed. */
export default function FlowsPage(): JSX.Element {
  const views = createLoaded<FlowViews>(() => '/api/flows/views');
  return (
    <section class="page">
      <h1>Flows</h1>
      <Shown of={views}>
        {(told) => (
          <Show when={told().views.length > 0} fallback={<p>The service keeps no flows.</p>}>
            <Hunting views={told().views} />
          </Show>
        )}
      </Shown>
    </section>
  );
}

function Hunting(props: { readonly views: readonly View[] }): JSX.Element {
  const question = createQuestion(props.views);
  return (
    <>
      <div class="bar">
        <label>
          View{' '}
          <select
            value={question.view().name}
            onChange={({ currentTarget }) => question.setView(currentTarget.value)}
          >
            <For each={props.views}>
              {({ name }) => (
                <option value={name}>
                  {name} {MEANING[name] ?? ''}
                </option>
              )}
            </For>
          </select>
        </label>
        <Hunts question={question} />
      </div>
      <div class="panels level">
        <Conditions question={question} />
        <Look question={question} />
      </div>
      <ColumnChooser question={question} />
      <Result question={question} />
    </>
  );
}
