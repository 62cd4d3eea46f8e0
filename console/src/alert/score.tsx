import { A } from '@solidjs/router';
import { createMemo, For, type JSX, lazy, Show } from 'solid-js';
import type { AlertDetail, AlertFacts, ModelDetail } from '../../../src/serve/wire.ts';
import { numberText, scoreText } from '../alerts/words.ts';
import { reliabilityChart } from '../models/curves.ts';
import { countText, percentText, plural } from '../parts/words.ts';

const Chart = lazy(() => import('../parts/chart.tsx'));

type Voice = AlertFacts['models'][number];
type Reliability = ModelDetail['reliability'];

/** The point of the curve whose score is nearest to one. */
function nearest(curve: Reliability, score: number): Reliability[number] | undefined {
  let best: Reliability[number] | undefined;
  for (const point of curve) {
    if (!best || Math.abs(point.score - score) < Math.abs(best.score - score)) best = point;
  }
  return best;
}

/** How high the alert scored, what that is worth, and what every model said. */
export function ScorePanel(props: {
  readonly detail: AlertDetail;
  readonly model: ModelDetail | undefined;
  readonly problem: string;
}): JSX.Element {
  const row = () => props.detail.row;
  const alert = () => props.detail.alert;
  const voice = (): Voice | undefined => alert().models[0];
  const point = createMemo(() => {
    const found = voice();
    return found && nearest(props.model?.reliability ?? [], found.best);
  });
  const chart = createMemo(() => {
    const found = voice();
    const at = point();
    if (!found || !at) return undefined;
    const mark = { x: Math.min(1, found.best), y: at.share, label: 'this alert' };
    return { ...reliabilityChart(props.model!), points: [mark] };
  });
  return (
    <section class="panel" aria-labelledby="score-title">
      <h2 id="score-title">Score</h2>
      <ul class="tiles">
        <li class="tile">
          <strong>{scoreText(row())}</strong>
          <span class="faint">{row().kind === 'model' ? 'score' : alert().unit}</span>
        </li>
        <li class="tile">
          <strong>{numberText(alert().threshold)}</strong>
          <span class="faint">threshold</span>
        </li>
        <Show when={point()}>
          {(at) => (
            <li class="tile">
              <strong>{percentText(at().share)}</strong>
              <span class="faint">calibrated probability</span>
            </li>
          )}
        </Show>
      </ul>
      <Show when={point()}>
        {(at) => (
          <p>
            Of {plural(at().rows, 'flow')} of the evaluation that {voice()!.model.name} scored about{' '}
            {numberText(at().score)}, {percentText(at().share)} were {voice()!.model.className}.
          </p>
        )}
      </Show>
      <Show when={voice()} fallback={<p class="faint">No model was used.</p>}>
        <Voices voices={alert().models} />
      </Show>
      <Show
        when={chart()}
        fallback={
          <NoCurve
            name={voice()?.model.name}
            problem={props.problem}
            known={props.model !== undefined}
          />
        }
      >
        {(drawn) => <Chart chart={drawn()} most={520} />}
      </Show>
    </section>
  );
}

function NoCurve(props: {
  readonly name: string | undefined;
  readonly problem: string;
  readonly known: boolean;
}): JSX.Element {
  return (
    <Show when={props.name !== undefined}>
      <p class="faint">
        {props.known
          ? `The file of ${props.name} holds no reliability curve: its score stands for itself.`
          : props.problem
            ? `The model that spoke is not among those of the service: ${props.problem}`
            : 'Loading the model …'}
      </p>
    </Show>
  );
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
            <strong>{voice.best.toFixed(3)}</strong> at best, threshold{' '}
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
