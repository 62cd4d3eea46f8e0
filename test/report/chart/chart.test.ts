import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import { axisText, cellText, logTicks, plainTicks } from '../../../src/report/chart/axis-text.ts';
import { fitted, textWidth, wrapped } from '../../../src/report/chart/drawing.ts';
import {
  type BarChart,
  type Chart,
  chartPng,
  chartSvg,
  type LineChart,
  THEME_CSS,
} from '../../../src/report/chart/index.ts';
import { ratioClasses } from '../../../src/report/chart/world.ts';

const bars: BarChart = {
  kind: 'bars',
  title: 'Flows by class',
  value: { title: 'flows', format: 'count' },
  bars: [
    { label: 'normal', value: 50_000, low: 49_000, high: 51_000 },
    { label: 'attack', value: 12 },
    { label: 'missing', value: null },
  ],
};
const lines: LineChart = {
  kind: 'lines',
  title: 'ROC',
  note: 'two models',
  x: { title: 'false positive rate', format: 'share', domain: [0, 1] },
  y: { title: 'recall', format: 'share', domain: [0, 1] },
  diagonal: true,
  lines: [
    { name: 'forest', x: [0, 0.1, 1], y: [0, 0.9, 1], low: [0, 0.8, 1], high: [0, 0.95, 1] },
    { name: 'logistic', x: [0, 0.2, 1], y: [0, 0.7, 1], dots: true },
  ],
  points: [{ x: 0.1, y: 0.9, label: 'threshold 0.4' }],
};
const matrix: Chart = {
  kind: 'matrix',
  title: 'Confusion',
  rows: ['a', 'b'],
  columns: ['a', 'b'],
  values: [5, 1, null, 7],
  shades: [1, -0.5, null, 0.9],
  rowTitle: 'true class',
  columnTitle: 'predicted class',
};
const world: Chart = {
  kind: 'world',
  title: 'Sources',
  values: new Map([
    ['CZ', 100],
    ['US', 10_000],
  ]),
  unit: 'flows',
};
const strips: Chart = {
  kind: 'strips',
  title: 'Bytes',
  edges: [1, 10, 100, 1000],
  strips: [
    { label: 'normal', values: [0.5, 0.5, 0] },
    { label: 'attack', values: [0, 0, 1] },
  ],
  x: { title: 'bytes [B] (log scale)', log: true },
};
const kinds: readonly Chart[] = [bars, lines, matrix, strips, world];

/** Text of every text element, in order. */
function words(svg: string): string[] {
  const { document } = parseHTML(`<html><body>${svg}</body></html>`);
  return [...document.querySelectorAll('text')].map((one) => one.textContent ?? '');
}

test('every kind draws, the same bytes each time, in every theme and at a phone’s width', () => {
  for (const chart of kinds) {
    for (const theme of ['page', 'light', 'dark'] as const) {
      for (const width of [320, 900]) {
        const svg = chartSvg(chart, { theme, width });
        assert.equal(svg, chartSvg(chart, { theme, width }), chart.kind);
        assert.ok(words(svg).includes(chart.title), chart.kind);
        assert.doesNotMatch(svg, /NaN|undefined|Infinity/, chart.kind);
        assert.equal(svg.includes('var(--ws-'), theme === 'page', chart.kind);
      }
    }
  }
});

test('bars write their figures, with the interval, and say where there is none', () => {
  const found = words(chartSvg(bars));
  assert.ok(found.includes('50k (49k–51k)'));
  assert.ok(found.includes('none'));
  assert.ok(found.includes('flows'), 'the axis has a title');
});

test('a bar is as long as its value says', () => {
  const { document } = parseHTML(`<html><body>${chartSvg(bars)}</body></html>`);
  const widths = [...document.querySelectorAll('[aria-label="bar"] rect')].map((one) =>
    Number(one.getAttribute('width')),
  );
  assert.equal(widths.length, 2);
  assert.ok(Math.abs(widths[0]! / widths[1]! / (50_000 / 12) - 1) < 0.05);
});

test('a picture holds no style sheet and no style attribute, and is drawn in its own size of letters', () => {
  for (const chart of kinds) {
    const svg = chartSvg(chart, { theme: 'page' });
    assert.doesNotMatch(svg, /<style|\bstyle=/, chart.kind);
    assert.match(svg, /<svg x="0" y="[\d.]+" [^>]*font-size="11"/, chart.kind);
  }
});

test('series differ by dash as well as by colour', () => {
  const svg = chartSvg(lines);
  assert.match(svg, /stroke-dasharray="7 3"/);
  assert.ok(words(svg).includes('logistic'));
});

test('a cell without a value stays empty; numbers stand where they fit', () => {
  const found = words(chartSvg(matrix));
  assert.deepEqual(found.filter((text) => /^\d+$/.test(text)).sort(), ['1', '5', '7']);
});

test('texts from the wire end up as text', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), (label) => {
      const hostile = `<script>${label}</script>"'&`;
      const chart: Chart = { ...bars, title: hostile, bars: [{ label: hostile, value: 1 }] };
      assert.doesNotMatch(chartSvg(chart), /<script/);
    }),
    { numRuns: 25 },
  );
});

test('nothing to draw is drawn as nothing, without an error', () => {
  assert.ok(chartSvg({ ...bars, bars: [] }).length > 0);
  assert.ok(chartSvg({ ...lines, lines: [] }).length > 0);
  assert.ok(chartSvg({ ...world, values: new Map() }).length > 0);
  const empty: Chart = { ...matrix, rows: [], columns: [], values: [], shades: [] };
  assert.ok(chartSvg(empty).length > 0);
});

