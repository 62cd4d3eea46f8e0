import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chooseFeatures, type FeatureChoice, fitPipeline } from '../../src/features/index.ts';
import { argusSchema } from '../../src/flow/index.ts';
import { mixedSchema, mixedTable } from './tables.ts';

const names = (choice?: FeatureChoice): string[] =>
  chooseFeatures(mixedSchema, choice).map((column) => column.name);

describe('chooseFeatures', () => {
  it('takes live feature columns, and no address, port or time', () => {
    assert.deepEqual(names(), ['size', 'kind']);
    assert.deepEqual(
      chooseFeatures(argusSchema).map((column) => column.name),
      ['Dur', 'Proto', 'Dir', 'State', 'sTos', 'dTos', 'TotPkts', 'TotBytes', 'SrcBytes'],
    );
  });

  it('keeps schema order whatever the order asked for', () => {
    assert.deepEqual(names({ only: ['kind', 'size'] }), ['size', 'kind']);
    assert.deepEqual(names({ drop: ['size'] }), ['kind']);
    assert.deepEqual(names({ allowOffline: true }), ['size', 'kind', 'later']);
  });

  it('refuses identity, time and context columns unless allowed', () => {
    for (const only of [['who'], ['when'], ['note'], ['size', 'who']]) {
      assert.throws(() => names({ only }), { code: 'FEATURE_IDENTITY' });
      assert.deepEqual(names({ only, allowIdentity: true }).sort(), [...only].sort());
    }
  });

  it('refuses the label always, and offline columns unless allowed', () => {
    const allowed = { allowIdentity: true, allowOffline: true };
    assert.throws(() => names({ only: ['truth'], ...allowed }), { code: 'FEATURE_IDENTITY' });
    assert.throws(() => names({ only: ['later'] }), { code: 'FEATURE_NOT_LIVE' });
    assert.deepEqual(names({ only: ['later'], allowOffline: true }), ['later']);
  });

  it('names what it does not know, and an empty choice', () => {
    assert.throws(() => names({ only: ['sise'] }), /sise.*when, who/);
    assert.throws(() => names({ drop: ['nobody'] }), { code: 'FEATURE_COLUMN' });
    assert.throws(() => names({ drop: ['size', 'kind'] }), { code: 'FEATURE_COLUMN' });
  });

  it('holds for a spec written by hand as well', () => {
    const plans = [{ from: 'who', steps: [{ kind: 'oneHot' as const }] }];
    const table = mixedTable([[1, 'a']]);
    assert.throws(() => fitPipeline({ schema: mixedSchema, plans }, table), {
      code: 'FEATURE_IDENTITY',
    });
    const spec = { schema: mixedSchema, plans, allowIdentity: true };
    assert.deepEqual(fitPipeline(spec, table).names, ['who=host0']);
  });
});
