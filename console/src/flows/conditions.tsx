import { createResource, createSignal, createUniqueId, For, type JSX, Show } from 'solid-js';
import type { Distinct, FlowCondition } from '../../../src/serve/wire.ts';
import { onSubmit } from '../parts/form.ts';
import { TimeField } from '../parts/time-field.tsx';
import { timeText } from '../parts/words.ts';
import { call } from '../service/api.ts';
import { type Question, takes, typedValue, type ViewColumn } from './question.ts';

const TEXT: readonly FlowCondition['is'][] = [
  'equal',
  'not equal',
  'contains',
  'starts',
  'one of',
  'none of',
  'empty',
  'not empty',
];
const NUMBER: readonly FlowCondition['is'][] = [
  'equal',
  'not equal',
  'less',
  'at most',
  'more',
  'at least',
  'one of',
  'none of',
  'empty',
  'not empty',
];
const TIME: readonly FlowCondition['is'][] = ['at least', 'less', 'empty', 'not empty'];
const SAID: Partial<Record<FlowCondition['is'], string>> = {
  equal: 'is',
  'not equal': 'is not',
  less: 'is less than',
  'at most': 'is at most',
  more: 'is more than',
  'at least': 'is at least',
  'one of': 'is one of',
  'none of': 'is none of',
  starts: 'starts with',
  empty: 'is empty',
  'not empty': 'is not empty',
};
const SAID_OF_TIME: typeof SAID = { ...SAID, 'at least': 'is not before', less: 'is before' };

const comparisons = ({ type }: ViewColumn): readonly FlowCondition['is'][] =>
  type === 'time' ? TIME : type === 'number' ? NUMBER : TEXT;
const said = (is: FlowCondition['is'], column: ViewColumn | undefined): string =>
  (column?.type === 'time' ? SAID_OF_TIME : SAID)[is] ?? is;

/** Values offered while one is typed. */
const OFFERED = 30;

function shown({ value }: FlowCondition, column: ViewColumn | undefined): string {
  if (value === undefined) return '';
  if (column?.type === 'time' && typeof value === 'number') return timeText(value);
  return Array.isArray(value) ? value.join(', ') : String(value) || '“”';
}

/** The conditions that stand, each removable, and a form for one more: no query language. */
export function Conditions(props: { readonly question: Question }): JSX.Element {
  const { question } = props;
  const column = (name: string): ViewColumn | undefined =>
    question.view().columns.find((one) => one.name === name);
  const without = (index: number): void => {
    question.setConditions(question.conditions().filter((_, at) => at !== index));
  };
  return (
    <section class="panel" aria-labelledby="conditions-title">
      <h2 id="conditions-title">Which flows</h2>
      <ul class="chips" aria-label="Conditions; all must hold">
        <For
          each={question.conditions()}
          fallback={<li class="faint">All of the view: no condition stands.</li>}
        >
          {(condition, index) => (
            <li class="chip">
              <span>
                <strong>{condition.field}</strong> {said(condition.is, column(condition.field))}{' '}
                {shown(condition, column(condition.field))}
              </span>
              <button type="button" class="quiet" onClick={() => without(index())}>
                ×<span class="unseen"> Remove the condition on {condition.field}</span>
              </button>
            </li>
          )}
        </For>
      </ul>
      <NewCondition question={question} />
      <Bounds question={question} />
    </section>
  );
}

