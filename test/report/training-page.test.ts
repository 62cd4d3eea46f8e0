import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Epoch, TrainingHistory } from '../../src/models/index.ts';
import {
  chartSvg,
  markdownOf,
  pageHtml,
  trainingCharts,
  trainingPage,
} from '../../src/report/index.ts';

const layers = [
  { layer: 'dense', steps: 1, channels: 64, trained: 4000, counted: 0 },
  { layer: 'batch-norm', steps: 4, channels: 16, trained: 32, counted: 32 },
];

function history(count: number, held = true): TrainingHistory {
  const epochs = Array.from({ length: count }, (_, n): Epoch => {
    const accuracy = 0.7 + 0.02 * n;
    return {
      loss: 2 / (n + 1),
      accuracy,
      heldOutLoss: held ? 1 + (n - 2) ** 2 : null,
      heldOutAccuracy: held ? accuracy - 0.01 : null,
      balancedAccuracy: held ? accuracy - 0.1 : null,
      rate: 0.002 / (n + 1),
      slope: 1 + n,
    };
  });
  return { layers, epochs, kept: held && count > 3 ? 3 : count, ending: 'early stopping' };
}

describe('curves of a training', () => {
  it('show loss, rows told right, rate and slopes over whole epochs', () => {
    const charts = trainingCharts(history(6));
    assert.deepEqual(
      charts.map(({ lines }) => lines.map(({ name, y }) => [name, y.length])),
      [
        [
          ['learned rows', 6],
          ['held-out rows', 6],
        ],
        [
          ['learned rows', 6],
          ['held-out rows', 6],
          ['held-out rows, balanced', 6],
        ],
        [['learning rate', 6]],
        [['length', 6]],
      ],
    );
    const [loss] = charts;
    assert.deepEqual(loss!.points, [{ x: 3, y: 1, label: 'kept' }]);
    assert.match(loss!.note!, /kept: epoch 3/);
    for (const chart of charts) {
      const { x, y, lines } = chart;
      assert.deepEqual(x.domain, [1, 6]);
      for (const value of lines.flatMap((line) => line.y)) {
        assert.ok(value >= y.domain![0] && value <= y.domain![1], chart.title);
      }
      const ticks = [...chartSvg(chart).matchAll(/>(\d+(?:\.\d+)?)<\/text>/g)].map(
        ([, tick]) => tick,
      );
      assert.ok(
        ['2', '4', '6'].every((tick) => ticks.includes(tick)),
        chart.title,
      );
    }
  });

  it('say nothing of held-out rows or marks where there are none', () => {
    const [loss, right] = trainingCharts(history(3, false));
    assert.equal(loss!.lines.length, 1);
    assert.deepEqual(loss!.points, []);
    assert.equal(right!.lines.length, 1);
    assert.doesNotMatch(loss!.note!, /held/);
  });

  it('hold for one epoch, and for none', () => {
    for (const chart of trainingCharts(history(1))) assert.match(chartSvg(chart), /<circle/);
    const none = { ...history(0), ending: 'divergence' } as const;
    assert.deepEqual(trainingCharts(none), []);
    const page = pageHtml(trainingPage(none, { title: 'none', lead: '' }));
    assert.match(page, /stopped in epoch 1: .*those it began with/);
    assert.doesNotMatch(page, /Epoch by epoch/);
  });

  it('stand on a page with the layers, and every epoch or a choice of them', () => {
    const page = trainingPage(history(6), { title: 'How <b> was trained', lead: 'seed 1' });
    const html = pageHtml(page);
    assert.match(html, /How &lt;b&gt; was trained/);
    assert.match(html, /4 × 16/);
    assert.match(html, /4\u202f032 numbers were trained/);
    assert.doesNotMatch(html, /NaN|undefined|Infinity/);
    assert.match(markdownOf(page), /held-out balanced/);
    const long = pageHtml(trainingPage(history(600), { title: 'long', lead: '' }));
    assert.match(long, /Every 10th of 600 epochs/);
    assert.ok(long.length < 200_000);
  });
});
