import { createMemo, createResource, createSignal, type JSX, Show } from 'solid-js';
import type { FlowCount, FlowPage } from '../../../src/serve/wire.ts';
import { Grid, type GridColumn } from '../parts/grid.tsx';
import { Opened } from '../parts/opened.tsx';
import { countText, timeText } from '../parts/words.ts';
import { address, call } from '../service/api.ts';
import { createRows } from '../service/list.ts';
import { isNarrow } from '../shell/narrow.ts';
import type { Question, View, ViewColumn } from './question.ts';

interface FlowRow {
  readonly id: string;
  readonly cells: FlowPage['rows'][number]['cells'];
}

/** Least width of a column in rem, by what it holds. */
const WIDTH: Readonly<Record<string, number>> = { time: 11, number: 5.5, text: 6, address: 9.5 };
/** Width of a letter of a title, and of what stands around it. */
const LETTER = 0.6;
const AROUND = 2;
/** Columns on the first line of a flow on narrow screens, where none holds an address; on the second. */
const FIRST_LINE = 3;
const SECOND_LINE = 6;

/** A cell as text. */
export function cellText(value: string | number | null, type: string | undefined): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (type === 'time') return timeText(value);
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}

function gridColumns(view: View, names: readonly string[]): GridColumn<FlowRow>[] {
  return names.map((name, at) => {
    const column = view.columns.find((one) => one.name === name);
    const title = column?.unit && column.type !== 'time' ? `${name} (${column.unit})` : name;
    const holds = view.hosts.includes(name) ? 'address' : (column?.type ?? 'text');
    const least = Math.max(WIDTH[holds] ?? 0, title.length * LETTER + AROUND);
    return {
      key: name,
      title,
      cell: (row) => cellText(row.cells[at] ?? null, column?.type),
      width: `${least.toFixed(1)}rem`,
      sort: name,
      numeric: column?.type === 'number',
    };
  });
}

/** A flow on two lines: who spoke to whom, and what the first of the other columns say. */
function narrowFlow(view: View, names: readonly string[]): (row: FlowRow) => JSX.Element {
  const hosts = names.filter((name) => view.hosts.includes(name));
  const first = hosts.length > 0 ? hosts : names.slice(0, FIRST_LINE);
  const typeOf = new Map(view.columns.map(({ name, type }) => [name, type]));
  const others = names.filter((name) => !first.includes(name));
  // Numbers without their column's name tell little: times and words come first.
  const counts = (name: string): boolean => typeOf.get(name) === 'number';
  const spoken = others.filter((name) => !counts(name));
  const second = [...spoken, ...others.filter(counts)].slice(0, SECOND_LINE);
  const told = (row: FlowRow, of: readonly string[], between: string): string =>
    of
      .map((name) => cellText(row.cells[names.indexOf(name)] ?? null, typeOf.get(name)))
      .filter((text) => text !== '')
      .join(between);
  return (row) => (
    <>
      <strong class="line">{told(row, first, hosts.length > 0 ? ' → ' : ' · ')}</strong>
      <span class="line faint">{told(row, second, ' · ')}</span>
    </>
  );
}

/** The flows that a question finds. */
export function Result(props: { readonly question: Question }): JSX.Element {
  const { question } = props;
  const [unread, setUnread] = createSignal(0);
  const [current, setCurrent] = createSignal(-1);
  const [opened, setOpened] = createSignal<FlowRow>();
  const list = createRows<FlowRow, ReturnType<typeof question.query>>(
    question.query,
    async (asked, { cursor, limit, signal }) => {
      const body = { ...asked, limit, ...(cursor === undefined ? {} : { after: cursor }) };
      const page = await call<FlowPage>('/api/flows/query', { method: 'POST', body, signal });
      setUnread(page.unread);
      if (cursor === undefined) {
        setCurrent(-1);
        setOpened(undefined);
      }
      return { rows: page.rows.map(({ ref, cells }) => ({ id: ref, cells })), next: page.next };
    },
  );
  const [count] = createResource(question.filter, (body) =>
    call<FlowCount>('/api/flows/count', { method: 'POST', body }).catch(() => undefined),
  );
  const choose = (index: number): void => {
    setCurrent(index);
    // A finger opens by one touch.
    if (isNarrow()) setOpened(list.rows()[index]);
  };
  const columns = createMemo(() => gridColumns(question.view(), question.columns()));
  const narrow = createMemo(() => narrowFlow(question.view(), question.columns()));
  const csv = (): string => address('/api/flows.csv', { query: JSON.stringify(question.query()) });
  return (
    <section aria-label="Flows found">
      <div class="bar">
        <span role="status">
          {count.latest === undefined
            ? 'Counting …'
            : `${countText(count.latest.count)} ${count.latest.count === 1 ? 'flow' : 'flows'}`}
        </span>
        <a href={csv()} download="flows.csv">
          Download as CSV
        </a>
        <Show when={unread() > 0}>
          <span class="problem">
            {unread()} parts were written by another version of the program and are not read.
          </span>
        </Show>
      </div>
      <Grid
        label="Flows"
        list={list}
        state={question}
        columns={columns()}
        current={current()}
        onCurrent={choose}
        onOpen={setOpened}
        narrow={narrow()}
        empty="No flow matches. Take a condition away, or look into another view."
      />
      <p class="faint hint">
        Enter or a double click shows all of a flow’s columns that are chosen.
      </p>
      <Show when={opened()} keyed>
        {(row) => (
          <Flow
            row={row}
            columns={question.columns()}
            view={question.view()}
            onClose={() => setOpened(undefined)}
          />
        )}
      </Show>
    </section>
  );
}

/** One flow, column by column. */
function Flow(props: {
  readonly row: FlowRow;
  readonly columns: readonly string[];
  readonly view: View;
  readonly onClose: () => void;
}): JSX.Element {
  const column = (name: string): ViewColumn | undefined =>
    props.view.columns.find((one) => one.name === name);
  return (
    <Opened label="The flow chosen">
      <div class="bar">
        <h2>
          Flow <code>{props.row.id}</code>
        </h2>
        <button type="button" class="quiet" onClick={() => props.onClose()}>
          Close
        </button>
      </div>
      <dl class="facts">
        {props.columns.map((name, at) => (
          <>
            <dt title={column(name)?.meaning}>{name}</dt>
            <dd>
              {cellText(props.row.cells[at] ?? null, column(name)?.type) || (
                <span class="faint">empty</span>
              )}{' '}
              {column(name)?.type === 'time' ? 'UTC' : column(name)?.unit}
            </dd>
          </>
        ))}
      </dl>
    </Opened>
  );
}
