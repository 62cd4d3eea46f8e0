import { createMemo, createSignal, For, type JSX, Show } from 'solid-js';
import type { ModelDetail, ModelRow } from '../../../src/serve/wire.ts';
import { confirm } from '../parts/confirm.tsx';
import { Picture } from '../parts/picture.tsx';
import { countText, percentText, plural, spanText } from '../parts/words.ts';
import { call } from '../service/api.ts';
import { useSession } from '../service/session.tsx';
import { complain, say } from '../shell/toasts.tsx';
import { alertsChart, type Mark, thresholdChart, tradeChart } from './curves.ts';
import { type Between, curveFor, type Outlook, outlookOf } from './outlook.ts';

const aboutText = (recall: Between | null): string =>
  recall === null ? 'not known' : percentText(recall.about);

/** `(40 % to 98 %)`: an interval, or where few points are known, what lies beside. */
const boundsText = (recall: Between | null): string =>
  recall === null || recall.least === recall.most
    ? ''
    : `(${percentText(recall.least)} to ${percentText(recall.most)})`;

const recallText = (recall: Between | null): string =>
  `${aboutText(recall)} ${boundsText(recall)}`.trim();

const mostText = (value: number | null): string =>
  value === null ? 'not known' : `${percentText(value)} at most`;
const daily = (value: number | null): string =>
  value === null
    ? 'not known'
    : value < 10
      ? String(Number(value.toPrecision(2)))
      : countText(Math.round(value));

const DAY = 86_400e6;
/** What a model that raises nothing by itself does to a host. */
const BACKED = 'hosts a day it would back alerts about';

/** The threshold with a slider: what it would bring stands beside it before anything is saved. */
export function Threshold(props: {
  readonly detail: ModelDetail;
  readonly onChanged: (model: ModelRow) => void;
}): JSX.Element {
  const { may } = useSession();
  const [tried, setTried] = createSignal<number>();
  const stands = (): number => props.detail.model.threshold;
  const chosen = (): number => tried() ?? stands();
  const sets = (): string[] => props.detail.curves.map(({ rows }) => rows);
  const [asked, setAsked] = createSignal<string>();
  // The last set counts all that is not known to be hostile as harmless, as live traffic has it.
  const rows = (): string | undefined => asked() ?? sets().at(-1);
  const outlook = createMemo(() => outlookOf(props.detail, rows()));
  const before = (): Outlook => outlook()(stands());
  const then = (): Outlook => outlook()(chosen());
  const marks = (): Mark[] => [
    { label: 'now', threshold: stands() },
    ...(tried() === undefined ? [] : [{ label: 'tried', threshold: chosen() }]),
  ];
  const put = async (threshold: number | null): Promise<void> => {
    const { id, version } = props.detail.model;
    const body = { version, threshold };
    const path = `/api/models/${encodeURIComponent(id)}/threshold`;
    props.onChanged(await call<ModelRow>(path, { method: 'POST', body }));
    setTried(undefined);
  };
  const save = async (threshold: number | null): Promise<void> => {
    const old = stands();
    const next = threshold ?? props.detail.model.ownThreshold;
    const yes = await confirm({
      title: `Set the threshold to ${next.toFixed(4)}?`,
      body: <Consequences before={before()} then={outlook()(next)} from={old} to={next} />,
      yes: 'Set the threshold',
    });
    if (!yes) return;
    await put(threshold);
    say(`The threshold is ${next.toFixed(4)} from now on.`, {
      title: 'Undo',
      run: () => void put(old === props.detail.model.ownThreshold ? null : old).catch(complain),
    });
  };
  return (
    <section class="panel threshold" aria-labelledby="threshold-title">
      <h2 id="threshold-title">Threshold</h2>
      <label for="threshold">
        Threshold: <output>{chosen().toFixed(4)}</output>
        <Show when={tried() !== undefined}>
          <span class="faint"> (now {stands().toFixed(4)}, nothing is saved yet)</span>
        </Show>
      </label>
      <div class="slide">
        <input
          id="threshold"
          type="range"
          min="0"
          max="1"
          step="0.001"
          value={chosen()}
          aria-valuetext={`${chosen().toFixed(3)}: recall ${recallText(then().recall)}, ${daily(then().alertsPerDay)} alerts a day`}
          onInput={({ currentTarget }) => setTried(Number(currentTarget.value))}
        />
        <input
          type="number"
          min="0"
          max="1.01"
          step="any"
          aria-label="Threshold as a number"
          value={Number(chosen().toFixed(4))}
          onChange={({ currentTarget }) => {
            if (currentTarget.checkValidity() && currentTarget.value !== '') {
              setTried(currentTarget.valueAsNumber);
            }
          }}
        />
      </div>
      <ul class="tiles" aria-live="polite">
        <Figure
          title={props.detail.model.role === 'raises' ? 'alerts a day' : BACKED}
          more={then().alerts === null ? '' : `(${countText(then().alerts!)} in all)`}
          now={daily(before().alertsPerDay)}
          then={daily(then().alertsPerDay)}
        />
        <Figure
          title="recall"
          now={aboutText(before().recall)}
          then={aboutText(then().recall)}
          more={boundsText(then().recall)}
        />
        <Figure
          title="of harmless flows flagged"
          now={mostText(before().falsePositiveRate)}
          then={mostText(then().falsePositiveRate)}
        />
        <Figure
          title="flagged flows a day"
          now={daily(before().flowsPerDay)}
          then={daily(then().flowsPerDay)}
        />
        <Show when={then().falseFlowsPerDay !== null}>
          <Figure
            title="harmless flows flagged a day, by the file’s curve"
            now={`${daily(before().falseFlowsPerDay)} at most`}
            then={`${daily(then().falseFlowsPerDay)} at most`}
          />
        </Show>
      </ul>
      <Basis detail={props.detail} rows={rows()} at={then()} />
      <Show when={sets().length > 1}>
        <label>
          Rows of the evaluation{' '}
          <select value={rows()} onChange={({ currentTarget }) => setAsked(currentTarget.value)}>
            <For each={sets()}>{(name) => <option value={name}>{name}</option>}</For>
          </select>
        </label>
      </Show>
      <Show
        when={may('administrator')}
        fallback={<p class="faint">Only administrators may save a threshold; try as you like.</p>}
      >
        <div class="bar">
          <button
            type="button"
            class="main"
            disabled={tried() === undefined || tried() === stands()}
            onClick={() => void save(chosen()).catch(complain)}
          >
            Save …
          </button>
          <button
            type="button"
            disabled={tried() === undefined}
            onClick={() => setTried(undefined)}
          >
            Back to what stands
          </button>
          <Show when={stands() !== props.detail.model.ownThreshold}>
            <button type="button" onClick={() => void save(null).catch(complain)}>
              Take the model’s own {props.detail.model.ownThreshold.toFixed(4)} …
            </button>
          </Show>
        </div>
      </Show>
      <div class="panels">
        <Show when={tradeChart(props.detail, rows(), marks())}>
          {(chart) => <Picture chart={chart()} />}
        </Show>
        <Show when={alertsChart(props.detail, marks())}>
          {(chart) => <Picture chart={chart()} />}
        </Show>
        <Show when={props.detail.curves.length > 0}>
          <Picture chart={thresholdChart(props.detail, rows(), marks())} />
        </Show>
      </div>
    </section>
  );
}

