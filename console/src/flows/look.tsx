import { createResource, For, type JSX, Show } from 'solid-js';
import type { Chart } from '../../../src/report/chart/chart.ts';
import type { Distinct, Histogram } from '../../../src/serve/wire.ts';
import { Picture } from '../parts/picture.tsx';
import { WideTable } from '../parts/table.tsx';
import { countText, percentText } from '../parts/words.ts';
import { call } from '../service/api.ts';
import type { Question, ViewColumn } from './question.ts';
import { cellText } from './result.tsx';

/** Bars of numbers, and words, that are drawn. */
const BARS = 60;
const WORDS = 20;
/** Height of an empty bar where zero has none. */
const NONE = 0.5;

/** A column's distribution among the flows that the question finds. */
export function histogramChart(told: Histogram, column: ViewColumn, log = false): Chart {
  const unit = column.unit && column.type !== 'time' ? ` (${column.unit})` : '';
  const title = `${column.name}: how often each value occurs`;
  const filled = told.rows - told.empty;
  const note = `${countText(told.rows)} flows, ${countText(told.empty)} of them without a value.`;
  if (told.bars) {
    // A logarithmic axis has no zero: empty bars lie below one.
    const height = (count: number): number => (log ? Math.max(count, NONE) : count);
    const most = told.bars.reduce((top, { count }) => Math.max(top, count), 1);
    return {
      kind: 'lines',
      title,
      note,
      lines: [
        {
          name: 'flows',
          x: [...told.bars.map(({ from }) => from), told.bars.at(-1)?.to ?? 0],
          y: [...told.bars.map(({ count }) => height(count)), height(told.bars.at(-1)?.count ?? 0)],
          steps: true,
        },
      ],
      x: { title: `${column.name}${unit}`, ...(column.type === 'time' ? { format: 'time' } : {}) },
      y: log
        ? { title: 'Flows, logarithmic', format: 'count', log, domain: [NONE, most] }
        : { title: 'Flows', format: 'count', whole: true },
    };
  }
  const words = told.words ?? [];
  const rest = filled - words.reduce((sum, { count }) => sum + count, 0);
  return {
    kind: 'bars',
    title,
    note,
    bars: [
      ...words.map(({ value, count }) => ({ label: value || '(empty text)', value: count })),
      ...(rest > 0 ? [{ label: 'all others', value: rest }] : []),
    ],
    value: { title: 'Flows', format: 'count', whole: true },
  };
}

/** The column that is looked at: its distribution, and its values to filter by. */
export function Look(props: { readonly question: Question }): JSX.Element {
  const { question } = props;
  const column = (): ViewColumn | undefined =>
    question.view().columns.find(({ name }) => name === question.looked());
  return (
    <section class="panel" aria-labelledby="look-title">
      <h2 id="look-title">Look at a column</h2>
      <select
        aria-label="Column to look at"
        value={question.looked() ?? ''}
        onChange={({ currentTarget }) => question.look(currentTarget.value || undefined)}
      >
        <option value="">choose a column …</option>
        <For each={question.view().columns}>
          {({ name }) => <option value={name}>{name}</option>}
        </For>
      </select>
      <Show when={column()} keyed>
        {(one) => <Distribution question={question} column={one} />}
      </Show>
    </section>
  );
}

function Distribution(props: {
  readonly question: Question;
  readonly column: ViewColumn;
}): JSX.Element {
  const asked = (): object => ({ filter: props.question.filter(), column: props.column.name });
  const bars = (): number => (props.column.type === 'text' ? WORDS : BARS);
  const [histogram] = createResource(asked, (body) =>
    call<Histogram>('/api/flows/histogram', { method: 'POST', body: { ...body, bars: bars() } }),
  );
  const [distinct] = createResource(asked, (body) =>
    call<Distinct>('/api/flows/distinct', { method: 'POST', body: { ...body, limit: WORDS } }),
  );
  const only = (value: string | number | null, is: 'equal' | 'not equal'): void => {
    const { question, column } = props;
    const condition =
      value === null
        ? ({ field: column.name, is: is === 'equal' ? 'empty' : 'not empty' } as const)
        : { field: column.name, is, value };
    question.setConditions([...question.conditions(), condition]);
  };
  const problem = (): Error | undefined => histogram.error ?? distinct.error;
  return (
    <Show when={!problem()} fallback={<p class="problem">{problem()?.message}</p>}>
      <p class="faint hint">{props.column.meaning}</p>
      <Show when={props.column.type !== 'text'}>
        <label>
          <input
            type="checkbox"
            checked={props.question.logarithmic()}
            onChange={({ currentTarget }) => props.question.setLogarithmic(currentTarget.checked)}
          />{' '}
          counts on a logarithmic scale
        </label>
      </Show>
      <Show when={histogram.latest} fallback={<p class="faint">Counting …</p>}>
        {(told) => (
          <Picture
            chart={histogramChart(told(), props.column, props.question.logarithmic())}
            most={700}
          />
        )}
      </Show>
      <Show when={props.column.type !== 'time' && distinct.latest}>
        {(told) => (
          <Values
            told={told()}
            rows={histogram.latest?.rows ?? 0}
            type={props.column.type}
            onOnly={only}
          />
        )}
      </Show>
    </Show>
  );
}

function Values(props: {
  readonly told: Distinct;
  readonly rows: number;
  readonly type: string;
  readonly onOnly: (value: string | number | null, is: 'equal' | 'not equal') => void;
}): JSX.Element {
  return (
    <WideTable
      label="Most frequent values"
      class="values"
      heads={[
        'Most frequent',
        { title: 'Flows', numeric: true },
        { title: 'Share', numeric: true },
        { title: 'Filter by it', unseen: true },
      ]}
    >
      <For each={props.told.values}>
        {({ value, count }) => {
          const text = cellText(value, props.type) || '(empty)';
          return (
            <tr>
              <td class="words">{text}</td>
              <td class="n">{countText(count)}</td>
              <td class="n">{props.rows > 0 ? percentText(count / props.rows) : ''}</td>
              <td class="n">
                <button type="button" onClick={() => props.onOnly(value, 'equal')}>
                  only<span class="unseen"> {text}</span>
                </button>{' '}
                <button type="button" onClick={() => props.onOnly(value, 'not equal')}>
                  not<span class="unseen"> {text}</span>
                </button>
              </td>
            </tr>
          );
        }}
      </For>
    </WideTable>
  );
}
