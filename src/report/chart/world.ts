import * as Plot from '@observablehq/plot';
import codes from 'i18n-iso-countries/codes.json' with { type: 'json' };
import { feature } from 'topojson-client';
import atlas from 'world-atlas/countries-110m.json' with { type: 'json' };
import { axisText } from './axis-text.ts';
import type { WorldChart } from './chart.ts';
import type { Drawing, DrawOptions } from './drawing.ts';

/** ISO 3166-1 numeric code (what the atlas has) to alpha-2 (what addresses are looked up to). */
const ALPHA_2: ReadonlyMap<string, string> = new Map(
  (codes as readonly (readonly string[])[]).map(([alpha2, , numeric]) => [numeric!, alpha2!]),
);

/** Steps of shade. More could not be told apart. */
const SHADES = [0.25, 0.45, 0.65, 0.85, 1];
/** Opacity of land without traffic. */
const LAND = 0.12;

type Outlines = Extract<ReturnType<typeof feature>, { type: 'FeatureCollection' }>;

let countries: Outlines | undefined;

/** Outlines of Natural Earth 1:110m, without Antarctica, which would take a fifth of the height. */
function outlines(): Outlines {
  if (countries) return countries;
  const topology = atlas as unknown as Parameters<typeof feature>[0];
  const whole = feature(topology, topology.objects['countries']!);
  if (whole.type !== 'FeatureCollection') throw new Error('the atlas holds no collection');
  countries = { ...whole, features: whole.features.filter(({ id }) => id !== '010') };
  return countries;
}

/** Upper edges of five classes, evenly spaced by ratio, since traffic is heavy-tailed; whole numbers. */
export function ratioClasses(values: readonly number[]): number[] {
  const positive = values.filter((value) => value > 0);
  if (positive.length === 0) return [];
  const low = Math.min(...positive);
  const high = Math.max(...positive);
  if (low === high) return [high];
  const edge = (step: number): number => Math.ceil(low * (high / low) ** (step / SHADES.length));
  const edges = SHADES.map((_, index) => (index === SHADES.length - 1 ? high : edge(index + 1)));
  return [...new Set(edges)];
}

/** Counts from `low` to `high`; edges are whole, so classes share no number. */
const rangeText = (low: number, high: number, unit: string): string =>
  low >= high
    ? `${axisText(high, 'count')} ${unit}`
    : `${axisText(low, 'count')}–${axisText(high, 'count')} ${unit}`;

/** A tenth of a pixel is all that a screen shows; a third of the file's bytes is not needed. */
const shortPaths = (svg: string): string => svg.replace(/(\.\d)\d+/g, '$1');

/** A world map in five shades, with the classes' edges written below. */
export function drawWorld(chart: WorldChart, { width, theme, document }: DrawOptions): Drawing {
  const edges = ratioClasses([...chart.values.values()]);
  const shadeOf = (value: number): number => {
    const place = edges.findIndex((edge) => value <= edge * (1 + 1e-9));
    return SHADES[SHADES.length - edges.length + Math.max(0, place)]!;
  };
  const trafficOf = (id: unknown): number =>
    chart.values.get(ALPHA_2.get(String(id).padStart(3, '0')) ?? '') ?? 0;
  const shade = (one: { readonly id?: unknown }): number => {
    const value = trafficOf(one.id);
    return value > 0 ? shadeOf(value) : 0;
  };
  const height = Math.round(width * 0.47);
  const element = Plot.plot({
    document,
    width,
    height,
    margin: 2,
    projection: { type: 'equal-earth', domain: outlines() },
    marks: [
      Plot.geo(outlines(), {
        fill: (one: { readonly id?: unknown }) => (shade(one) > 0 ? theme.plus : theme.faint),
        fillOpacity: (one: { readonly id?: unknown }) => shade(one) || LAND,
        stroke: theme.faint,
        strokeWidth: 0.5,
        strokeOpacity: 0.8,
      }),
    ],
    color: { type: 'identity' },
    opacity: { type: 'identity' },
  });
  const least = Math.min(...[...chart.values.values()].filter((value) => value > 0));
  const legend = edges.map((edge, index) => ({
    text: rangeText(index === 0 ? least : edges[index - 1]! + 1, edge, chart.unit),
    colour: theme.plus,
    opacity: SHADES[SHADES.length - edges.length + index]!,
    mark: 'box' as const,
    dash: '',
  }));
  return { element: { outerHTML: shortPaths(element.outerHTML) }, width, height, legend };
}
