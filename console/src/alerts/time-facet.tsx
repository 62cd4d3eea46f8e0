import { For, type JSX } from 'solid-js';
import { TimeField } from '../parts/time-field.tsx';
import { timeText } from '../parts/words.ts';
import type { ListState } from '../service/list.ts';
import { Menu } from './facets.tsx';

const HOUR = 3_600_000_000;
const BACK = [
  { title: 'last hour', micros: HOUR },
  { title: 'last 24 hours', micros: 24 * HOUR },
  { title: 'last 7 days', micros: 168 * HOUR },
];

/** A condition's value by its word, in microseconds. */
const bound = (state: ListState, is: string): number | undefined => {
  const found = state.filter('last').find((one) => one.startsWith(`${is}:`));
  const value = Number(found?.slice(is.length + 1));
  return found !== undefined && Number.isFinite(value) ? value : undefined;
};

/** When the traffic was: from, to, or so long before the newest alert. */
export function TimeFacet(props: {
  readonly state: ListState;
  /** Time of the newest alert, in microseconds. */
  readonly newest: number | undefined;
}): JSX.Element {
  const from = (): number | undefined => bound(props.state, 'ge');
  const to = (): number | undefined => bound(props.state, 'le');
  const set = (low: number | undefined, high: number | undefined): void => {
    props.state.setFilter('last', [
      ...(low === undefined ? [] : [`ge:${low}`]),
      ...(high === undefined ? [] : [`le:${high}`]),
    ]);
  };
  const minute = (micros: number): string => timeText(micros).slice(0, 16);
  const told = (): string => {
    const low = from();
    const high = to();
    if (low !== undefined && high !== undefined) return `${minute(low)} to ${minute(high)}`;
    if (low !== undefined) return `since ${minute(low)}`;
    return high === undefined ? '' : `until ${minute(high)}`;
  };
  return (
    <Menu title="Time" told={told()} onClear={() => set(undefined, undefined)}>
      <p class="faint">UTC, by the last packet of the alert</p>
      <div class="field">
        From
        <TimeField label="From" value={from()} onChange={(low) => set(low, to())} />
      </div>
      <div class="field">
        To
        <TimeField label="To" value={to()} onChange={(high) => set(from(), high)} />
      </div>
      <For each={BACK}>
        {({ title, micros }) => (
          <button
            type="button"
            class="quiet"
            disabled={props.newest === undefined}
            onClick={() => set(props.newest! - micros, undefined)}
          >
            {title} of the traffic
          </button>
        )}
      </For>
    </Menu>
  );
}
