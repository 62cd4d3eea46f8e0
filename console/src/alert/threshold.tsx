import { createMemo, type JSX, lazy, Show } from 'solid-js';
import type { LineChart } from '../../../src/report/chart/chart.ts';
import type { AlertFacts, CurvePoint, ModelDetail } from '../../../src/serve/wire.ts';
import { numberText } from '../alerts/words.ts';
import { percentText } from '../parts/words.ts';

const Chart = lazy(() => import('../parts/chart.tsx'));

type Voice = AlertFacts['models'][number];

/** The point of the curve that holds at a threshold: the nearest. */
export function pointAt(curve: readonly CurvePoint[], threshold: number): CurvePoint | undefined {
  let best: CurvePoint | undefined;
  for (const point of curve) {
    const nearer = best && Math.abs(best.threshold - threshold);
    if (nearer === undefined || Math.abs(point.threshold - threshold) < nearer) best = point;
  }
  return best;
}

/** One measure of the curve as a line; points without it are left out. */
function line(curve: readonly CurvePoint[], name: string, of: 'recall' | 'precision') {
  const points = curve.filter((point) => point[of] !== null);
  return {
    name,
    x: points.map(({ threshold }) => threshold),
    y: points.map((point) => point[of]!),
  };
}

function curveChart(curve: readonly CurvePoint[], threshold: number): LineChart {
  const at = pointAt(curve, threshold);
  return {
    kind: 'lines',
    title: 'Recall and precision by threshold',
    note: 'By the model’s evaluation, flow by flow.',
    lines: [line(curve, 'recall', 'recall'), line(curve, 'precision', 'precision')],
    x: { title: 'threshold', domain: [0, 1] },
    y: { title: 'share', format: 'share', domain: [0, 1] },
    points: at?.recall == null ? [] : [{ x: threshold, y: at.recall, label: 'in force' }],
  };
}

/** How the first model does at the threshold that this alert was judged by. */
export function ThresholdPanel(props: {
  readonly voice: Voice | undefined;
  readonly model: ModelDetail | undefined;
}): JSX.Element {
  const threshold = (): number => props.voice?.model.threshold ?? 0;
  const curve = (): readonly CurvePoint[] => props.model?.curve ?? [];
  const at = createMemo(() => pointAt(curve(), threshold()));
  const flowsPerDay = (): number | undefined => {
    const points = props.model?.traffic.points ?? [];
    return points.find((point) => point.threshold >= threshold())?.flowsPerDay;
  };
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
            when={at()}
            fallback={<p class="faint">Its file holds no curve of how it does at thresholds.</p>}
          >
            {(point) => (
              <>
                <ul class="tiles">
                  <li class="tile">
                    <strong>{share(point().recall)}</strong>
                    <span class="faint">of attacks found</span>
                  </li>
                  <li class="tile">
                    <strong>{share(point().precision)}</strong>
                    <span class="faint">of those raised are attacks</span>
                  </li>
                  <Show when={flowsPerDay()}>
                    {(flows) => (
                      <li class="tile">
                        <strong>{numberText(flows())}</strong>
                        <span class="faint">flows a day here</span>
                      </li>
                    )}
                  </Show>
                </ul>
                <Chart chart={curveChart(curve(), threshold())} most={520} />
              </>
            )}
          </Show>
        </section>
      )}
    </Show>
  );
}
