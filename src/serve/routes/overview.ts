import { SEVERITIES } from '../../detect/index.ts';
import type { Condition, FlowFilter, HostRecord, Store } from '../../store/index.ts';
import { droppedOf } from '../dropped.ts';
import { jobRows } from '../file-rows.ts';
import { allModels } from '../models.ts';
import { badInput } from '../refusals.ts';
import type { App, Serving } from '../serving.ts';
import { Overview, OverviewQuery } from '../wire.ts';

const DEFAULT_BARS = 60;
const WORST_HOSTS = 10;
const SHOWN_JOBS = 10;
/** Addresses that countries are summed over: the most frequent. */
const ADDRESSES = 1000;
/** Hosts with open alerts that the attack map knows. */
const ATTACKERS = 500;
const VIEW = 'argus';
const OPEN = { field: 'state', is: 'equal', value: 'open' } as const;
const SHOWN = { field: 'suppressedBy', is: 'empty' } as const;

type Countries = Overview['countries']['source'];

/** Sums of addresses by country, the most flows first. */
function byCountry(
  all: readonly { value: unknown; count: number }[],
  attack: readonly { value: unknown; count: number }[],
  countryOf: (address: string) => string,
): Countries {
  const sums = new Map<string, { country: string; flows: number; attack: number }>();
  const add = (address: unknown, flows: number, hostile: number): void => {
    const country = countryOf(String(address));
    const sum = sums.get(country) ?? { country, flows: 0, attack: 0 };
    sum.flows += flows;
    sum.attack += hostile;
    sums.set(country, sum);
  };
  for (const { value, count } of all) add(value, count, 0);
  for (const { value, count } of attack) add(value, 0, count);
  return [...sums.values()].sort((a, b) => b.flows - a.flows);
}

/** Time of all kept flows and alerts, or nothing. */
async function spanOf(store: Store): Promise<{ from: number; to: number } | undefined> {
  const parts = await store.flows.parts({ view: VIEW });
  const times = parts.flatMap(({ first, last }) =>
    first === null || last === null ? [] : [first, last],
  );
  for (const descending of [true, false]) {
    const by = descending ? 'last' : 'first';
    const { rows } = await store.alerts.page({ sort: { by, descending }, limit: 1 });
    for (const { first, last } of rows) times.push(first, last);
  }
  if (times.length === 0) return undefined;
  return { from: Math.min(...times), to: Math.max(...times) + 1 };
}

async function alertsOf(
  store: Store,
  { from, to, bars = DEFAULT_BARS, by = 'kind' }: OverviewQuery & { from: number; to: number },
): Promise<Overview['alerts']> {
  const within: Condition<'last' | 'state' | 'suppressedBy'>[] = [
    { field: 'last', is: 'at least', value: from },
    { field: 'last', is: 'less', value: to },
  ];
  const width = Math.max(1, Math.ceil((to - from) / bars));
  const severity = await store.alerts.countBy('severity', [...within, OPEN, SHOWN]);
  const counts = new Map(severity.map(({ value, count }) => [value, count]));
  return {
    open: await store.alerts.count([...within, OPEN, SHOWN]),
    total: await store.alerts.count(within),
    suppressed: await store.alerts.count([...within, { field: 'suppressedBy', is: 'not empty' }]),
    severity: SEVERITIES.map((value) => ({ value, open: counts.get(value) ?? 0 })),
    kind: await store.alerts.countBy('kind', [...within, OPEN, SHOWN]),
    width,
    bars: await store.alerts.byTime({ by, width, from, to }, [SHOWN]),
  };
}

async function countriesOf(
  { store, countryOf }: Serving,
  filter: FlowFilter,
): Promise<Overview['countries']> {
  const { rows } = await store.hosts.page({
    where: [{ field: 'openAlerts', is: 'more', value: 0 }],
    limit: ATTACKERS,
  });
  const hosts = rows.map(({ id }) => id);
  const attack = { ...filter, where: [{ field: 'SrcAddr', is: 'one of', value: hosts }] } as const;
  const ask = (of: FlowFilter, column: string) =>
    store.flows.distinct(of, column, { limit: ADDRESSES });
  const hostile = async (column: string) => (hosts.length === 0 ? [] : ask(attack, column));
  return {
    source: byCountry(await ask(filter, 'SrcAddr'), await hostile('SrcAddr'), countryOf),
    destination: byCountry(await ask(filter, 'DstAddr'), await hostile('DstAddr'), countryOf),
  };
}

const number = (value: unknown): number => (typeof value === 'number' ? value : 0);

const LOST = { damaged: 'damagedPlaces', 'bad-row': 'badRows' } as const;

