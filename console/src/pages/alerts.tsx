import { useNavigate, useSearchParams } from '@solidjs/router';
import { createEffect, createMemo, createSignal, type JSX, on, Show } from 'solid-js';
import type { AlertCounts, AlertRow } from '../../../src/serve/wire.ts';
import { AlertBar, readGroup, STATES, stateChosen } from '../alerts/bar.tsx';
import { Beside } from '../alerts/beside.tsx';
import { ALERT_COLUMNS, FEW_COLUMNS, NarrowAlert, Severity } from '../alerts/columns.tsx';
import { countOf, type Meant, setTrail, trailAt, undo } from '../alerts/judging.ts';
import { keepAlertsLive } from '../alerts/live-alerts.ts';
import { ResolveDialog } from '../alerts/resolve-dialog.tsx';
import { createAlertRows } from '../alerts/rows.ts';
import { SuppressDialog } from '../alerts/suppress-dialog.tsx';
import { TickedBar } from '../alerts/ticked-bar.tsx';
import { createTicks } from '../alerts/ticks.ts';
import { KIND_NAMES } from '../alerts/words.ts';
import { Grid } from '../parts/grid.tsx';
import { plural } from '../parts/words.ts';
import { createListState, sameAsText } from '../service/list.ts';
import { createLoaded } from '../service/loaded.ts';
import { useSession } from '../service/session.tsx';
import { useShortcuts } from '../shell/keys.tsx';
import { isNarrow } from '../shell/narrow.ts';

const WORD_OF = {
  host: (row: AlertRow) => row.host,
  kind: (row: AlertRow) => KIND_NAMES[row.kind] ?? row.kind,
};

