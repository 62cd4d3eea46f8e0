import { A, useSearchParams } from '@solidjs/router';
import { createMemo, For, type JSX, Show } from 'solid-js';
import type { WorldChart } from '../../../src/report/chart/chart.ts';
import type { Overview } from '../../../src/serve/wire.ts';
import { Picture } from '../parts/picture.tsx';
import { countText, plural } from '../parts/words.ts';

type Countries = Overview['countries']['source'];
type Which = 'flows' | 'attack';

const names = new Intl.DisplayNames(['en'], { type: 'region' });
const isCountry = (code: string): boolean => /^[A-Z]{2}$/.test(code);

function countryName(code: string): string {
  if (!isCountry(code)) return code === 'private' ? 'private networks' : code;
  return names.of(code) ?? code;
}

function mapOf(title: string, countries: Countries, which: Which): WorldChart | undefined {
  const found = countries.filter((one) => isCountry(one.country) && one[which] > 0);
  if (found.length === 0) return undefined;
  return {
    kind: 'world',
    title,
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
        <OneMap
          title="Source"
          says="come from"
          countries={props.countries.source}
          which={which()}
        />
        <OneMap
          title="Destination"
          says="go to"
          countries={props.countries.destination}
          which={which()}
        />
      </div>
    </section>
  );
}

/** What stands where there is nothing to draw: why, and what fills it. */
function NoMap(props: {
  readonly title: string;
  readonly says: string;
  readonly flows: number;
  readonly which: Which;
}): JSX.Element {
  return (
    <>
      <h3>{props.title} countries</h3>
      <p class="no-map">
        <Show
          when={props.flows > 0}
          fallback={
            props.which === 'attack'
              ? 'No flow here is of an address that an open alert names.'
              : 'There are no flows in this stretch of time.'
          }
        >
          {plural(props.flows, 'flow')} {props.says} private networks or addresses of no known
          country, which no map can show. A capture taken where traffic meets the internet fills
          this one: <A href="/files">upload one</A>.
        </Show>
      </p>
    </>
  );
}

function OneMap(props: {
  readonly title: string;
  readonly says: string;
  readonly countries: Countries;
  readonly which: Which;
}): JSX.Element {
  const chart = createMemo(() => mapOf(`${props.title} countries`, props.countries, props.which));
  const all = (): number => props.countries.reduce((sum, one) => sum + one[props.which], 0);
  const most = () =>
    [...props.countries]
      .filter((one) => one[props.which] > 0)
      .sort((a, b) => b[props.which] - a[props.which])
      .slice(0, 6);
  return (
    <div>
      <Show
        when={chart()}
        fallback={<NoMap title={props.title} says={props.says} flows={all()} which={props.which} />}
      >
        {(drawn) => (
          <>
            <h3 class="unseen">{props.title} countries</h3>
            <Picture chart={drawn()} most={760} />
          </>
        )}
      </Show>
      <Show when={most().length > 0}>
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
