import { createMemo, type JSX, lazy, Show } from 'solid-js';
import type { AlertFacts, ModelDetail } from '../../../src/serve/wire.ts';
import { numberText } from '../alerts/words.ts';
import { thresholdChart } from '../models/curves.ts';
import { type Between, type Outlook, outlookOf, rowSets } from '../models/outlook.ts';
import { percentText } from '../parts/words.ts';

const Chart = lazy(() => import('../parts/chart.tsx'));

type Voice = AlertFacts['models'][number];

interface Known {
  readonly model: ModelDetail;
  readonly rows: string | undefined;
  readonly outlook: Outlook;
}

const recallText = ({ about, least, most }: Between): string =>
  least === most ? percentText(about) : `${percentText(least)} to ${percentText(most)}`;

/** What analysts made of the alerts that the model raised, in words; '' while nobody judged any. */
function judgedText({ verdicts }: ModelDetail): string {
  const count = (word: string): number =>
    verdicts.find(({ verdict }) => verdict === word)?.count ?? 0;
  const right = count('true positive') + count('benign true positive');
  const judged = right + count('false positive');
  return judged === 0 ? '' : `${right} of ${judged}`;
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
    const [rows] = rowSets(model);
    return { model, rows, outlook: outlookOf(model, rows)(threshold()) };
  });
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
          <Show when={known()}>{(found) => <Standing known={found()} at={threshold()} />}</Show>
        </section>
      )}
    </Show>
  );
}

function Standing(props: { readonly known: Known; readonly at: number }): JSX.Element {
  return (
    <>
      <ul class="tiles">
        <Show when={props.known.outlook.recall}>
          {(recall) => (
            <li class="tile">
              <strong>{recallText(recall())}</strong>
              <span class="faint">of attacks found</span>
            </li>
          )}
        </Show>
        <Show when={props.known.outlook.perDay !== null}>
          <li class="tile">
            <strong>{numberText(props.known.outlook.perDay!)}</strong>
            <span class="faint">flows a day here</span>
          </li>
        </Show>
        <Show when={judgedText(props.known.model)}>
          {(text) => (
            <li class="tile">
              <strong>{text()}</strong>
              <span class="faint">alerts judged right</span>
            </li>
          )}
        </Show>
      </ul>
      <Show
        when={props.known.outlook.recall}
        fallback={<p class="faint">Its file holds no curve of how it does at thresholds.</p>}
      >
        <Chart
          chart={thresholdChart(props.known.model, props.known.rows, [
            { label: 'in force then', threshold: props.at },
          ])}
          most={520}
        />
      </Show>
    </>
  );
}
