import { A, useNavigate } from '@solidjs/router';
import { createSignal, For, type JSX, Show } from 'solid-js';
import type { HostRow } from '../../../src/serve/wire.ts';
import { Grid, type GridColumn } from '../parts/grid.tsx';
import { SearchField } from '../parts/search.tsx';
import { bytesText, countText, timeText } from '../parts/words.ts';
import { createListRows, createListState } from '../service/list.ts';
import { onStream } from '../service/stream.ts';
import { useShortcuts } from '../shell/keys.tsx';

const pathOf = ({ id }: HostRow): string => `/hosts/${encodeURIComponent(id)}`;

const COLUMNS: readonly GridColumn<HostRow>[] = [
  {
    key: 'id',
    title: 'Address',
    cell: (row) => (
      <A href={pathOf(row)} tabindex="-1">
        {row.id}
      </A>
    ),
    width: 'minmax(9rem, 1fr)',
    sort: 'id',
  },
  {
    key: 'name',
    title: 'Name',
    cell: (row) => row.name || <span class="faint">–</span>,
    width: 'minmax(6rem, 1fr)',
    sort: 'name',
    wideOnly: true,
  },
  {
    key: 'worst',
    title: 'Worst',
    cell: (row) => (
      <Show when={row.worst} fallback={<span class="faint">none</span>}>
        {(worst) => <span class={`badge ${worst()}`}>{worst()}</span>}
      </Show>
    ),
    width: '6rem',
    sort: 'worst',
  },
  {
    key: 'openAlerts',
    title: 'Open alerts',
    cell: (row) => countText(row.openAlerts),
    width: '8rem',
    sort: 'openAlerts',
    numeric: true,
  },
  {
    key: 'alerts',
    title: 'Alerts',
    cell: (row) => countText(row.alerts),
    width: '6rem',
    sort: 'alerts',
    numeric: true,
    wideOnly: true,
  },
  {
    key: 'flows',
    title: 'Flows',
    cell: (row) => countText(row.flows),
    width: '7rem',
    sort: 'flows',
    numeric: true,
    wideOnly: true,
  },
  {
    key: 'bytes',
    title: 'Traffic',
    cell: (row) => bytesText(row.bytes),
    width: '7rem',
    sort: 'bytes',
    numeric: true,
    wideOnly: true,
  },
  {
    key: 'first',
    title: 'First seen (UTC)',
    cell: (row) => timeText(row.first),
    width: '11rem',
    sort: 'first',
    wideOnly: true,
  },
  {
    key: 'last',
    title: 'Last seen (UTC)',
    cell: (row) => timeText(row.last),
    width: '11rem',
    sort: 'last',
    wideOnly: true,
  },
];

const WORST = ['critical', 'high', 'medium', 'low', 'info'];

/** Every host that was seen, those with the worst open alerts first unless asked otherwise. */
export default function HostsPage(): JSX.Element {
  const navigate = useNavigate();
  const state = createListState();
  const list = createListRows<HostRow>('/api/hosts', () => ({
    sort: 'openAlerts',
    order: 'down',
    ...defined(state.query()),
  }));
  const [current, setCurrent] = createSignal(-1);
  const [stale, setStale] = createSignal(false);
  let search!: HTMLInputElement;
  const open = (row: HostRow): void => {
    navigate(pathOf(row));
  };
  const reload = (): void => {
    setStale(false);
    void list.reload();
  };
  onStream('alert', () => setStale(true));
  onStream('reset', () => setStale(true));
  useShortcuts([{ key: '/', meaning: 'Search', run: () => search.focus() }]);
  return (
    <section class="page">
      <h1>Hosts</h1>
      <search class="bar">
        <SearchField
          label="Search hosts"
          placeholder="Address, name or note"
          value={state.q()}
          onText={state.setQ}
          ref={(input) => {
            search = input;
          }}
        />
        <label>
          Worst open alert{' '}
          <select
            value={state.filter('worst')[0]?.slice(3) ?? ''}
            onChange={({ currentTarget }) =>
              state.setFilter('worst', currentTarget.value ? [`eq:${currentTarget.value}`] : [])
            }
          >
            <option value="">any or none</option>
            <For each={WORST}>{(word) => <option value={word}>{word}</option>}</For>
          </select>
        </label>
        <label>
          <input
            type="checkbox"
            checked={state.filter('openAlerts').length > 0}
            onChange={({ currentTarget }) =>
              state.setFilter('openAlerts', currentTarget.checked ? ['gt:0'] : [])
            }
          />{' '}
          with open alerts only
        </label>
        <Show when={stale()}>
          <button type="button" onClick={reload}>
            Alerts changed: load again
          </button>
        </Show>
        <span class="faint" role="status">
          {list.total() === undefined ? '' : `${countText(list.total()!)} hosts`}
        </span>
      </search>
      <Grid
        label="Hosts"
        list={list}
        state={state}
        columns={COLUMNS}
        current={current()}
        onCurrent={setCurrent}
        onOpen={open}
        empty="No host matches. Hosts appear as captures are analysed."
      />
    </section>
  );
}

/** Without members that are undefined, so that they do not hide those before them. */
function defined<Value>(from: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(from).filter(([, value]) => value !== undefined));
}
