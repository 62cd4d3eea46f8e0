import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SuppressionRecord, SuppressionRules } from '../../src/store/index.ts';
import { code } from './fixtures.ts';

const rule = (id: string, changes: Partial<SuppressionRecord>): SuppressionRecord => ({
  id,
  version: 1,
  createdAt: 0,
  changedAt: 0,
  effect: 'hide',
  host: null,
  kind: null,
  model: null,
  until: null,
  reason: '',
  by: 'ann',
  ...changes,
});
const beacon = { host: '10.1.2.3', kind: 'beacon', model: 'm' } as const;

test('every part of a rule must fit; what it does not name fits all', () => {
  const hides = (changes: Partial<SuppressionRecord>, now = 0) =>
    new SuppressionRules([rule('r', changes)], now).hiddenBy(beacon) === 'r';
  assert.ok(hides({}));
  assert.ok(hides({ host: '10.1.2.3' }));
  assert.ok(hides({ host: '10.1.0.0/16', kind: 'beacon', model: 'm' }));
  assert.ok(!hides({ host: '10.1.2.4' }));
  assert.ok(!hides({ host: '10.2.0.0/16' }));
  assert.ok(!hides({ host: '::/0' }), 'a network of the other family');
  assert.ok(!hides({ kind: 'flood' }));
  assert.ok(!hides({ model: 'other' }));
  assert.ok(!hides({ effect: 'allow' }));
  assert.ok(hides({ until: 5 }, 4));
  assert.ok(!hides({ until: 5 }, 5));
});

test('an allow-list protects hosts and hides nothing', () => {
  const rules = new SuppressionRules(
    [
      rule('net', { effect: 'allow', host: '2001:db8::/32' }),
      rule('mac', { effect: 'allow', host: '00:11:22:33:44:55' }),
    ],
    0,
  );
  assert.equal(rules.allowedBy('2001:db8::1'), 'net');
  assert.equal(rules.allowedBy('2001:db9::1'), null);
  assert.equal(rules.allowedBy('00:11:22:33:44:55'), 'mac');
  assert.equal(rules.allowedBy('00:11:22:33:44:56'), null);
  assert.equal(rules.hiddenBy(beacon), null);
  assert.throws(
    () => new SuppressionRules([rule('x', { host: '10.0.0.0/99' })], 0),
    code('DETECT_NETWORK'),
  );
});
