import { createMemo, type JSX, lazy, Show } from 'solid-js';
import type { AlertFacts, ModelDetail } from '../../../src/serve/wire.ts';
import { numberText } from '../alerts/words.ts';
import { type Outlook, outlookOf, thresholdChart } from '../models/curves.ts';
import { percentText } from '../parts/words.ts';

const Chart = lazy(() => import('../parts/chart.tsx'));

type Voice = AlertFacts['models'][number];

interface Known {
  readonly model: ModelDetail;
  readonly outlook: Outlook;
}

/** How the first model does at the threshold that this alert was judged by. */
export function ThresholdPanel(props: {
  readonly voice: Voice | undefined;
  readonly model: ModelDetail | undefined;
}): JSX.Element {
  const threshold = (): number => props.voice?.model.threshold ?? 0;
  const known = createMemo((): Known | undefined => {
    const { model } = props;
    if (!model) return undefined;
    const outlook = outlookOf(model)(threshold());
    return outlook.recall === null && outlook.precision === null ? undefined : { model, outlook };
  });
  const share = (value: number | null): string => (value === null ? '–' : percentText(value));
  return (
    <Show when={props.voice}>
      {(voice) => (
        <section class="panel" aria-labelledby="threshold-title">
          <h2 id="threshold-title">The model at this threshold</h2>
          <p>
            {voice().model.name} raises its voice from {numberText(threshold())} on. On traffic
            without attacks it did so for {percentText(voice().model.falsePositiveRate)} of flows
            (at most {percentText(voice().model.falsePositiveRateUpper)}).
          </p>
          <Show
            when={known()}
            fallback={<p class="faint">Its file holds no curve of how it does at thresholds.</p>}
          >
            {(found) => (
              <>
                <ul class="tiles">
                  <li class="tile">
                    <strong>{share(found().outlook.recall)}</strong>
                    <span class="faint">of attacks found</span>
                  </li>
                  <li class="tile">
                    <strong>{share(found().outlook.precision)}</strong>
                    <span class="faint">of those raised are attacks</span>
                  </li>
                  <Show when={found().outlook.perDay}>
                    {(flows) => (
                      <li class="tile">
                        <strong>{numberText(flows())}</strong>
                        <span class="faint">flows a day here</span>
                      </li>
                    )}
                  </Show>
                </ul>
                <Chart
                  chart={thresholdChart(found().model, [
                    { label: 'in force then', threshold: threshold() },
                  ])}
                  most={520}
                />
              </>
            )}
          </Show>
        </section>
      )}
    </Show>
  );
}