test('a strip shades the bins that hold something, the fullest of each most', () => {
  const { document } = parseHTML(`<html><body>${chartSvg(strips)}</body></html>`);
  const bins = [...document.querySelectorAll('[aria-label="bar"] rect')];
  assert.deepEqual(
    bins.map((bin) => bin.getAttribute('fill-opacity')),
    ['1', '1', '1'],
  );
  const weak = { ...strips, strips: [{ label: 'a', values: [1, 0.25, 0] }] } as Chart;
  assert.match(chartSvg(weak), /fill-opacity="0.5"/);
  assert.ok(words(chartSvg(strips)).includes('attack'));
});

test('dots alone stand without a line through them', () => {
  const dots = (change: object): LineChart => ({
    ...lines,
    diagonal: false,
    lines: [{ name: 'one', x: [0, 0.5, 1], y: [1, 0, 1], ...change }],
  });
  const count = (chart: LineChart, tag: string): number =>
    chartSvg(chart).split(`<${tag}`).length - 1;
  const [line, alone] = [dots({}), dots({ dotsOnly: true })];
  assert.equal(count(alone, 'circle') - count(line, 'circle'), 3);
  assert.ok(count(alone, 'path') < count(line, 'path'));
});

test('a band alone has an area and a box in the legend, and no line', () => {
  const band = { name: 'band', x: [0, 1], y: [0, 0], low: [0, 0], high: [1, 1], bandOnly: true };
  const svg = chartSvg({ ...lines, diagonal: false, points: [], lines: [band, band] });
  assert.equal(svg.match(/aria-label="area"/g)?.length, 2);
  assert.doesNotMatch(svg, /aria-label="line"/);
});

test('ticks of a linear axis are round, within it, and about as many as asked for', () => {
  assert.deepEqual(plainTicks([0, 1], 5), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(plainTicks([0, 0.3], 3), [0, 0.1, 0.2, 0.3]);
  assert.deepEqual(plainTicks([5, 5], 3), [5]);
  assert.deepEqual(logTicks(1, 1, 3), [1]);
  const range = fc.tuple(
    fc.double({ min: -1e9, max: 1e9, noNaN: true }),
    fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
  );
  fc.assert(
    fc.property(range, fc.integer({ min: 2, max: 12 }), ([low, width], count) => {
      const high = low + width;
      if (!(high > low)) return;
      const ticks = plainTicks([low, high], count);
      assert.ok(ticks.length <= count + 2, `${ticks.length} ticks`);
      const slack = (high - low) * 1e-3 + Math.abs(low) * 1e-9;
      assert.ok(ticks.every((tick) => tick >= low - slack && tick <= high + slack));
    }),
  );
});

test('cells write counts in full, small shares as such, and correlations with two digits', () => {
  assert.equal(cellText(9458, 'count'), '9\u202f458');
  assert.equal(cellText(0.000206, 'share'), '<0.001');
  assert.equal(cellText(0.97384, 'share'), '0.974');
  assert.equal(cellText(0, 'share'), '0');
  assert.equal(cellText(1, 'share'), '1');
  assert.equal(cellText(0.9999, 'share'), '>0.999', 'nearly all is not all');
  assert.equal(cellText(0.99, 'share'), '0.990', 'digits of a matrix stand in line');
  assert.equal(cellText(-0.001, 'correlation'), '0.00');
  assert.equal(cellText(0.5, 'correlation'), '0.50');
});

test('values an axis cannot show are left out', () => {
  const log: LineChart = {
    ...lines,
    x: { title: 'x', log: true },
    y: { title: 'y', log: true },
    diagonal: false,
    points: [],
    lines: [{ name: 'a', x: [0, 1, 10, 100], y: [1, 0, Number.NaN, 5] }],
  };
  assert.doesNotMatch(chartSvg(log), /NaN|Infinity/);
});

test('a picture is a PNG of twice the width', async () => {
  const png = await chartPng(bars, { width: 300 });
  assert.deepEqual([...png.subarray(1, 4)], [0x50, 0x4e, 0x47]);
  assert.equal(new DataView(png.buffer, png.byteOffset).getUint32(16), 600);
});

test('numbers along an axis carry three digits and SI letters', () => {
  assert.equal(axisText(1234, 'count'), '1.23k');
  assert.equal(axisText(5_000_000, 'count'), '5M');
  assert.equal(axisText(0.98765, 'share'), '0.988');
  assert.equal(axisText(0.00001234), '1.2e-5');
  assert.equal(axisText(0), '0');
  assert.equal(axisText(Number.NaN), '–');
  assert.equal(axisText(Date.UTC(2011, 7, 16, 10, 1, 46) * 1000, 'time'), '2011-08-16 10:01:46');
});

test('texts are cut and broken to the room there is', () => {
  assert.equal(fitted('short', 11, 200), 'short');
  const cut = fitted('a very long label indeed', 11, 60);
  assert.ok(cut.endsWith('…') && textWidth(cut, 11) <= 60);
  for (const line of wrapped('one two three four five six', 11, 60)) {
    assert.ok(textWidth(line, 11) <= 60, line);
  }
});

test('classes of a map ascend to the largest value', () => {
  assert.deepEqual(ratioClasses([]), []);
  assert.deepEqual(ratioClasses([7, 7]), [7]);
  const edges = ratioClasses([1, 10, 100_000]);
  assert.equal(edges.length, 5);
  assert.equal(edges.at(-1), 100_000);
  assert.deepEqual(
    [...edges].sort((a, b) => a - b),
    edges,
  );
});

test('the page’s colours have a light, a dark and a print side', () => {
  assert.match(THEME_CSS, /@media screen and \(prefers-color-scheme: dark\)/);
  assert.equal(THEME_CSS.match(/--ws-ink/g)?.length, 2);
});
