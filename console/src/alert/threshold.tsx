import { createMemo, type JSX, Show } from 'solid-js';
import type { ModelDetail } from '../../../src/serve/wire.ts';
import { numberText } from '../alerts/words.ts';
import { thresholdChart } from '../models/curves.ts';
import { type Between, curveFor, type Outlook, outlookOf } from '../models/outlook.ts';
import { Picture } from '../parts/picture.tsx';
import { countText, percentText, plural } from '../parts/words.ts';
import type { Voice } from './voices.ts';

interface Known {
  readonly model: ModelDetail;
  readonly outlook: Outlook;
}

const boundsText = ({ least, most }: Between): string =>
  least === most ? '' : ` (${percentText(least)} to ${percentText(most)})`;

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
    return { model, outlook: outlookOf(model)(threshold()) };
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
              <strong>{percentText(recall().about)}</strong>
              <span class="faint">of hostile flows reach it{boundsText(recall())}</span>
            </li>
          )}
        </Show>
        <Show when={props.known.outlook.alertsPerDay !== null}>
          <li class="tile">
            <strong>{numberText(props.known.outlook.alertsPerDay!)}</strong>
            <span class="faint">
              alerts a day here ({plural(props.known.outlook.alerts ?? 0, 'alert')} in all)
            </span>
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
      <Rests model={props.known.model} />
      <Show
        when={props.known.outlook.recall}
        fallback={<p class="faint">Its file holds no curve of how it does at thresholds.</p>}
      >
        <Picture
          chart={thresholdChart(props.known.model, undefined, [
            { label: 'in force then', threshold: props.at },
          ])}
          most={520}
        />
      </Show>
    </>
  );
}

/** What the figures rest on. */
function Rests(props: { readonly model: ModelDetail }): JSX.Element {
  const traffic = () => props.model.traffic;
  const curve = () => curveFor(props.model);
  return (
    <p class="faint">
      <Show when={curve()}>
        {(of) => (
          <>
            Recall: {of().positives === null ? 'the' : countText(of().positives!)} hostile flows of
            the model’s evaluation ({of().rows}).{' '}
          </>
        )}
      </Show>
      <Show
        when={traffic().points.length > 0}
        fallback={`Alerts a day are not known: ${traffic().reason}.`}
      >
        Alerts: the rule that makes them, over {plural(traffic().flows, 'stored flow')} of{' '}
        {plural(traffic().origins, 'capture')}.
      </Show>
    </p>
  );
}
