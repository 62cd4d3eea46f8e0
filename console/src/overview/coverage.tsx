import { For, type JSX, Show } from 'solid-js';
import type { Overview } from '../../../src/serve/wire.ts';
import { spaced } from '../alert/losses.ts';
import { countText, percentText } from '../parts/words.ts';

/** How much was read, and what bounds left out. */
export function CoveragePanel(props: { readonly coverage: Overview['coverage'] }): JSX.Element {
  const lost = () => props.coverage.lost.filter(({ count }) => count > 0);
  return (
    <section class="panel" aria-labelledby="coverage-title">
      <h2 id="coverage-title">Drops and coverage</h2>
      <dl class="facts">
        <dt>Packets read</dt>
        <dd>{countText(props.coverage.packets)}</dd>
        <dt>Undecodable</dt>
        <dd>
          {countText(props.coverage.undecodable)}
          <Show when={props.coverage.packets > 0}>
            <span class="faint">
              {' '}
              ({percentText(props.coverage.undecodable / props.coverage.packets)})
            </span>
          </Show>
        </dd>
        <dt>Flows</dt>
        <dd>{countText(props.coverage.flows)}</dd>
        <For each={lost()}>
          {({ value, count }) => (
            <>
              <dt>{spaced(String(value))}</dt>
              <dd class="warn">{countText(count)}</dd>
            </>
          )}
        </For>
      </dl>
      <Show
        when={lost().length > 0}
        fallback={<p class="faint">No bound of memory left anything out.</p>}
      >
        <p class="faint">What was left out makes the numbers lower bounds.</p>
      </Show>
    </section>
  );
}