/** All alerts: filtered, judged, watched. */
export default function AlertsPage(): JSX.Element {
  const navigate = useNavigate();
  const { may } = useSession();
  const [params, setParams] = useSearchParams<{ beside: string; group: string }>();
  const state = createListState();
  const group = createMemo(() => readGroup(params.group));
  const filters = createMemo(
    () => ({
      q: state.q() || undefined,
      filter: [
        ...state.filters().filter((one) => !one.startsWith('state:')),
        ...STATES[stateChosen(state)].filters,
      ],
    }),
    undefined,
    { equals: sameAsText },
  );
  const query = createMemo(
    () => ({
      filters: filters(),
      by: group(),
      sort: state.sort() ?? 'last',
      order: state.order(),
    }),
    undefined,
    { equals: sameAsText },
  );
  const list = createAlertRows(query);
  const { rows } = list;
  const counts = createLoaded<AlertCounts>(() => '/api/alerts/counts', filters);
  // By its id: the row stays the same when others come before it.
  const [pointedId, setPointedId] = createSignal<string>();
  const current = createMemo(() => rows().findIndex(({ id }) => id === pointedId()));
  const setCurrent = (index: number): void => {
    setPointedId(rows()[index]?.id);
  };
  const live = keepAlertsLive(list, counts.reload);
  const showNew = async (): Promise<void> => {
    setPointedId(undefined);
    await live.show();
    body.querySelector('[role="grid"]')?.scrollTo({ top: 0 });
  };
  const [dialog, setDialog] = createSignal<'resolve' | 'suppress'>();
  const ticks = createTicks(rows);
  const pointed = (): AlertRow | undefined => rows()[current()];
  const meant = createMemo((): Meant => {
    if (countOf(ticks.meant()) > 0) return ticks.meant();
    const row = pointed();
    return row ? [row] : [];
  });
  const beside = (id: string | undefined): void => {
    setParams({ beside: id }, { replace: true, scroll: false });
  };
  const open = (row: AlertRow): void => {
    setTrail({ ids: rows().map(({ id }) => id), at: row.id });
    navigate(`/alerts/${encodeURIComponent(row.id)}`);
  };
  const judgeMeant = (which: 'resolve' | 'suppress'): void => {
    if (may('analyst') && countOf(meant()) > 0) setDialog(which);
  };

  // Other filters, another list: what was pointed at and ticked is of the old one.
  createEffect(
    on(
      query,
      () => {
        setPointedId(undefined);
        ticks.clear();
      },
      { defer: true },
    ),
  );
  // A link, or the way back from an alert, points at its row as soon as that is there.
  let sought = params.beside ?? trailAt();
  createEffect(() => {
    if (sought === undefined || rows().length === 0) return;
    const at = rows().findIndex(({ id }) => id === sought);
    sought = undefined;
    if (at >= 0) setCurrent(at);
  });
  createEffect(
    on(
      pointed,
      (row) => {
        if (row && params.beside !== undefined && params.beside !== row.id) beside(row.id);
      },
      { defer: true },
    ),
  );

  let body!: HTMLDivElement;
  let search!: HTMLInputElement;
  const mine = may('analyst');
  useShortcuts([
    { key: '/', meaning: 'Search', run: () => search.focus() },
    {
      key: 'e',
      meaning: 'Explain the row beside the list',
      run: () => beside(params.beside === undefined ? pointed()?.id : undefined),
    },
    ...(mine
      ? [
          {
            key: 'r',
            meaning: 'Resolve what is ticked, or the row',
            run: () => judgeMeant('resolve'),
          },
          { key: 's', meaning: 'Suppress what is like the row', run: () => judgeMeant('suppress') },
          { key: 'u', meaning: 'Undo the last change', run: () => void undo() },
        ]
      : []),
  ]);
  return (
    <section class="page list-page">
      <h1 class="unseen">Alerts</h1>
      <AlertBar
        state={state}
        counts={counts.data()}
        group={group()}
        onGroup={(next) => setParams({ group: next }, { replace: true, scroll: false })}
        newest={newestOf(rows())}
        live={{ ...live, show: showNew }}
        searchRef={(element) => {
          search = element;
        }}
      />
      <TickedBar
        ticks={ticks}
        total={list.total()}
        filters={filters()}
        onResolve={() => setDialog('resolve')}
      />
      <Show when={list.capped()}>
        <p class="faint">
          There are very many groups: the gravest thousand are shown, filters bring out the others.
        </p>
      </Show>
      <div ref={body} class="list-body" classList={{ split: params.beside !== undefined }}>
        <Grid
          label="Alerts"
          list={list}
          state={state}
          columns={params.beside === undefined ? ALERT_COLUMNS : FEW_COLUMNS}
          current={current()}
          onCurrent={setCurrent}
          onOpen={open}
          {...(mine ? { ticked: ticks.ids(), onTick: ticks.tick } : {})}
          narrow={NarrowAlert}
          faint={(row) => row.state === 'resolved' && stateChosen(state) === 'open'}
          groupOf={group() ? WORD_OF[group()!] : undefined}
          groupNote={(found) => (
            <span class="faint">
              {' '}
              <Show when={found[0]}>{(first) => <Severity of={first().severity} />}</Show>{' '}
              {plural((found[0] && list.group(found[0][group()!])?.count) ?? found.length, 'alert')}
              {groupNote(found)}
              <Show when={mine}>
                <button
                  type="button"
                  class="quiet"
                  onClick={() => ticks.tick(found, !found.every(({ id }) => ticks.ids().has(id)))}
                >
                  tick all
                </button>
              </Show>
            </span>
          )}
          empty={
            <EmptyText
              filtered={state.filters().length > 0 || state.q() !== ''}
              clear={state.clear}
            />
          }
        />
        <Show when={params.beside}>
          {(id) => <Beside id={id()} onClose={() => beside(undefined)} />}
        </Show>
      </div>
      <Show when={isNarrow() && current() >= 0 && pointed()}>
        {(row) => (
          <div class="thumb-bar">
            <button type="button" class="main" onClick={() => open(row())}>
              Open
            </button>
            <Show when={mine}>
              <button type="button" onClick={() => judgeMeant('resolve')}>
                Resolve …
              </button>
              <button type="button" onClick={() => ticks.tick([row()], !ticks.ids().has(row().id))}>
                Tick
              </button>
            </Show>
          </div>
        )}
      </Show>
      <Show when={dialog() === 'resolve' && countOf(meant()) > 0}>
        <ResolveDialog meant={meant()} onClose={() => setDialog(undefined)} onDone={ticks.clear} />
      </Show>
      <Show when={dialog() === 'suppress' && pointed()}>
        {(row) => (
          <SuppressDialog
            row={row()}
            onClose={() => setDialog(undefined)}
            onDone={() => void showNew()}
          />
        )}
      </Show>
    </section>
  );
}

/** The newest traffic among the rows that are loaded. */
function newestOf(rows: readonly AlertRow[]): number | undefined {
  return rows.length === 0 ? undefined : rows.reduce((most, { last }) => Math.max(most, last), 0);
}

function groupNote(rows: readonly AlertRow[]): string {
  const open = rows.filter(({ state }) => state === 'open').length;
  const high = rows.filter(({ severity }) => severity === 'high').length;
  const parts = [
    ...(open > 0 && open < rows.length ? [`${open} open`] : []),
    ...(high > 0 && high < rows.length ? [`${high} high`] : []),
  ];
  return parts.length === 0 ? '' : `, ${parts.join(', ')}`;
}

function EmptyText(props: { readonly filtered: boolean; readonly clear: () => void }): JSX.Element {
  return (
    <Show
      when={props.filtered}
      fallback="No open alerts. Upload a capture under Files, or look at the resolved ones."
    >
      No alert matches these filters.{' '}
      <button type="button" onClick={() => props.clear()}>
        Clear them
      </button>
    </Show>
  );
}