/** What was read and left out, summed over the files that were analysed. */
async function coverageOf(store: Store): Promise<Overview['coverage']> {
  const sums = { packets: 0, flows: 0, undecodable: 0 };
  const lost = new Map<string, number>();
  let after: string | undefined;
  do {
    const page = await store.files.page({
      where: [{ field: 'state', is: 'equal', value: 'analysed' }],
      limit: 1000,
      ...(after === undefined ? {} : { after }),
    });
    for (const { facts } of page.rows) {
      sums.packets += number(facts['packets']);
      sums.flows += number(facts['flows']);
      // The numbers of `nids_capture_dropped_total`.
      for (const { reason, count } of droppedOf(facts)) {
        if (reason === 'link-type') sums.undecodable += count;
        else lost.set(LOST[reason], (lost.get(LOST[reason]) ?? 0) + count);
      }
      for (const name of ['late', 'evidenceDropped', 'hostsUnkept']) {
        lost.set(name, (lost.get(name) ?? 0) + number(facts[name]));
      }
    }
    after = page.next ?? undefined;
  } while (after !== undefined);
  return { ...sums, lost: [...lost].map(([value, count]) => ({ value, count })) };
}

/** Hosts with the gravest open alert first, of these the ones with most alerts. */
async function worstHosts(store: Store): Promise<HostRecord[]> {
  const hosts: HostRecord[] = [];
  for (const worst of SEVERITIES) {
    if (hosts.length === WORST_HOSTS) break;
    const { rows } = await store.hosts.page({
      where: [
        { field: 'openAlerts', is: 'more', value: 0 },
        { field: 'worst', is: 'equal', value: worst },
      ],
      limit: WORST_HOSTS - hosts.length,
    });
    hosts.push(...rows);
  }
  return hosts;
}

/** What the flows of some time sum up to. */
interface FlowSums {
  readonly from: number;
  readonly to: number;
  readonly empty: boolean;
  readonly traffic: Overview['traffic'];
  readonly countries: Overview['countries'];
}

/** While flows arrive, sums hold for so many times as long as finding them took. */
const HOLD = 10;
/** Times that are asked for. */
const KEPT_SUMS = 50;

/**
 * Sums of flows for the first page. Each new file of flows makes them others; so while an analysis
 * works, they may be somewhat old, and finding them takes at most a tenth of the time.
 */
class RecentSums {
  readonly #kept = new Map<string, { readonly sums: Promise<FlowSums>; until: number }>();

  ask(serving: Serving, query: OverviewQuery): Promise<FlowSums> {
    const key = JSON.stringify([query.from, query.to, query.bars]);
    const known = this.#kept.get(key);
    const asked = performance.now();
    if (known && asked < known.until && (serving.ingest?.busy ?? 0) > 0) return known.sums;
    const sums = flowSums(serving, query);
    const kept = { sums, until: Number.POSITIVE_INFINITY };
    // Of old questions none is needed: times that are asked for seldom come again.
    if (this.#kept.size >= KEPT_SUMS) this.#kept.clear();
    this.#kept.set(key, kept);
    sums.then(
      () => {
        const now = performance.now();
        kept.until = now + (now - asked) * HOLD;
      },
      () => this.#kept.delete(key),
    );
    return sums;
  }
}

async function flowSums(serving: Serving, query: OverviewQuery): Promise<FlowSums> {
  const { store } = serving;
  const span = await spanOf(store);
  const from = query.from ?? span?.from ?? 0;
  const to = query.to ?? span?.to ?? from + 1;
  if (to <= from) throw badInput('to', String(to), `more than ${from}`);
  const filter: FlowFilter = { view: VIEW, from, to };
  const traffic = await store.flows.histogram(filter, 'StartTime', query.bars ?? DEFAULT_BARS);
  return {
    from,
    to,
    empty: span === undefined,
    traffic: { flows: traffic.rows, bars: [...(traffic.bars ?? [])] },
    countries: await countriesOf(serving, filter),
  };
}

/** The first page, in one answer. */
export function overviewRoutes(app: App, serving: Serving): void {
  const { store } = serving;
  const recent = new RecentSums();
  app.get(
    '/api/overview',
    { schema: { querystring: OverviewQuery, response: { 200: Overview } } },
    async ({ query }) => {
      const { from, to, empty, traffic, countries } = await recent.ask(serving, query);
      const jobs = await store.jobs.page({
        where: [{ field: 'state', is: 'one of', value: ['queued', 'running'] }],
        limit: SHOWN_JOBS,
      });
      const ofModels = await store.alerts.countBy('model');
      const states = new Map(
        (await store.files.countBy('state')).map((one) => [one.value, one.count]),
      );
      const files = (...names: string[]): number =>
        names.reduce((sum, name) => sum + (states.get(name) ?? 0), 0);
      return {
        from: empty ? null : from,
        to: empty ? null : to,
        alerts: await alertsOf(store, { ...query, from, to }),
        hosts: await worstHosts(store),
        traffic,
        countries,
        models: (await allModels(store)).map(({ id, name, active, threshold }) => ({
          ...{ id, name, active, threshold },
          alerts: ofModels.find(({ value }) => value === name)?.count ?? 0,
        })),
        processing: await jobRows(store, jobs.rows),
        files: {
          analysed: files('analysed'),
          waiting: files('uploading', 'received', 'analysing'),
          failed: files('failed'),
        },
        coverage: await coverageOf(store),
      };
    },
  );
}
