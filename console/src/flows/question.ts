import { useSearchParams } from '@solidjs/router';
import { type Accessor, createMemo } from 'solid-js';
import type { FlowCondition, FlowFilter, FlowQuery, FlowViews } from '../../../src/serve/wire.ts';

/** A flow view, as the service tells it. */
export type View = FlowViews['views'][number];
/** A column of a view. */
export type ViewColumn = View['columns'][number];

/** What is asked of the flows; all of it stands in the address. */
export interface Question {
  readonly view: Accessor<View>;
  readonly filter: Accessor<FlowFilter>;
  readonly query: Accessor<FlowQuery>;
  readonly conditions: Accessor<readonly FlowCondition[]>;
  readonly columns: Accessor<readonly string[]>;
  readonly sort: Accessor<string | undefined>;
  readonly order: Accessor<'up' | 'down'>;
  /** Column whose distribution is shown, or undefined. */
  readonly looked: Accessor<string | undefined>;
  /** Whether its counts stand on a logarithmic scale. */
  readonly logarithmic: Accessor<boolean>;
  readonly setLogarithmic: (on: boolean) => void;
  readonly setView: (name: string) => void;
  readonly setConditions: (conditions: readonly FlowCondition[]) => void;
  readonly setColumns: (columns: readonly string[]) => void;
  readonly setSort: (field: string, order: 'up' | 'down') => void;
  readonly look: (column: string | undefined) => void;
  readonly setBound: (bound: 'host' | 'from' | 'to' | 'origin', value: string | undefined) => void;
  /** Puts a kept question in the place of this one. */
  readonly ask: (query: FlowQuery) => void;
}

/** Columns shown at first: more do not fit, and the chooser has the others. */
const FIRST_COLUMNS = 12;

const LISTS = new Set(['one of', 'none of']);
const NO_VALUE = new Set(['empty', 'not empty']);

/** Whether a comparison takes a list of values, or none. */
export const takes = (is: string): 'one' | 'many' | 'none' =>
  LISTS.has(is) ? 'many' : NO_VALUE.has(is) ? 'none' : 'one';

/** `SrcAddr:equal:10.0.0.1`; values of lists are parted by `|`. */
export function writeCondition({ field, is, value }: FlowCondition): string {
  if (takes(is) === 'none') return `${field}:${is}`;
  return `${field}:${is}:${Array.isArray(value) ? value.join('|') : String(value ?? '')}`;
}

/** The condition of a text in the address; undefined when it is none, or of no column of the view. */
export function readCondition(text: string, view: View): FlowCondition | undefined {
  const [field = '', is = '', ...rest] = text.split(':');
  const column = view.columns.find(({ name }) => name === field);
  if (!column || is === '') return undefined;
  const comparison = is as FlowCondition['is'];
  if (takes(is) === 'none') return { field, is: comparison };
  return { field, is: comparison, value: typedValue(rest.join(':'), column, takes(is) === 'many') };
}

/** What was typed, as the column's type needs it. */
export function typedValue(
  text: string,
  { type }: ViewColumn,
  many: boolean,
): NonNullable<FlowCondition['value']> {
  const one = (part: string): string | number =>
    type === 'text' || part.trim() === '' || !Number.isFinite(Number(part)) ? part : Number(part);
  return many ? text.split('|').map(one) : one(text);
}

const listed = (value: string | string[] | undefined): readonly string[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];
const micros = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,17}$/.test(text) ? Number(text) : undefined;

/** The question that stands in the address, over the views there are. */
export function createQuestion(views: readonly View[]): Question {
  const [params, setParams] = useSearchParams<{
    view: string;
    where: string[];
    columns: string;
    sort: string;
    order: string;
    host: string;
    from: string;
    to: string;
    origin: string;
    look: string;
    log: string;
  }>();
  const put = { replace: true, scroll: false };
  const view = createMemo(() => views.find(({ name }) => name === params.view) ?? views[0]!);
  const has = (name: string): boolean => view().columns.some((column) => column.name === name);
  const conditions = createMemo(() =>
    listed(params.where).flatMap((text) => readCondition(text, view()) ?? []),
  );
  const columns = createMemo(() => {
    const asked = params.columns?.split(',').filter(has) ?? [];
    return asked.length > 0 ? asked : firstColumns(view());
  });
  const sort = (): string | undefined =>
    params.sort && has(params.sort) ? params.sort : undefined;
  const order = (): 'up' | 'down' => (params.order === 'up' ? 'up' : 'down');
  const filter = createMemo((): FlowFilter => {
    const [from, to] = [micros(params.from), micros(params.to)];
    return {
      view: view().name,
      ...(conditions().length > 0 ? { where: conditions() as FlowCondition[] } : {}),
      ...(params.host && view().hosts.length > 0 ? { host: params.host } : {}),
      ...(from === undefined || view().time === null ? {} : { from }),
      ...(to === undefined || view().time === null ? {} : { to }),
      ...(params.origin ? { origin: params.origin } : {}),
    };
  });
  const query = createMemo((): FlowQuery => {
    const by = sort();
    return {
      ...filter(),
      columns: [...columns()],
      ...(by === undefined ? {} : { sort: { by, descending: order() === 'down' } }),
    };
  });
  const setConditions = (next: readonly FlowCondition[]): void => {
    setParams({ where: next.length > 0 ? next.map(writeCondition) : undefined }, put);
  };
  return {
    view,
    filter,
    query,
    conditions,
    columns,
    sort,
    order,
    looked: () => (params.look && has(params.look) ? params.look : undefined),
    logarithmic: () => params.log === '1',
    setLogarithmic: (on) => setParams({ log: on ? '1' : undefined }, put),
    setView: (name) =>
      setParams(
        { view: name, where: undefined, columns: undefined, sort: undefined, look: undefined },
        put,
      ),
    setConditions,
    setColumns: (next) => setParams({ columns: next.length > 0 ? next.join(',') : undefined }, put),
    setSort: (field, next) => setParams({ sort: field, order: next }, put),
    look: (column) => setParams({ look: column }, put),
    setBound: (bound, value) => setParams({ [bound]: value || undefined }, put),
    ask: (kept) =>
      setParams(
        {
          view: kept.view,
          where: kept.where?.map(writeCondition),
          columns: kept.columns?.join(','),
          sort: kept.sort?.by,
          order: kept.sort && (kept.sort.descending ? 'down' : 'up'),
          host: kept.host,
          from: kept.from === undefined ? undefined : String(kept.from),
          to: kept.to === undefined ? undefined : String(kept.to),
          origin: kept.origin,
          look: undefined,
        },
        { scroll: false },
      ),
  };
}

function firstColumns({ columns }: View): readonly string[] {
  const names = columns.map(({ name }) => name);
  const shown = names.slice(0, FIRST_COLUMNS);
  return names.includes('score') && !shown.includes('score') ? [...shown, 'score'] : shown;
}
