import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import { textWidth } from '../../../src/report/chart/drawing.ts';
import { type Chart, chartSvg } from '../../../src/report/chart/index.ts';
import { timeFormat, timeRoom, timeText, timeTicks } from '../../../src/report/chart/time-axis.ts';

const utc = (...at: Parameters<typeof Date.UTC>): number => Date.UTC(...at) * 1000;
const told = (low: number, high: number, most = 6): string[] => {
  const ticks = timeTicks(low, high, most);
  const format = timeFormat(ticks);
  return ticks.map(format);
};

test('an axis of hours names the clock, and each day once', () => {
  assert.deepEqual(told(utc(2011, 7, 16, 23), utc(2011, 7, 17, 1)), [
    '23:00\n2011-08-16',
    '23:30',
    '00:00\n2011-08-17',
    '00:30',
    '01:00',
  ]);
});

test('an axis of days, months and years names these, and what they share once', () => {
  assert.deepEqual(told(utc(2026, 0, 30, 7), utc(2026, 1, 3)), [
    '31 Jan\n2026',
    '1 Feb',
    '2 Feb',
    '3 Feb',
  ]);
  assert.deepEqual(told(utc(2025, 8, 20), utc(2026, 5, 2)), ['Oct\n2025', 'Jan\n2026', 'Apr']);
  assert.deepEqual(told(utc(2010, 10, 18), utc(2026, 2, 22)), ['2015', '2020', '2025']);
  assert.deepEqual(told(utc(2018, 11, 22), utc(2026, 2, 22)), ['2020', '2022', '2024', '2026']);
  assert.deepEqual(told(utc(1600, 0, 1), utc(2026, 0, 1), 5), [
    '1600',
    '1700',
    '1800',
    '1900',
    '2000',
  ]);
});

test('ticks lie on the axis, ascend, are at least one, and have room', () => {
  const start = fc.integer({ min: 0, max: 4e15 });
  const spans = fc.double({ min: 0, max: 15.5, noNaN: true });
  fc.assert(
    fc.property(start, spans, fc.integer({ min: 2, max: 6 }), (low, power, most) => {
      const high = low + 10 ** power;
      const ticks = timeTicks(low, high, most);
      assert.ok(ticks.length >= 1 && ticks.length <= most + 2, `${ticks.length} of ${most}`);
      ticks.forEach((tick, at) => {
        assert.ok(tick >= low && tick <= high);
        assert.ok(at === 0 || tick > ticks[at - 1]!);
      });
    }),
  );
});

test('what no calendar reaches is a dash, not an error', () => {
  assert.equal(timeText(1e300), '–');
  assert.deepEqual(timeTicks(0, Number.POSITIVE_INFINITY, 6), [0]);
  assert.ok(told(0, 8e18).length >= 1);
});

/** Each tick's place and the widths of its lines. */
const tickTexts = (svg: string): { x: number; widths: number[] }[] => {
  const { document } = parseHTML(`<html><body>${svg}</body></html>`);
  const axis = document.querySelector('[aria-label="x-axis tick label"]')!;
  return [...axis.querySelectorAll('text')].map((text) => {
    const x = Number(/translate\(([\d.]+)/.exec(text.getAttribute('transform')!)![1]);
    const lines = [...text.querySelectorAll('tspan')].map((part) => part.textContent ?? '');
    const all = lines.length > 0 ? lines : [text.textContent ?? ''];
    return { x, widths: all.map((line) => textWidth(line, 11)) };
  });
};

test('labels of times touch neither each other nor the edge, from minutes to decades', () => {
  const end = utc(2026, 2, 22, 22, 47, 26);
  for (const span of [6e7, 6e8, 9e9, 9e10, 4e11, 2e12, 1e13, 1e14, 5e14]) {
    for (const width of [240, 340, 480, 900]) {
      const x = { title: 'time', format: 'time' as const };
      const y = { title: 'n', format: 'count' as const };
      const edges = Array.from({ length: 11 }, (_, i) => end - span + (i * span) / 10);
      const charts: Chart[] = [
        {
          kind: 'lines',
          title: 't',
          x,
          y,
          lines: [{ name: 'a', x: edges, y: edges.map((_, i) => i) }],
        },
        {
          kind: 'strips',
          title: 't',
          x,
          edges,
          strips: [{ label: 'beacon', values: edges.slice(1) }],
        },
      ];
      for (const chart of charts) {
        const texts = tickTexts(chartSvg(chart, { width }));
        assert.ok(texts.length >= 1);
        const edge = [0, 0];
        texts.forEach(({ x: at, widths }, place) => {
          widths.forEach((wide, row) => {
            const where = `${chart.kind} of ${span} us, ${width} px, label ${place}, line ${row}`;
            assert.ok(at + wide / 2 <= width, `${where} is cut off`);
            assert.ok(at - wide / 2 > edge[row]!, `${where} touches`);
            edge[row] = at + wide / 2;
          });
        });
      }
    }
  }
});

test('room for labels is two to six', () => {
  assert.deepEqual([0, 100, 250, 400, 5000].map(timeRoom), [2, 2, 3, 5, 6]);
});
