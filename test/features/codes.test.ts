import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  defaultSpec,
  fitPipeline,
  MOST_CODED,
  MOST_WORDS,
  type PipelineSpec,
  pipelineFromJSON,
  type Step,
  specOfCodes,
  takeMatrixRows,
  UNSEEN_CODE,
} from '../../src/features/index.ts';
import { argusSchema } from '../../src/flow/index.ts';
import { mixedSchema, mixedTable } from './tables.ts';

const lastOf = ({ plans }: PipelineSpec, name: string): Step =>
  plans.find(({ from }) => from === name)!.steps.at(-1)!;

const words = (...list: (readonly [string, number])[]) =>
  mixedTable(list.flatMap(([word, times]) => new Array(times).fill([1, word])));

describe('codes of categories', () => {
  it('stand in the default spec for kinds that embed, and columns of 0 and 1 for the others', () => {
    const spec = defaultSpec(argusSchema);
    const plain = specOfCodes(spec, false);
    const coded = specOfCodes(spec, true);
    for (const name of ['Proto', 'Dir', 'StateWord', 'sTos', 'dTos']) {
      assert.deepEqual(lastOf(plain, name), {
        kind: 'oneHot',
        maxCategories: 16,
        minFrequency: 10,
      });
      assert.deepEqual(lastOf(coded, name), {
        kind: 'ordinal',
        unseen: UNSEEN_CODE,
        minFrequency: 10,
        maxCategories: MOST_WORDS,
      });
    }
    const rest = (of: PipelineSpec) =>
      of.plans.filter(({ steps }) => !['oneHot', 'ordinal'].includes(steps.at(-1)?.kind ?? ''));
    assert.deepEqual(rest(coded), rest(spec));
    assert.ok(rest(coded).some(({ steps }) => steps.some(({ kind }) => kind === 'log1p')));
    assert.deepEqual(specOfCodes(coded, false), coded);
  });

  it('leave steps alone that say otherwise', () => {
    const steps: Step[] = [{ kind: 'oneHot', minFrequency: 2 }];
    const spec = { schema: mixedSchema, plans: [{ from: 'kind', steps }] };
    assert.deepEqual(specOfCodes(spec, true), spec);
    const named = { ...spec, plans: [{ from: 'kind', steps: [{ kind: 'ordinal', unseen: 9 }] }] };
    assert.deepEqual(specOfCodes(named as PipelineSpec, true), named);
    const open = { ...spec, plans: [{ from: 'kind', steps: [{ kind: 'ordinal' }] }] };
    assert.deepEqual(lastOf(specOfCodes(open as PipelineSpec, true), 'kind'), {
      kind: 'ordinal',
      unseen: UNSEEN_CODE,
      maxCategories: MOST_WORDS,
    });
  });

  it('are for so many columns as a model may have', () => {
    const step: Step = { kind: 'oneHot', orCodes: true };
    const plans = Array.from({ length: MOST_CODED + 2 }, () => ({ from: 'kind', steps: [step] }));
    const kinds = specOfCodes({ schema: mixedSchema, plans }, true).plans.map(
      ({ steps }) => steps[0]!.kind,
    );
    assert.equal(kinds.filter((kind) => kind === 'ordinal').length, MOST_CODED);
    assert.deepEqual(kinds.slice(-2), ['oneHot', 'oneHot']);
  });

  it('keep one for words that are rare or new, and the matrix tells which columns they are', () => {
    const spec = specOfCodes(defaultSpec(mixedSchema), true);
    const table = words(['udp', 12], ['tcp', 20], ['rare', 3]);
    const pipeline = fitPipeline(spec, table);
    assert.deepEqual(pipeline.names, ['size', 'kind']);
    const asked = mixedTable([
      [1, 'tcp'],
      [1, 'udp'],
      [1, 'rare'],
      [1, 'new'],
      [1, undefined],
    ]);
    for (const each of [pipeline, pipelineFromJSON(JSON.parse(JSON.stringify(pipeline)))]) {
      const matrix = each.transform(asked);
      assert.deepEqual(matrix.codes, [1]);
      const codes = [...matrix.data].filter((_, at) => at % 2 === 1);
      assert.deepEqual(codes, [0, 1, UNSEEN_CODE, UNSEEN_CODE, UNSEEN_CODE]);
      assert.deepEqual(takeMatrixRows(matrix, Int32Array.of(3)).codes, [1]);
    }
    assert.deepEqual(pipeline.keep([1]).transform(asked).codes, [0]);
    assert.equal(pipeline.keep([0]).transform(asked).codes, undefined);
    assert.equal(fitPipeline(defaultSpec(mixedSchema), table).transform(asked).codes, undefined);
  });

  it('give the most frequent words their own where there are more than fit', () => {
    const step: Step = { kind: 'ordinal', maxCategories: 2, unseen: 7 };
    const spec = { schema: mixedSchema, plans: [{ from: 'kind', steps: [step] }] };
    const pipeline = fitPipeline(spec, words(['a', 1], ['b', 3], ['c', 2]));
    const { data } = pipeline.transform(words(['a', 1], ['b', 1], ['c', 1]));
    assert.deepEqual([...data], [7, 0, 1]);
    const share: Step = { kind: 'ordinal', minFrequency: 0.5 };
    const half = { ...spec, plans: [{ from: 'kind', steps: [share] }] };
    const { data: few } = fitPipeline(half, words(['a', 1], ['b', 3], ['c', 2])).transform(
      words(['a', 1], ['b', 1], ['c', 1]),
    );
    assert.deepEqual([...few], [-1, 0, -1]);
  });
});
