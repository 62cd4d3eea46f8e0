import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random } from '../../../src/base/index.ts';
import { many, type TestFlow } from '../flows.ts';
import { judged, namesOf } from '../judged.ts';

const BOT = '10.0.0.23';
const SERVER = '203.0.113.77';

/** Connections every `period` seconds, each early or late by up to `jitter` of it. */
function regular(count: number, period: number, jitter: number, part: Partial<TestFlow> = {}) {
  const random = new Random(9);
  let at = 0;
  return many(count, (i) => {
    at += period * (1 + jitter * (2 * random.next() - 1));
    return {
      from: BOT,
      to: SERVER,
      port: 8080,
      at,
      bytes: [600, 420 + (i % 4)] as const,
      ...part,
    };
  });
}

test('sees a beacon, exact or with 30 % jitter', () => {
  for (const jitter of [0, 0.1, 0.3]) {
    const [alert, ...rest] = judged(regular(40, 30, jitter));
    assert.deepEqual(rest, []);
    assert.equal(`${alert!.kind} ${alert!.host}`, `beacon ${BOT}`);
    assert.equal(alert!.flows, 40);
    assert.equal(alert!.severity, 'medium');
    assert.equal(alert!.technique.id, 'T1071');
    const period = alert!.reasons.find(({ feature }) => feature === 'period in seconds')!;
    assert.ok(Math.abs(Number(period.value) - 30) < 6);
  }
});

test('needs enough connections, a long enough span, and like sizes', () => {
  assert.deepEqual(judged(regular(9, 60, 0)), []);
  assert.deepEqual(judged(regular(20, 6, 0)), []);
  assert.deepEqual(judged(regular(500, 1, 0)), []);
  const random = new Random(3);
  const varied = regular(40, 30, 0).map((flow) => ({
    ...flow,
    bytes: [600, 1000 * Math.exp(random.normal())] as const,
  }));
  assert.deepEqual(judged(varied), []);
});

test('people are not regular', () => {
  const random = new Random(5);
  let at = 0;
  const browsed = many(300, () => {
    at += Math.exp(2.5 + random.normal());
    return { from: BOT, to: SERVER, port: 443, at, bytes: [900, 1200] as const };
  });
  assert.deepEqual(judged(browsed), []);
});

test('one missed beat does not hide a beacon', () => {
  const flows = regular(30, 60, 0.05).filter((_, i) => i !== 11 && i !== 17);
  assert.deepEqual(namesOf(judged(flows)), [`beacon ${BOT}`]);
});

const context = (part: Partial<TestFlow>): string | undefined => {
  const flows = regular(20, 64, 0.02, part);
  assert.deepEqual(judged(flows), []);
  const [alert] = judged(flows, { minimumSeverity: 'low' });
  assert.equal(alert!.severity, 'low');
  return alert!.context;
};

test('expected polling is low, and hidden unless asked for', () => {
  assert.equal(context({ protocol: 'udp', port: 123 }), 'time-or-name-service');
  assert.equal(context({ protocol: 'udp', port: 53 }), 'time-or-name-service');
  assert.equal(context({ protocol: 'udp', to: '239.255.255.250', port: 4000 }), 'multicast');
  assert.equal(context({ protocol: 'icmp' }), 'echo');
  assert.equal(context({ to: '10.0.0.25', port: 993 }), 'internal');
});

test('what a good part of the site polls is popular; three bots of a large site are not', () => {
  const bots = ['10.0.0.1', '10.0.0.2', '10.0.0.3'].flatMap((from) =>
    regular(20, 64, 0.02, { from }),
  );
  const alerts = judged(bots, { minimumSeverity: 'low' });
  assert.deepEqual(
    alerts.map((alert) => alert.context),
    ['popular', 'popular', 'popular'],
  );
  const others = many(200, (i) => ({ from: `10.0.9.${i}`, to: '198.51.100.4', at: i }));
  assert.equal(judged([...others, ...bots]).length, 3);
});

test('order of leaving does not matter to a beacon', () => {
  const flows = regular(30, 30, 0.1);
  const shuffled = [...flows];
  for (let i = 0; i + 2 < shuffled.length; i += 3) {
    [shuffled[i], shuffled[i + 2]] = [shuffled[i + 2]!, shuffled[i]!];
  }
  assert.equal(judged(shuffled)[0]!.score, judged(flows)[0]!.score);
});

test('status records of one long connection are not a beacon', () => {
  const flows = regular(20, 3600, 0, { sourcePort: 5000, duration: 3599, closed: 'status' });
  assert.deepEqual(judged(flows), []);
  assert.equal(judged(regular(20, 3600, 0)).length, 1);
});
