import { type Accessor, createSignal, onCleanup } from 'solid-js';
import type { AlertPage, AlertRow } from '../../../src/serve/wire.ts';
import { call } from '../service/api.ts';
import type { ListRows } from '../service/list.ts';
import { onStream } from '../service/stream.ts';
import { onJudged } from './judging.ts';

/** Events come in bursts: rows are asked for again at most this often. */
const CALM_MILLIS = 400;
/** Ids that one address may name. */
const AT_ONCE = 100;
/** Rows that are asked for again when very many changed. */
const MOST_AGAIN = 1000;

/** How far a list is behind. */
export interface LiveAlerts {
  /** Alerts that came since. */
  readonly fresh: Accessor<number>;
  /** Alerts that stand in the list and were hidden or deleted since. */
  readonly gone: Accessor<number>;
  readonly show: () => Promise<void>;
}

/**
 * Keeps a list of alerts true without moving it: changed rows are put in the place of those that
 * stand, new ones are counted until the person asks for them.
 */
export function keepAlertsLive(list: ListRows<AlertRow>, onChange: () => void): LiveAlerts {
  const [fresh, setFresh] = createSignal(0);
  const [gone, setGone] = createSignal(0);
  const changed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const refresh = async (): Promise<void> => {
    timer = undefined;
    const ids = [...changed];
    changed.clear();
    onChange();
    for (let i = 0; i < ids.length; i += AT_ONCE) {
      const value = ids.slice(i, i + AT_ONCE).join('|');
      const query = { filter: [`id:in:${value}`], limit: AT_ONCE };
      const page = await call<AlertPage>('/api/alerts', { query }).catch(() => undefined);
      if (page) list.replace(page.rows);
    }
  };
  const show = async (): Promise<void> => {
    setFresh(0);
    setGone(0);
    onChange();
    await list.reload();
  };
  const soon = (): void => {
    timer ??= setTimeout(() => void refresh(), CALM_MILLIS);
  };
  onCleanup(() => clearTimeout(timer));
  onJudged((rows) => {
    // What is not here may have to be: an undone change of alerts that had left the list.
    const here = new Set(list.rows().map(({ id }) => id));
    if (rows === 'many' || rows.some(({ id }) => !here.has(id))) void show();
    else list.replace(rows);
  });
  onStream('alert', ({ ids, change, count }) => {
    if (change === 'added') {
      // Where nothing stands, nothing can jump.
      if (list.rows().length === 0 && !list.loading()) void show();
      else setFresh((old) => old + Math.max(count, ids.length));
    } else {
      const shown = new Set(list.rows().map(({ id }) => id));
      const here = ids.filter((id) => shown.has(id));
      // Of very many, not all are named: any row may have changed.
      const meant = count > ids.length ? [...shown].slice(0, MOST_AGAIN) : here;
      if (change === 'removed' || change === 'suppressed') setGone((old) => old + here.length);
      else for (const id of meant) changed.add(id);
    }
    soon();
  });
  onStream('reset', () => void show());
  return { fresh, gone, show };
}
