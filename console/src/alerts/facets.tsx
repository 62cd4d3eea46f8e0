import { createSignal, For, type JSX, onCleanup, onMount, Show } from 'solid-js';
import type { AlertCounts, AlertRow, Count } from '../../../src/serve/wire.ts';
import { countText } from '../parts/words.ts';
import type { ListState } from '../service/list.ts';
import { nameOf } from './judging.ts';
import { KIND_NAMES, SEVERITIES, VERDICTS } from './words.ts';

type Field = Exclude<keyof AlertCounts, 'total'>;

interface FacetSpec {
  readonly field: Field;
  readonly title: string;
  readonly name: (value: string) => string;
  /** Values in their own order; others follow by count. */
  readonly order?: readonly string[];
  /** A value that has no word: what stands for it. */
  readonly none?: string;
  /** Whether there may be more values than are counted. */
  readonly open?: boolean;
}

const FACETS: readonly FacetSpec[] = [
  { field: 'severity', title: 'Severity', name: (value) => value, order: SEVERITIES },
  { field: 'kind', title: 'Kind', name: (value) => KIND_NAMES[value as AlertRow['kind']] ?? value },
  {
    field: 'verdict',
    title: 'Verdict',
    name: (value) => value,
    order: VERDICTS.map(({ word }) => word),
  },
  { field: 'model', title: 'Model', name: (value) => value || 'no model' },
  { field: 'host', title: 'Host', name: (value) => value, open: true },
  { field: 'assignee', title: 'Assignee', name: (value) => nameOf(value), none: 'nobody' },
];

/** Values chosen of a field; `''` stands for the empty one where that is `empty`. */
function chosenOf(state: ListState, field: string): readonly string[] {
  return state.filter(field).flatMap((one) => {
    const at = one.indexOf(':');
    const [is, value] = at < 0 ? [one, ''] : [one.slice(0, at), one.slice(at + 1)];
    if (is === 'empty') return [''];
    if (is === 'in') return value.split('|');
    return is === 'eq' ? [value] : [];
  });
}

function choose(state: ListState, { field, none }: FacetSpec, values: readonly string[]): void {
  // Nobody is an empty cell, which no list of values holds: it is chosen alone.
  if (none !== undefined && values.at(-1) === '') {
    state.setFilter(field, ['empty:']);
    return;
  }
  const named = none === undefined ? values : values.filter((value) => value !== '');
  const condition = named.length === 1 ? `eq:${named[0]}` : `in:${named.join('|')}`;
  state.setFilter(field, named.length === 0 ? [] : [condition]);
}

/** Filters with what each would find, in a row above the list. */
export function Facets(props: {
  readonly state: ListState;
  readonly counts: AlertCounts | undefined;
}): JSX.Element {
  return (
    <For each={FACETS}>
      {(spec) => (
        <Facet spec={spec} state={props.state} counts={props.counts?.[spec.field] ?? []} />
      )}
    </For>
  );
}

function Facet(props: {
  readonly spec: FacetSpec;
  readonly state: ListState;
  readonly counts: readonly Count[];
}): JSX.Element {
  const { spec } = props;
  const chosen = (): readonly string[] => chosenOf(props.state, spec.field);
  const label = (value: string): string =>
    value === '' && spec.none !== undefined ? spec.none : spec.name(value);
  const values = (): readonly { value: string; count: number }[] => {
    const counted = props.counts.map(({ value, count }) => ({
      value: value === null ? '' : String(value),
      count,
    }));
    const known = new Set(counted.map(({ value }) => value));
    const rest = [...(spec.order ?? []), ...chosen()].filter((value) => !known.has(value));
    const all = [...counted, ...[...new Set(rest)].map((value) => ({ value, count: 0 }))];
    const { order } = spec;
    return order ? all.sort((a, b) => order.indexOf(a.value) - order.indexOf(b.value)) : all;
  };
  const turn = (value: string, on: boolean): void => {
    const others = chosen().filter((one) => one !== value);
    choose(props.state, spec, on ? [...others, value] : others);
  };
  return (
    <Menu
      title={spec.title}
      told={chosen().map(label).join(', ')}
      onClear={() => props.state.setFilter(spec.field, [])}
    >
      <For each={values()}>
        {({ value, count }) => (
          <label class="choice">
            <input
              type="checkbox"
              checked={chosen().includes(value)}
              onChange={({ currentTarget }) => turn(value, currentTarget.checked)}
            />
            <span class="grow">{label(value)}</span>
            <span class="faint n">{countText(count)}</span>
          </label>
        )}
      </For>
      <Show when={spec.open}>
        <input
          type="text"
          class="other"
          aria-label={`Another ${spec.title.toLowerCase()}`}
          placeholder={`another ${spec.title.toLowerCase()}, then Enter`}
          onKeyDown={(event) => {
            const value = event.currentTarget.value.trim();
            if (event.key !== 'Enter' || value === '' || value.includes('|')) return;
            event.currentTarget.value = '';
            turn(value, true);
          }}
        />
      </Show>
    </Menu>
  );
}

/** A filter that folds out below its title; Escape and a click elsewhere fold it in. */
export function Menu(props: {
  readonly title: string;
  /** What is chosen, in words; '' when nothing is. */
  readonly told: string;
  readonly onClear: () => void;
  readonly children: JSX.Element;
}): JSX.Element {
  let box!: HTMLDetailsElement;
  const [open, setOpen] = createSignal(false);
  onMount(() => {
    const onClick = ({ target }: MouseEvent): void => {
      if (box.open && target instanceof Node && !box.contains(target)) box.open = false;
    };
    document.addEventListener('click', onClick);
    onCleanup(() => document.removeEventListener('click', onClick));
  });
  return (
    <details
      ref={box}
      class="menu"
      classList={{ on: props.told !== '' }}
      onToggle={() => setOpen(box.open)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !box.open) return;
        box.open = false;
        box.querySelector('summary')?.focus();
      }}
    >
      <summary>
        {props.title}
        <Show when={props.told !== ''}>
          : <strong>{props.told}</strong>
        </Show>
      </summary>
      <Show when={open()}>
        <div class="menu-body" role="group" aria-label={props.title}>
          {props.children}
          <Show when={props.told !== ''}>
            <button type="button" class="quiet" onClick={() => props.onClear()}>
              Clear
            </button>
          </Show>
        </div>
      </Show>
    </details>
  );
}
