import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  answersReport,
  answersReports,
  classAnswers,
  harmAnswers,
} from '../../src/evaluate/answers.ts';
import { close } from './scored-rows.ts';

/** Three classes, four rows of which the last has no label. */
const input = {
  classes: ['normal', 'dos', 'scan'],
  labels: Int32Array.of(0, 1, 2, -1),
  probabilities: Float32Array.of(0.7, 0.2, 0.1, 0.1, 0.5, 0.4, 0.2, 0.5, 0.3, 0, 0, 1),
  harmless: 0,
  scores: Float32Array.of(0.3, 0.9, 0.8, 1),
  threshold: 0.5,
};

const few = fc.array(fc.record({ level: fc.integer({ min: 0, max: 6 }), right: fc.boolean() }), {
  minLength: 1,
  maxLength: 40,
});

test('two questions: harm by the threshold, the class by the highest probability', () => {
  const harm = harmAnswers(input);
  assert.deepEqual([...harm.right], [1, 1, 1]);
  [0.7, 0.9, 0.8].forEach((each, i) => {
    assert.ok(Math.abs(harm.confidence[i]! - each) < 1e-6);
  });
  const types = classAnswers(input);
  assert.deepEqual([...types.right], [1, 1, 0]);
  assert.ok(Math.abs(types.confidence[0]! - 0.7) < 1e-6);
});

test('every point of the curve is the error among the rows at least so sure', () => {
  fc.assert(
    fc.property(few, (rows) => {
      const confidence = Float64Array.from(rows, ({ level }) => level / 6);
      const right = Uint8Array.from(rows, (row) => Number(row.right));
      const report = answersReport('which class', { confidence, right }, null);
      let area = 0;
      let before = 0;
      for (const { x, y, threshold } of report.curve) {
        const kept = rows.filter(({ level }) => level / 6 >= threshold!);
        const wrong = kept.filter((row) => !row.right).length;
        close(x, kept.length / rows.length);
        close(y, wrong / kept.length);
        area += (x - before) * y;
        before = x;
      }
      close(report.area.value!, area);
      close(report.curve.at(-1)!.x, 1);
      close(report.error.value!, report.curve.at(-1)!.y);
      assert.equal(report.limited, null);
    }),
  );
});

test('limits split the rows into abstained and answered, each question by its own', () => {
  const abstention = { from: 0.25, to: 0.85, class: 0.6, method: 'fixed', detail: null };
  const [harm, types] = answersReports(input, abstention);
  assert.equal(harm!.rows, 3);
  close(harm!.limited!.abstained.value!, 2 / 3);
  close(harm!.limited!.error.value!, 0);
  close(types!.error.value!, 1 / 3);
  close(types!.limited!.abstained.value!, 2 / 3);
  close(types!.limited!.error.value!, 0);
  assert.equal(answersReports({ ...input, classes: ['a', 'b'] }, abstention).length, 1);
  const all = { ...abstention, from: 0, to: 2 };
  const [none] = answersReports(input, all);
  assert.equal(none!.limited!.error.value, null);
  assert.match(none!.limited!.error.reason ?? '', /answers no row/);
});

test('no labelled row gives no figure, with the reason', () => {
  const none = answersReports({ ...input, labels: new Int32Array(4).fill(-1) }, undefined);
  for (const { rows, error, area, curve } of none) {
    assert.deepEqual([rows, error.value, area.value, curve.length], [0, null, null, 0]);
  }
});
