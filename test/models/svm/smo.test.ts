import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { modelKind } from '../../../src/models/index.ts';
import { nearness } from '../../../src/models/svm/decision.ts';
import { separateSmo } from '../../../src/models/svm/smo.ts';
import { accuracy, generateInput } from '../generated.ts';

/** Made by `bench/scikit/svc.py`, which says how. */
interface Fixture {
  readonly cases: readonly {
    readonly C: number;
    readonly gamma: number;
    readonly cells: readonly number[];
    readonly labels: readonly number[];
    readonly decision: readonly number[];
  }[];
}

const file = new URL('../fixtures/svc.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as Fixture;

describe('sequential minimal optimisation', () => {
  it('decides as scikit-learn’s SVC, within 2e-5: its kernel has 32-bit floats', () => {
    for (const { C, gamma, cells, labels, decision } of cases) {
      const points = labels.length;
      const own = Float32Array.from(cells);
      const fit = separateSmo(
        {
          ...{ points, cols: 3, cells: own, gamma },
          pointOf: Int32Array.from(labels.keys()),
          side: Int8Array.from(labels, (label) => (label === 1 ? 1 : -1)),
          cost: new Float64Array(points).fill(C),
        },
        { tolerance: 1e-9, maxSteps: 1_000_000 },
      );
      const all = Float64Array.from(own);
      const near = new Float64Array(points);
      decision.forEach((wanted, i) => {
        nearness(all.subarray(3 * i, 3 * i + 3), all, gamma, near);
        const sum = near.reduce((total, each, j) => total + each * fit.coefficients[j]!, 0);
        const found = sum + fit.intercept;
        assert.ok(Math.abs(found - wanted) < 2e-5, `${found} and ${wanted} at ${i}`);
      });
    }
  });

  it('is what rbf-svm uses for few rows, and classes come out as by landmarks', async () => {
    const input = generateInput({ rows: 300, classes: 3 });
    const fresh = generateInput({ rows: 300, classes: 3, seed: 2 });
    const reached: number[] = [];
    for (const solver of ['auto', 'smo', 'nystrom']) {
      const model = await modelKind('rbf-svm').create({ solver }).fit(input, { seed: 1 });
      reached.push(accuracy(model.score(fresh.matrix), fresh));
    }
    assert.equal(reached[0], reached[1]);
    assert.ok(reached[0]! > 0.65 && Math.abs(reached[0]! - reached[2]!) < 0.05, `${reached}`);
  });
});
