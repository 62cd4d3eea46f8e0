import { type JSX, Show } from 'solid-js';
import type { AlertRow } from '../../../src/serve/wire.ts';
import type { GridColumn } from '../parts/grid.tsx';
import { countText, timeText } from '../parts/words.ts';
import { nameOf } from './judging.ts';
import { scoreText } from './words.ts';

/** How much an alert matters, as a word with a colour. */
export const Severity = (props: { readonly of: AlertRow['severity'] }): JSX.Element => (
  <span class={`badge ${props.of}`}>{props.of}</span>
);

/** How an alert stands: open, or the verdict it was closed with. */
export const stateText = ({ state, verdict, standing }: AlertRow): string => {
  if (standing === 'withdrawn') return 'withdrawn';
  if (state === 'open') return standing === 'provisional' ? 'open, early' : 'open';
  return verdict === 'undecided' ? 'resolved' : verdict;
};

/** Columns of the list of alerts. */
export const ALERT_COLUMNS: readonly GridColumn<AlertRow>[] = [
  {
    key: 'severity',
    fits: true,
    title: 'Severity',
    cell: (row) => <Severity of={row.severity} />,
    width: '6.8rem',
    sort: 'severity',
  },
  {
    key: 'host',
    title: 'Host',
    cell: (row) => <span title={row.host}>{row.host}</span>,
    width: 'minmax(8.5rem, 1fr)',
    sort: 'host',
  },
  {
    key: 'kind',
    title: 'What',
    cell: (row) => row.title,
    width: 'minmax(12.5rem, 1.6fr)',
    sort: 'kind',
  },
  {
    key: 'score',
    fits: true,
    title: 'Score',
    cell: (row) => scoreText(row),
    width: '4.8rem',
    sort: 'score',
    numeric: true,
  },
  { key: 'agreement', fits: true, title: 'Seen by', cell: (row) => row.agreement, width: '7.4rem' },
  { key: 'model', title: 'Model', cell: (row) => row.model, width: 'minmax(6rem, 1fr)' },
  {
    key: 'technique',
    fits: true,
    title: 'ATT&CK',
    cell: (row) => row.technique,
    width: '5.4rem',
  },
  {
    key: 'flows',
    fits: true,
    title: 'Flows',
    cell: (row) => countText(row.flows),
    width: '4.8rem',
    sort: 'flows',
    numeric: true,
  },
  {
    key: 'peers',
    fits: true,
    title: 'Peers',
    cell: (row) => countText(row.peerCount),
    width: '4.4rem',
    numeric: true,
  },
  {
    key: 'last',
    fits: true,
    title: 'Last (UTC)',
    cell: (row) => timeText(row.last),
    width: '10.6rem',
    sort: 'last',
  },
  {
    key: 'state',
    fits: true,
    title: 'State',
    cell: (row) => stateText(row),
    width: '9.6rem',
  },
  { key: 'assignee', title: 'Assignee', cell: (row) => nameOf(row.assignee), width: '6.4rem' },
];

/** Columns that make room when something stands beside the list. */
const SPARE = new Set(['agreement', 'model', 'technique', 'peers', 'assignee']);

/** As {@link ALERT_COLUMNS}, for a list that shares its width. */
export const FEW_COLUMNS = ALERT_COLUMNS.filter(({ key }) => !SPARE.has(key));

/** An alert on two lines, for narrow screens. */
export function NarrowAlert(row: AlertRow): JSX.Element {
  return (
    <>
      <span class="line">
        <Severity of={row.severity} /> <strong>{row.host}</strong>
      </span>
      <span class="line faint">
        {row.title} · {timeText(row.last).slice(5, 16)}
        <Show when={row.state === 'resolved'}> · {stateText(row)}</Show>
      </span>
    </>
  );
}
