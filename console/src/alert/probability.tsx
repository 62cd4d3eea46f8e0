import { For, type JSX, Show } from 'solid-js';
import type { ModelDetail } from '../../../src/serve/wire.ts';
import { numberText } from '../alerts/words.ts';
import { reliabilityChart } from '../models/curves.ts';
import { curveFor } from '../models/outlook.ts';
import { atPrevalence, type Share, type Worth, worthOf } from '../models/probability.ts';
import { Picture } from '../parts/picture.tsx';
import { percentText, plural } from '../parts/words.ts';
import type { Voice } from './voices.ts';

/** A share of few rows that is none or all of them says only how far it may reach. */
export function shareText({ value, low, high }: Share): string {
  if (value >= 1) return `at least ${percentText(low)}`;
  if (value <= 0) return `at most ${percentText(high)}`;
  return percentText(value);
}

/** What the score of a flow is worth: in the evaluation, and where attacks are rarer. */
export function Probability(props: {
  readonly voice: Voice;
  readonly model: ModelDetail;
}): JSX.Element {
  const curve = () => curveFor(props.model);
  const worth = () => worthOf(curve(), props.voice.best);
  const chart = () => {
    const found = worth();
    const x = Math.min(1, props.voice.best);
    return reliabilityChart(curve(), found ? [{ x, y: found.value, label: 'this alert' }] : []);
  };
  const name = (): string => props.voice.model.name;
  return (
    <>
      <p>
        {props.model.calibration === null
          ? `The score of ${name()} is no probability: it was not calibrated when it was taught.`
          : `${name()} was calibrated (${props.model.calibration}) when it was taught: its score is a probability where attacks are as frequent as in its data.`}{' '}
        <Show when={worth()} fallback={<NoWorth has={chart() !== undefined} />}>
          {(found) => (
            <>
              Of {plural(found().bin.rows, 'flow')} of the evaluation that scored from{' '}
              {numberText(found().bin.from)} to {numberText(found().bin.to)}, as its best flow here
              did, {percentText(found().value)} were hostile.
            </>
          )}
        </Show>
      </p>
      <Show when={worth()}>
        {(found) => <Prevalences worth={found()} stated={props.model.prevalences} />}
      </Show>
      <Show when={chart()}>{(drawn) => <Picture chart={drawn()} most={520} />}</Show>
    </>
  );
}

function NoWorth(props: { readonly has: boolean }): JSX.Element {
  return (
    <>
      {props.has
        ? 'No flow of its evaluation scored as this one did, so nothing is known of such scores.'
        : 'Its file holds no reliability curve either, so the score only ranks flows.'}
    </>
  );
}

function Prevalences(props: {
  readonly worth: Worth;
  readonly stated: readonly number[];
}): JSX.Element {
  const row = (of: string, share: Share): JSX.Element => (
    <tr>
      <th scope="row">{of}</th>
      <td class="n">
        {shareText(share)}{' '}
        <span class="faint">
          ({percentText(share.low)} to {percentText(share.high)})
        </span>
      </td>
    </tr>
  );
  return (
    <table class="dense worth">
      <thead>
        <tr>
          <th scope="col">Hostile flows among all</th>
          <th scope="col" class="n">
            Probability (95 % interval)
          </th>
        </tr>
      </thead>
      <tbody>
        {row(`as in its data: ${percentText(props.worth.prevalence)}`, props.worth)}
        <For each={props.stated}>
          {(prevalence) =>
            row(
              `1 in ${numberText(Math.round(1 / prevalence))}`,
              atPrevalence(props.worth, prevalence),
            )
          }
        </For>
      </tbody>
    </table>
  );
}
