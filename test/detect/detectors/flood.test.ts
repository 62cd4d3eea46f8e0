import assert from 'node:assert/strict';
import { test } from 'node:test';
import { many, SYN_ONLY, type TestFlow } from '../flows.ts';
import { judged, namesOf } from '../judged.ts';

const VICTIM = '10.0.0.80';
const spoofed = (i: number): string => `198.${18 + (i >> 16)}.${(i >> 8) & 255}.${(i & 127) + 1}`;

test('a SYN flood from one source names the source', () => {
  const flows = many(3000, (i) => ({
    from: '203.0.113.66',
    to: VICTIM,
    port: 80,
    sourcePort: 1024 + i,
    at: i / 300,
    ...SYN_ONLY,
  }));
  const [alert, ...rest] = judged(flows);
  assert.deepEqual(rest, []);
  assert.equal(`${alert!.kind} ${alert!.host} ${alert!.role}`, 'flood 203.0.113.66 source');
  assert.equal(alert!.severity, 'high');
  assert.equal(alert!.technique.id, 'T1499');
  assert.deepEqual(alert!.peers, [VICTIM]);
  assert.equal(alert!.unit, 'SYN/s');
  assert.ok(alert!.score >= 290 && alert!.score <= 301, String(alert!.score));
});

test('a SYN flood from spoofed sources names the victim', () => {
  const flows = many(3000, (i) => ({
    from: spoofed(i * 37),
    to: VICTIM,
    port: 443,
    at: i / 300,
    ...SYN_ONLY,
  }));
  const [alert, ...rest] = judged(flows);
  assert.deepEqual(rest, []);
  assert.equal(`${alert!.kind} ${alert!.host} ${alert!.role}`, `flood ${VICTIM} victim`);
  assert.equal(alert!.technique.id, 'T1498');
  assert.ok(alert!.peerCount > 1000);
  assert.ok(!alert!.peers.includes(VICTIM));
});

test('half-open handshakes count, completed ones do not', () => {
  const shape = (flags: readonly [number, number]): TestFlow[] =>
    many(3000, (i) => ({
      from: spoofed(i),
      to: VICTIM,
      at: i / 300,
      packets: [1, 2] as const,
      flags,
    }));
  assert.deepEqual(namesOf(judged(shape([2, 18]))), [`flood ${VICTIM}`]);
  assert.deepEqual(judged(shape([27, 27])), []);
});

test('a busy server with a few lost handshakes is not flooded', () => {
  const flows = many(20_000, (i) => ({
    from: spoofed(i),
    to: VICTIM,
    port: 443,
    at: i / 2000,
    ...(i % 10 === 0 ? SYN_ONLY : {}),
  }));
  assert.deepEqual(judged(flows), []);
});

test('a scan of many ports is no flood', () => {
  const flows = many(5000, (i) => ({
    from: '203.0.113.66',
    to: VICTIM,
    port: 1 + i,
    at: i / 1000,
    ...SYN_ONLY,
  }));
  assert.deepEqual(namesOf(judged(flows)), ['vertical-scan 203.0.113.66']);
});

test('UDP: one long one-way flow is a flood, an answered one is not', () => {
  const flow = {
    from: '203.0.113.66',
    to: VICTIM,
    at: 0,
    duration: 60,
    protocol: 'udp' as const,
    port: 9999,
  };
  assert.deepEqual(namesOf(judged([{ ...flow, packets: [120_000, 0] }])), ['flood 203.0.113.66']);
  assert.deepEqual(judged([{ ...flow, packets: [120_000, 60_000] }]), []);
  assert.deepEqual(judged([{ ...flow, packets: [50_000, 0] }]), []);
});

test('reflected DNS answers flood their victim', () => {
  const flows = many(2000, (i) => ({
    from: spoofed(i),
    to: VICTIM,
    at: i / 200,
    protocol: 'udp' as const,
    sourcePort: 53,
    port: 41_000,
    packets: [10, 0] as const,
  }));
  assert.deepEqual(namesOf(judged(flows)), [`flood ${VICTIM}`]);
});

test('ICMP: a flood counts though it is answered, a monitor does not', () => {
  const ping = { from: '203.0.113.66', to: VICTIM, at: 0, protocol: 'icmp' as const };
  assert.deepEqual(namesOf(judged([{ ...ping, duration: 10, packets: [5000, 5000] }])), [
    'flood 203.0.113.66',
  ]);
  assert.deepEqual(judged([{ ...ping, duration: 600, packets: [600, 600] }]), []);
});
