import { For, type JSX } from 'solid-js';
import type { Question } from './question.ts';

/** Which columns the table shows. */
export function ColumnChooser(props: { readonly question: Question }): JSX.Element {
  const { question } = props;
  const turn = (name: string, on: boolean): void => {
    const chosen = new Set(question.columns());
    if (on) chosen.add(name);
    else chosen.delete(name);
    // In the view's order, whatever the order of ticking; one column at least stays.
    const next = question.view().columns.flatMap((one) => (chosen.has(one.name) ? one.name : []));
    if (next.length > 0) question.setColumns(next);
  };
  return (
    <details class="chooser">
      <summary>
        Columns: {question.columns().length} of {question.view().columns.length}
      </summary>
      <div class="bar">
        <button
          type="button"
          onClick={() => question.setColumns(question.view().columns.map(({ name }) => name))}
        >
          All
        </button>
        <button type="button" onClick={() => question.setColumns([])}>
          As at first
        </button>
      </div>
      <div class="choices">
        <For each={question.view().columns}>
          {({ name, meaning }) => (
            <label title={meaning}>
              <input
                type="checkbox"
                checked={question.columns().includes(name)}
                onChange={({ currentTarget }) => {
                  turn(name, currentTarget.checked);
                  currentTarget.checked = question.columns().includes(name);
                }}
              />{' '}
              {name}
            </label>
          )}
        </For>
      </div>
    </details>
  );
}
