import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Site } from '../../src/detect/network.ts';

test('the default site holds private addresses and no public one', () => {
  const site = new Site();
  for (const inside of [
    '10.255.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '100.64.9.9',
    '169.254.1.1',
    '127.0.0.1',
    'fe80::1',
    'febf::1',
    'fd12::3',
    '::1',
  ]) {
    assert.ok(site.holds(inside), inside);
  }
  for (const outside of [
    '172.32.0.1',
    '11.0.0.1',
    '203.0.113.1',
    '2001:db8::1',
    'fec0::1',
    '::2',
  ]) {
    assert.ok(!site.holds(outside), outside);
  }
});

test('prefixes of any length, and of none', () => {
  const site = new Site(['198.51.100.128/25', '203.0.113.7', '2001:db8:aa00::/39']);
  assert.ok(site.holds('198.51.100.200') && !site.holds('198.51.100.100'));
  assert.ok(site.holds('203.0.113.7') && !site.holds('203.0.113.6'));
  assert.ok(site.holds('2001:db8:ab00::1') && !site.holds('2001:db8:ac00::1'));
  assert.ok(new Site(['0.0.0.0/0']).holds('8.8.8.8'));
  assert.ok(!new Site(['0.0.0.0/0']).holds('::1'));
});

test('a MAC counts as inside', () => {
  assert.ok(new Site().holds('02:00:00:00:00:01'));
});

test('refuses what is no network', () => {
  for (const text of [
    '',
    '/8',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0/8',
    'fe80::/129',
    '1.2.3.4/-1',
  ]) {
    assert.throws(() => new Site([text]), /DETECT_NETWORK/, text);
  }
});
