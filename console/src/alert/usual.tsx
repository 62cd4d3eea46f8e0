import { For, type JSX, Show } from 'solid-js';
import type { UsualValue } from '../../../src/serve/wire.ts';
import { numberText } from '../alerts/words.ts';
import { countText, percentText } from '../parts/words.ts';

type Bars = NonNullable<UsualValue['bars']>;

const HEIGHT = 34;
/** The least height of a bar with anything in it. */
const LEAST = 1.5;

/** A bar with more than this share of the rows tells nothing of the places within it. */
const BROAD = 0.25;

/** Share of rows whose value is at most that of the alert: bars are taken as evenly filled. */
function shareBelow(bars: Bars, value: number): number {
  let below = 0;
  let all = 0;
  for (const { from, to, count } of bars) {
    all += count;
    if (value >= to) below += count;
    else if (value > from) below += (count * (value - from)) / (to - from);
  }
  return all === 0 ? 0 : below / all;
}

function placeText(bars: Bars, value: number): string {
  const first = bars[0]!.from;
  const last = bars.at(-1)!.to;
  if (value < first) return 'below all that is usual';
  if (value > last) return 'above all that is usual';
  const all = bars.reduce((sum, { count }) => sum + count, 0);
  const own = bars.find(({ from, to }) => value >= from && value <= to);
  if (own && own.count > all * BROAD) {
    return `${percentText(own.count / all)} of flows lie from ${numberText(own.from)} to ${numberText(own.to)}, as it does`;
  }
  const below = shareBelow(bars, value);
  return below > 0.5
    ? `${percentText(1 - below)} of flows have more`
    : `${percentText(below)} of flows have less`;
}

/** Where a feature usually lies, with the alert's own value marked. */
export function Usual(props: {
  readonly usual: UsualValue;
  readonly value: string | number | null;
}): JSX.Element {
  const bars = (): Bars | undefined =>
    typeof props.value === 'number' && props.usual.bars?.length ? props.usual.bars : undefined;
  return (
    <Show when={bars()} fallback={<UsualWords usual={props.usual} value={props.value} />}>
      {(found) => <UsualBars bars={found()} value={props.value as number} />}
    </Show>
  );
}

function UsualBars(props: { readonly bars: Bars; readonly value: number }): JSX.Element {
  const first = (): number => props.bars[0]!.from;
  const last = (): number => props.bars.at(-1)!.to;
  const most = (): number => Math.max(...props.bars.map(({ count }) => count), 1);
  const x = (value: number): number =>
    Math.max(0, Math.min(100, (100 * (value - first())) / (last() - first() || 1)));
  // By the root, so that a rare value is still seen beside a frequent one.
  const high = (count: number): number =>
    count === 0 ? 0 : Math.max(LEAST, HEIGHT * Math.sqrt(count / most()));
  return (
    <figure class="usual">
      <svg
        viewBox={`0 0 100 ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Usual values from ${numberText(first())} to ${numberText(last())}; here ${numberText(props.value)}: ${placeText(props.bars, props.value)}`}
      >
        <For each={props.bars}>
          {({ from, to, count }) => (
            <rect
              x={x(from)}
              width={Math.max(0.2, x(to) - x(from) - 0.3)}
              y={HEIGHT - high(count)}
              height={high(count)}
            />
          )}
        </For>
        <line x1={x(props.value)} x2={x(props.value)} y1="0" y2={HEIGHT} />
      </svg>
      <figcaption>
        <span>{numberText(first())}</span>
        <span>{placeText(props.bars, props.value)}</span>
        <span>{numberText(last())}</span>
      </figcaption>
    </figure>
  );
}

function UsualWords(props: {
  readonly usual: UsualValue;
  readonly value: string | number | null;
}): JSX.Element {
  const words = () => props.usual.words ?? [];
  const own = (): string => String(props.value);
  const count = (): number => words().find(({ value }) => value === own())?.count ?? 0;
  return (
    <p class="usual-words faint">
      <Show when={words().length > 0} fallback="What is usual is not known.">
        {count() === 0
          ? `Not among the frequent values of ${countText(props.usual.rows)} flows. `
          : `${percentText(count() / props.usual.rows)} of ${countText(props.usual.rows)} flows. `}
        Most frequent:{' '}
        {words()
          .slice(0, 3)
          .map(({ value, count: often }) => `${value} (${percentText(often / props.usual.rows)})`)
          .join(', ')}
        .
      </Show>
    </p>
  );
}
