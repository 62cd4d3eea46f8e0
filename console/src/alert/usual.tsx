import { For, type JSX, Show } from 'solid-js';
import type { UsualValue } from '../../../src/serve/wire.ts';
import { numberText } from '../alerts/words.ts';
import { countText, percentText } from '../parts/words.ts';
import { placeText, rulerOf, usuallyText, withUnit, ZERO } from './usual-words.ts';

type Bars = NonNullable<UsualValue['bars']>;

const HEIGHT = 40;
/** The least height of a bar with anything in it. */
const LEAST = 1.5;

/** Where a feature usually lies, with the alert's own value marked. */
export function Usual(props: {
  readonly usual: UsualValue;
  readonly value: string | number | null;
}): JSX.Element {
  const bars = (): Bars | undefined =>
    typeof props.value === 'number' && props.usual.bars?.length ? props.usual.bars : undefined;
  return (
    <Show when={bars()} fallback={<UsualWords usual={props.usual} value={props.value} />}>
      {(found) => <UsualBars usual={props.usual} bars={found()} value={props.value as number} />}
    </Show>
  );
}

function UsualBars(props: {
  readonly usual: UsualValue;
  readonly bars: Bars;
  readonly value: number;
}): JSX.Element {
  const ruler = () => rulerOf(props.bars, props.usual.scale);
  const most = (): number => Math.max(...props.bars.map(({ count }) => count), 1);
  // By the root, so that a rare value is still seen beside a frequent one.
  const high = (count: number): number =>
    count === 0 ? 0 : Math.max(LEAST, HEIGHT * Math.sqrt(count / most()));
  const left = ({ from, to }: Bars[number]): number =>
    from < to ? ruler().at(from) : ruler().at(from) - ZERO / 2;
  const width = ({ from, to }: Bars[number]): number =>
    from < to ? Math.max(0.3, ruler().at(to) - ruler().at(from) - 0.3) : ZERO;
  const words = (): string =>
    [usuallyText(props.usual), placeText(props.usual)].filter((text) => text !== '').join('; ');
  const anchor = (at: number): string => (at < 8 ? 'start' : at > 92 ? 'end' : 'middle');
  return (
    <figure class="usual">
      <svg
        viewBox={`0 0 100 ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Usual values, ${words()}; here ${withUnit(props.value, props.usual.unit)}`}
      >
        <For each={props.bars}>
          {(bar) => (
            <rect
              x={left(bar)}
              width={width(bar)}
              y={HEIGHT - high(bar.count)}
              height={high(bar.count)}
            />
          )}
        </For>
        <line x1={ruler().at(props.value)} x2={ruler().at(props.value)} y1="0" y2={HEIGHT} />
      </svg>
      <div class="usual-axis" aria-hidden="true">
        <For each={ruler().ticks}>
          {(tick, at) => (
            <span class={anchor(ruler().at(tick))} style={{ left: `${ruler().at(tick)}%` }}>
              {at() === ruler().ticks.length - 1
                ? withUnit(tick, props.usual.unit)
                : numberText(tick)}
            </span>
          )}
        </For>
      </div>
      <figcaption>{words()}</figcaption>
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
      <Show
        when={words().length > 0}
        fallback={usuallyText(props.usual) || 'What is usual is not known.'}
      >
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