function Figure(props: {
  readonly title: string;
  readonly now: string;
  readonly then: string;
  readonly more?: string;
}): JSX.Element {
  return (
    <li class="tile">
      <strong>{props.then}</strong>
      {props.title}
      <Show when={props.more}>
        <span class="faint"> {props.more}</span>
      </Show>
      <Show when={props.now !== props.then}>
        <span class="faint"> (now {props.now})</span>
      </Show>
    </li>
  );
}

/** Shorter traffic is reckoned as if it were this long. */
const HOUR = 1 / 24;

const daysText = (days: number): string =>
  days <= HOUR ? 'an hour at most, reckoned as one' : `${spanText(days * DAY)} in all`;

/** What each figure rests on. */
function Basis(props: {
  readonly detail: ModelDetail;
  readonly rows: string | undefined;
  readonly at: Outlook;
}): JSX.Element {
  const traffic = (): ModelDetail['traffic'] => props.detail.traffic;
  const curve = () => curveFor(props.detail, props.rows);
  return (
    <ul class="faint rests">
      <li>
        <Show
          when={traffic().points.length > 0}
          fallback={<>Alerts and flows a day are not known: {traffic().reason}.</>}
        >
          Flows: {plural(traffic().flows, 'scored flow')} of {plural(traffic().origins, 'capture')}{' '}
          in the {traffic().view} view, {daysText(traffic().days)}.{' '}
          <Show
            when={traffic().alertsReason === ''}
            fallback={<>Alerts are not known: {traffic().alertsReason}.</>}
          >
            Alerts: hosts of these captures with more flows above the threshold than false positives
            explain, by the rule that makes alerts: {countText(props.at.alerts ?? 0)} in all. A
            lower threshold asks for more flows of a host, so alerts may become fewer.
          </Show>
        </Show>
      </li>
      <Show when={props.detail.model.role === 'corroborates'}>
        <li>This model corroborates: it makes no alert by itself.</li>
      </Show>
      <li>
        <Show when={curve()} fallback="The model file tells no recall, so it is not known.">
          {(of) => (
            <>
              Recall and false alarms: the evaluation in the model file
              {of().positives === null
                ? ''
                : `, ${countText(of().positives!)} hostile and ${countText(of().negatives ?? 0)} harmless flows`}
              {` (${of().rows})`}
              {of().error === null
                ? '; only a few points are known, and between them the bounds are those beside'
                : '; bounds are 95 % intervals'}
              . Your traffic may differ.
            </>
          )}
        </Show>
      </li>
    </ul>
  );
}

function Consequences(props: {
  readonly before: Outlook;
  readonly then: Outlook;
  readonly from: number;
  readonly to: number;
}): JSX.Element {
  const row = (title: string, now: string, then: string): JSX.Element => (
    <tr>
      <th scope="row">{title}</th>
      <td class="n">{now}</td>
      <td class="n">{then}</td>
    </tr>
  );
  return (
    <>
      <table>
        <thead>
          <tr>
            <td />
            <th scope="col">now</th>
            <th scope="col">then</th>
          </tr>
        </thead>
        <tbody>
          {row('Threshold', props.from.toFixed(4), props.to.toFixed(4))}
          {row('Alerts a day', daily(props.before.alertsPerDay), daily(props.then.alertsPerDay))}
          {row(
            'Flagged flows a day',
            daily(props.before.flowsPerDay),
            daily(props.then.flowsPerDay),
          )}
          {row('Recall', recallText(props.before.recall), recallText(props.then.recall))}
          {row(
            'Of harmless flows flagged',
            mostText(props.before.falsePositiveRate),
            mostText(props.then.falsePositiveRate),
          )}
        </tbody>
      </table>
      <p>It counts for traffic that is analysed from now on. Alerts that stand stay as they are.</p>
    </>
  );
}