function NewCondition(props: { readonly question: Question }): JSX.Element {
  const { question } = props;
  const [asked, setAsked] = createSignal('');
  const [is, setIs] = createSignal<FlowCondition['is']>('equal');
  const [value, setValue] = createSignal('');
  const column = (): ViewColumn =>
    question.view().columns.find(({ name }) => name === asked()) ??
    question.view().columns.find(({ type }) => type === 'text') ??
    question.view().columns[0]!;
  const comparison = (): FlowCondition['is'] =>
    comparisons(column()).includes(is()) ? is() : comparisons(column())[0]!;
  const add = (): void => {
    const many = takes(comparison()) === 'many';
    const condition: FlowCondition =
      takes(comparison()) === 'none'
        ? { field: column().name, is: comparison() }
        : {
            field: column().name,
            is: comparison(),
            value: typedValue(many ? value().replaceAll(/\s*,\s*/g, '|') : value(), column(), many),
          };
    question.setConditions([...question.conditions(), condition]);
    setValue('');
  };
  return (
    <form class="bar" aria-label="One more condition" onSubmit={onSubmit(add)}>
      <select
        aria-label="Column"
        value={column().name}
        onChange={({ currentTarget }) => {
          setAsked(currentTarget.value);
          setValue('');
        }}
      >
        <For each={question.view().columns}>
          {({ name, meaning }) => (
            <option value={name} title={meaning}>
              {name}
            </option>
          )}
        </For>
      </select>
      <select
        aria-label="How it is compared"
        value={comparison()}
        onChange={({ currentTarget }) => setIs(currentTarget.value as FlowCondition['is'])}
      >
        <For each={comparisons(column())}>
          {(one) => <option value={one}>{said(one, column())}</option>}
        </For>
      </select>
      <Show when={takes(comparison()) !== 'none'}>
        <ValueField
          question={question}
          column={column()}
          many={takes(comparison()) === 'many'}
          value={value()}
          onValue={setValue}
        />
      </Show>
      <button type="submit">Add condition</button>
      <span class="faint hint">{column().meaning}</span>
    </form>
  );
}

/** A value, with the values that occur offered while typing. */
function ValueField(props: {
  readonly question: Question;
  readonly column: ViewColumn;
  readonly many: boolean;
  readonly value: string;
  readonly onValue: (text: string) => void;
}): JSX.Element {
  const list = createUniqueId();
  const asked = (): { column: string; prefix: string } | false =>
    props.column.type === 'text' && !props.many
      ? { column: props.column.name, prefix: props.value }
      : false;
  const [offered] = createResource(asked, ({ column, prefix }) =>
    call<Distinct>('/api/flows/distinct', {
      method: 'POST',
      body: { filter: props.question.filter(), column, prefix, limit: OFFERED },
    }).catch(() => ({ values: [] })),
  );
  return (
    <Show
      when={props.column.type !== 'time'}
      fallback={
        <TimeField
          label={props.column.name}
          value={props.value === '' ? undefined : Number(props.value)}
          onChange={(micros) => props.onValue(micros === undefined ? '' : String(micros))}
        />
      }
    >
      <input
        aria-label="Value"
        placeholder={props.many ? 'values, parted by commas' : 'value'}
        list={list}
        required
        inputmode={props.column.type === 'number' && !props.many ? 'decimal' : 'text'}
        pattern={props.column.type === 'number' && !props.many ? NUMBERS : undefined}
        title={props.column.type === 'number' && !props.many ? 'a number' : undefined}
        value={props.value}
        onInput={({ currentTarget }) => props.onValue(currentTarget.value)}
      />
      <datalist id={list}>
        <For each={offered.latest?.values ?? []}>
          {({ value, count }) => <option value={String(value ?? '')}>{`${count} flows`}</option>}
        </For>
      </datalist>
    </Show>
  );
}

const NUMBERS = '[\\-+]?[0-9]*[.]?[0-9]+([eE][\\-+]?[0-9]+)?';

/** Host, window of time and file: bounds that every view with addresses and times has. */
function Bounds(props: { readonly question: Question }): JSX.Element {
  const { question } = props;
  const filter = question.filter;
  const bound = (name: 'from' | 'to', micros: number | undefined): void => {
    question.setBound(name, micros === undefined ? undefined : String(micros));
  };
  return (
    <div class="bar">
      <Show when={question.view().hosts.length > 0}>
        <label>
          Host{' '}
          <input
            size="16"
            placeholder="either side"
            value={filter().host ?? ''}
            onChange={({ currentTarget }) => question.setBound('host', currentTarget.value.trim())}
          />
        </label>
      </Show>
      <Show when={question.view().time !== null}>
        <span class="group">
          From <TimeField label="From" value={filter().from} onChange={(at) => bound('from', at)} />
        </span>
        <span class="group">
          to <TimeField label="To" value={filter().to} onChange={(at) => bound('to', at)} />{' '}
          <span class="faint">UTC</span>
        </span>
      </Show>
      <Show when={filter().origin}>
        {(origin) => (
          <span class="chip">
            of file <code>{origin()}</code>
            <button
              type="button"
              class="quiet"
              onClick={() => question.setBound('origin', undefined)}
            >
              ×<span class="unseen"> Of all files</span>
            </button>
          </span>
        )}
      </Show>
    </div>
  );
}
