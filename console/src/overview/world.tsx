import { useSearchParams } from '@solidjs/router';
import { createMemo, For, type JSX, lazy, Show } from 'solid-js';
import type { WorldChart } from '../../../src/report/chart/chart.ts';
import type { Overview } from '../../../src/serve/wire.ts';
import { countText } from '../parts/words.ts';

const Chart = lazy(() => import('../parts/chart.tsx'));

type Countries = Overview['countries']['source'];
type Which = 'flows' | 'attack';

const names = new Intl.DisplayNames(['en'], { type: 'region' });
const isCountry = (code: string): boolean => /^[A-Z]{2}$/.test(code);

function countryName(code: string): string {
  if (!isCountry(code)) return code === 'private' ? 'private networks' : code;
  return names.of(code) ?? code;
}

function mapOf(title: string, countries: Countries, which: Which): WorldChart {
  const found = countries.filter((one) => isCountry(one.country) && one[which] > 0);
  return {
    kind: 'world',
    title,
    ...(found.length === 0 ? { note: 'No address of these flows lies in a known country.' } : {}),
    values: new Map(found.map((one) => [one.country, one[which]])),
    unit: which === 'attack' ? 'flows of attacks' : 'flows',
  };
}

/** Where traffic comes from and goes to: all of it, or that of addresses under alert. */
export function WorldMaps(props: { readonly countries: Overview['countries'] }): JSX.Element {
  const [params, setParams] = useSearchParams<{ map: string }>();
  const which = (): Which => (params.map === 'attack' ? 'attack' : 'flows');
  const choose = (map: string | undefined): void => {
    setParams({ map }, { replace: true, scroll: false });
  };
  return (
    <section class="panel span" aria-labelledby="world-title">
      <div class="bar">
        <h2 id="world-title">Countries</h2>
        <div class="segments" role="group" aria-label="Which flows">
          <button
            type="button"
            aria-pressed={which() === 'flows'}
            onClick={() => choose(undefined)}
          >
            All
          </button>
          <button
            type="button"
            aria-pressed={which() === 'attack'}
            onClick={() => choose('attack')}
          >
            Attack
          </button>
        </div>
        <span class="faint">
          <Show when={which() === 'attack'} fallback="by the network that announces the address">
            flows of addresses that open alerts name
          </Show>
        </span>
      </div>
      <div class="maps">
        <OneMap title="Source" countries={props.countries.source} which={which()} />
        <OneMap title="Destination" countries={props.countries.destination} which={which()} />
      </div>
    </section>
  );
}

function OneMap(props: {
  readonly title: string;
  readonly countries: Countries;
  readonly which: Which;
}): JSX.Element {
  const chart = createMemo(() => mapOf(`${props.title} countries`, props.countries, props.which));
  const most = () =>
    [...props.countries]
      .filter((one) => one[props.which] > 0)
      .sort((a, b) => b[props.which] - a[props.which])
      .slice(0, 6);
  return (
    <div>
      <h3 class="unseen">{props.title}</h3>
      <Chart chart={chart()} most={760} />
      <Show when={most().length > 0} fallback={<p class="faint">None.</p>}>
        <ol class="countries">
          <For each={most()}>
            {(one) => (
              <li>
                {countryName(one.country)}{' '}
                <span class="faint n">{countText(one[props.which])}</span>
              </li>
            )}
          </For>
        </ol>
      </Show>
    </div>
  );
}
