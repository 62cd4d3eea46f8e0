import { A } from '@solidjs/router';
import { For, type JSX, Show } from 'solid-js';
import type { AlertDetail, ModelDetail } from '../../../src/serve/wire.ts';
import { numberText, scoreText } from '../alerts/words.ts';
import { curveFor } from '../models/outlook.ts';
import { worthOf } from '../models/probability.ts';
import { countText, percentText, plural } from '../parts/words.ts';
import { Probability, shareText } from './probability.tsx';
import { speakerOf, type Voice } from './voices.ts';

/** How high the alert scored, what that is worth, and what every model said. */
export function ScorePanel(props: {
  readonly detail: AlertDetail;
  /** Of the voice that is told more of. */
  readonly model: ModelDetail | undefined;
  readonly problem: string;
}): JSX.Element {
  const row = () => props.detail.row;
  const alert = () => props.detail.alert;
  const speaker = () => speakerOf(props.detail);
  const worth = () => {
    const voice = speaker();
    return voice && props.model && worthOf(curveFor(props.model), voice.best);
  };
  return (
    <section class="panel" aria-labelledby="score-title">
      <h2 id="score-title">Score</h2>
      <ul class="tiles">
        <li class="tile">
          <strong>{scoreText(row())}</strong>
          <span class="faint">
            {row().kind === 'model' ? 'best score of a flow' : alert().unit}
          </span>
        </li>
        <li class="tile">
          <strong>{numberText(alert().threshold)}</strong>
          <span class="faint">threshold</span>
        </li>
        <Show when={worth()}>
          {(found) => (
            <li class="tile">
              <strong>{shareText(found())}</strong>
              <span class="faint">
                calibrated probability where {percentText(found().prevalence)} of flows are hostile
              </span>
            </li>
          )}
        </Show>
      </ul>
      <Show when={row().kind === 'model'} fallback={<DetectorScore unit={alert().unit} />}>
        <Show
          when={props.model}
          fallback={
            <p class="faint">
              {props.problem
                ? `The model that spoke is not among those of the service: ${props.problem}`
                : 'Loading the model …'}
            </p>
          }
        >
          {(model) => (
            <Show when={speaker()}>
              {(voice) => <Probability voice={voice()} model={model()} />}
            </Show>
          )}
        </Show>
      </Show>
      <Show when={alert().models.length > 0} fallback={<p class="faint">No model was used.</p>}>
        <h3>What each model said</h3>
        <Voices voices={alert().models} />
      </Show>
    </section>
  );
}

function DetectorScore(props: { readonly unit: string }): JSX.Element {
  return <p>A detector raised it: its score counts ({props.unit}), and is no probability.</p>;
}

function Voices(props: { readonly voices: readonly Voice[] }): JSX.Element {
  return (
    <ul class="voices" aria-label="What each model said of this host">
      <For each={props.voices}>
        {(voice) => (
          <li>
            <A href={`/models/${encodeURIComponent(voice.model.hash)}`}>{voice.model.name}</A>{' '}
            <Said voice={voice} />
            <br />
            <Show when={voice.above > 0} fallback="No score reached the threshold">
              <strong>{voice.best.toFixed(3)}</strong> at best, threshold
            </Show>{' '}
            {voice.model.threshold.toFixed(3)}; {countText(voice.above)} of{' '}
            {plural(voice.scored, 'flow')} above it,{' '}
            <span title="Probability of so many by its usual false positives alone">
              by chance {numberText(voice.tailProbability)}
            </span>
            .
          </li>
        )}
      </For>
    </ul>
  );
}

function Said(props: { readonly voice: Voice }): JSX.Element {
  const word = (): string => {
    const { raised, model } = props.voice;
    if (!raised) return 'not enough to speak';
    return model.role === 'corroborates' ? `corroborates: ${model.className}` : model.className;
  };
  return (
    <span class="faint">
      {word()}
      <Show when={props.voice.kind}>
        {(kind) => (
          <>
            {' '}
            ({kind().name}, {percentText(kind().probability)})
          </>
        )}
      </Show>
    </span>
  );
}
