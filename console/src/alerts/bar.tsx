import { For, type JSX, Show } from 'solid-js';
import type { AlertCounts } from '../../../src/serve/wire.ts';
import { SearchField } from '../parts/search.tsx';
import { countText } from '../parts/words.ts';
import type { ListState } from '../service/list.ts';
import { isNarrow } from '../shell/narrow.ts';
import { Facets } from './facets.tsx';
import type { LiveAlerts } from './live-alerts.ts';
import { TimeFacet } from './time-facet.tsx';

/** What of the alerts is shown: without a word in the address, those that are open. */
export const STATES = {
  open: { title: 'Open', filters: ['state:eq:open'] },
  resolved: { title: 'Resolved', filters: ['state:eq:resolved'] },
  all: { title: 'All', filters: [] },
} as const;

type StateWord = keyof typeof STATES;

/** The state that the address asks for. */
export function stateChosen(state: ListState): StateWord {
  const [asked] = state.filter('state');
  if (asked === 'eq:resolved') return 'resolved';
  return asked === undefined || asked === 'eq:open' ? 'open' : 'all';
}

/** A group of the address, as far as there is one of that name. */
export const readGroup = (word: string | undefined): 'host' | 'kind' | undefined =>
  word === 'host' || word === 'kind' ? word : undefined;

/** Search, filters, groups, and what is new. */
export function AlertBar(props: {
  readonly state: ListState;
  readonly counts: AlertCounts | undefined;
  readonly group: 'host' | 'kind' | undefined;
  readonly onGroup: (group: string | undefined) => void;
  readonly newest: number | undefined;
  readonly live: LiveAlerts;
  readonly searchRef: (input: HTMLInputElement) => void;
}): JSX.Element {
  const hidden = (): boolean => props.state.filter('suppressedBy').length > 0;
  const narrowed = (): number =>
    new Set(props.state.filters().map((one) => one.split(':', 1)[0])).size;
  return (
    <search class="filters">
      <div class="bar">
        <StateChoice state={props.state} counts={props.counts} />
        <SearchField
          label="Search alerts"
          placeholder="Search host, title, model, note  ( / )"
          value={props.state.q()}
          onText={props.state.setQ}
          ref={props.searchRef}
        />
        <label class="inline">
          Group by
          <select onChange={({ currentTarget }) => props.onGroup(currentTarget.value || undefined)}>
            <option value="" selected={props.group === undefined}>
              nothing
            </option>
            <option value="host" selected={props.group === 'host'}>
              host
            </option>
            <option value="kind" selected={props.group === 'kind'}>
              kind
            </option>
          </select>
        </label>
        <span class="grow" />
        <span role="status">
          <Show when={props.live.fresh() + props.live.gone() > 0}>
            <button type="button" class="main" onClick={() => void props.live.show()}>
              {[
                ...(props.live.fresh() > 0 ? [`${countText(props.live.fresh())} new`] : []),
                ...(props.live.gone() > 0 ? [`${countText(props.live.gone())} gone`] : []),
              ].join(' · ')}
            </button>
          </Show>
        </span>
        <span class="faint">
          {props.counts === undefined ? '' : `${countText(props.counts.total)} match`}
        </span>
      </div>
      <Fold count={narrowed()}>
        <Facets state={props.state} counts={props.counts} />
        <TimeFacet state={props.state} newest={props.newest} />
        <label class="inline">
          <input
            type="checkbox"
            checked={hidden()}
            onChange={({ currentTarget }) =>
              props.state.setFilter('suppressedBy', currentTarget.checked ? ['some:'] : [])
            }
          />
          hidden by a rule
        </label>
        <Show when={props.state.filters().length > 0 || props.state.q() !== ''}>
          <button type="button" class="quiet" onClick={() => props.state.clear()}>
            Clear filters
          </button>
        </Show>
      </Fold>
    </search>
  );
}

/** The filters: in a row where there is room, else folded away. */
function Fold(props: { readonly count: number; readonly children: JSX.Element }): JSX.Element {
  return (
    <Show when={isNarrow()} fallback={<div class="bar">{props.children}</div>}>
      <details class="fold">
        <summary>Filters{props.count > 0 ? ` (${props.count})` : ''}</summary>
        <div class="bar">{props.children}</div>
      </details>
    </Show>
  );
}

function StateChoice(props: {
  readonly state: ListState;
  readonly counts: AlertCounts | undefined;
}): JSX.Element {
  const count = (word: StateWord): string => {
    const counts = props.counts?.state;
    if (!counts) return '';
    const found = counts.filter(({ value }) => word === 'all' || value === word);
    return countText(found.reduce((sum, one) => sum + one.count, 0));
  };
  const choose = (word: StateWord): void => {
    const filter = { open: [], resolved: ['eq:resolved'], all: ['in:open|resolved'] }[word];
    props.state.setFilter('state', filter);
  };
  return (
    <div class="segments" role="group" aria-label="State">
      <For each={Object.keys(STATES) as StateWord[]}>
        {(word) => (
          <button
            type="button"
            aria-pressed={stateChosen(props.state) === word}
            onClick={() => choose(word)}
          >
            {STATES[word].title} <span class="faint">{count(word)}</span>
          </button>
        )}
      </For>
    </div>
  );
}
