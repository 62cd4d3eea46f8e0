import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { many, SYN_ONLY, type TestFlow } from '../flows.ts';
import { judged, namesOf } from '../judged.ts';

const tried = (count: number, part: Partial<TestFlow> = {}): TestFlow[] =>
  many(count, (i) => ({
    from: '203.0.113.9',
    to: '10.0.0.22',
    port: 22,
    at: i * 4,
    duration: 3,
    packets: [14, 16],
    bytes: [2100, 2600 + (i % 3) * 40],
    ...part,
  }));

test('sees repeated log-ins of like size', () => {
  const alerts = judged(tried(60));
  assert.ok(namesOf(alerts).includes('brute-force 203.0.113.9'));
  const alert = alerts.find(({ kind }) => kind === 'brute-force')!;
  assert.equal(alert.flows, 60);
  assert.deepEqual(alert.peers, ['10.0.0.22']);
  assert.deepEqual(alert.ports, [22]);
  assert.equal(alert.technique.id, 'T1110');
  assert.match(alert.reasons[0]!.feature, /ssh/);
});

test('stays quiet below the threshold, and on a port that asks for no password', () => {
  assert.deepEqual(judged(tried(19, { at: 0 })), []);
  assert.deepEqual(judged(tried(100, { at: 0, port: 8443 })), []);
});

test('work over ssh is no brute force: long, large or of all sizes', () => {
  const random = new Random(4);
  const work = many(100, (i) => ({
    ...tried(1)[0]!,
    from: '10.0.0.4',
    at: i * 5 + random.next() * 4,
    bytes: [3000, 2000 * Math.exp(random.normal())] as const,
  }));
  assert.deepEqual(judged(work), []);
  assert.deepEqual(judged(many(100, (i) => ({ ...tried(1)[0]!, at: i % 7, duration: 600 }))), []);
  assert.deepEqual(
    judged(many(100, (i) => ({ ...tried(1)[0]!, at: i % 7, packets: [900, 1800] as const }))),
    [],
  );
});

test('a backup that connects every hour is none', () => {
  const backup = many(48, (i) => ({
    from: '10.0.0.30',
    to: '10.0.0.31',
    port: 22,
    at: i * 3600 + (i % 5) * 30,
    duration: 300,
    packets: [20_000, 60_000] as const,
    bytes: [2e6, 90e6 + i * 1e6] as const,
  }));
  assert.deepEqual(judged(backup), []);
});

test('unanswered connections do not count as tries', () => {
  const alerts = judged(tried(100, SYN_ONLY));
  assert.ok(alerts.every(({ kind }) => kind !== 'brute-force'));
});
