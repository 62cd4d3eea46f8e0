import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { modelKind } from '../../../src/models/index.ts';
import { refusesDamage } from '../damaged.ts';
import { accuracy, generateInput } from '../generated.ts';

const MEMBERS = [
  { kind: 'tree', parameters: { maxDepth: 3 }, weight: 1 },
  { kind: 'naive-bayes', weight: 3 },
];
const members = JSON.stringify(MEMBERS);

describe('ensembles', () => {
  it('vote by the weighted mean of what the members say alone', async () => {
    const input = generateInput({ rows: 200, classes: 3 });
    const options = { seed: 5 };
    const voted = await modelKind('voting').create({ members }).fit(input, options);
    const [tree, bayes] = await Promise.all(
      MEMBERS.map(({ kind, parameters = {} }) =>
        modelKind(kind).create(parameters).fit(input, options),
      ),
    );
    const [a, b] = [tree!.score(input.matrix), bayes!.score(input.matrix)];
    voted.score(input.matrix).forEach((share, at) => {
      assert.ok(Math.abs(share - (a[at]! + 3 * b[at]!) / 4) < 1e-6);
    });
  });

  it('stack without trusting a member that only remembers its rows', async () => {
    const input = generateInput({ rows: 400, classes: 3 });
    const fresh = generateInput({ rows: 400, classes: 3, seed: 9 });
    const both = '[{"kind":"knn","parameters":{"k":1}},{"kind":"logistic"}]';
    const stacked = await modelKind('stacking').create({ members: both }).fit(input, { seed: 1 });
    const own = await modelKind('knn').create({ k: 1 }).fit(input, { seed: 1 });
    const reached = accuracy(stacked.score(fresh.matrix), fresh);
    assert.ok(reached > accuracy(own.score(fresh.matrix), fresh), `${reached}`);
  });

  it('refuse members that are not a list of plain kinds', () => {
    for (const kind of ['voting', 'stacking']) {
      for (const wrong of [
        '[]',
        '{}',
        'forest',
        '[{"kind":"nobody"}]',
        '[{"kind":"voting"}]',
        '[{"kind":"calibrated"}]',
        '[{"kind":"tree","weight":0}]',
        '[{"kind":"tree","depth":1}]',
        '[{"kind":"tree","parameters":{"depth":1}}]',
        JSON.stringify(Array.from({ length: 9 }, () => ({ kind: 'tree' }))),
      ]) {
        const create = () => modelKind(kind).create({ members: wrong });
        assert.throws(create, { name: 'WiresiftError' }, `${kind} of ${wrong}`);
      }
    }
  });

  it('refuse damaged members in a file', async () => {
    const input = generateInput({ rows: 100 });
    for (const kind of ['voting', 'stacking']) {
      const model = await modelKind(kind).create({ members }).fit(input, { seed: 1 });
      refusesDamage(model, [
        ['member.1.prior', 0, -1],
        ['member.1.variance', 0, 0],
      ]);
    }
  });
});
