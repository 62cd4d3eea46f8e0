import assert from 'node:assert/strict';
import { test } from 'node:test';
import { many, REFUSED, SYN_ONLY, type TestFlow } from '../flows.ts';
import { judged, namesOf } from '../judged.ts';

const ATTACKER = '10.0.0.66';
const swept = (count: number, part: Partial<TestFlow> = {}): TestFlow[] =>
  many(count, (i) => ({
    from: ATTACKER,
    to: `10.0.${1 + (i >> 8)}.${i & 255 || 1}`,
    port: 445,
    at: i / 10,
    ...SYN_ONLY,
    ...part,
  }));
const probed = (count: number, part: Partial<TestFlow> = {}): TestFlow[] =>
  many(count, (i) => ({
    from: ATTACKER,
    to: '10.0.0.9',
    port: 1 + i,
    at: i / 10,
    ...REFUSED,
    ...part,
  }));

test('sees a horizontal scan, once, with its numbers', () => {
  const alerts = judged(swept(200));
  assert.deepEqual(namesOf(alerts), [`horizontal-scan ${ATTACKER}`]);
  const [alert] = alerts;
  assert.equal(alert!.flows, 200);
  assert.ok(Math.abs(alert!.peerCount - 200) < 12);
  assert.deepEqual(alert!.ports, [445]);
  assert.equal(alert!.threshold, 25);
  assert.ok(alert!.score > 185);
  assert.equal(alert!.technique.id, 'T1046');
  assert.equal(alert!.communityIds.length, 10);
  assert.equal(alert!.last - alert!.first, 19.9e6 + 0.5e6);
});

test('counts a ping sweep, a UDP sweep and IPv6', () => {
  assert.deepEqual(namesOf(judged(swept(60, { protocol: 'icmp', packets: [1, 0] }))), [
    `horizontal-scan ${ATTACKER}`,
  ]);
  assert.deepEqual(namesOf(judged(swept(60, { protocol: 'udp', packets: [1, 0] }))), [
    `horizontal-scan ${ATTACKER}`,
  ]);
  const six = many(60, (i) => ({
    from: 'fd00::66',
    to: `fd00::1:${i.toString(16)}`,
    at: i,
    ...SYN_ONLY,
  }));
  assert.deepEqual(namesOf(judged(six)), ['horizontal-scan fd00::66']);
});

test('sees a vertical scan, refused or silent, and names an outside source active scanning', () => {
  const [alert] = judged(probed(100));
  assert.equal(alert!.kind, 'vertical-scan');
  assert.ok(Math.abs(alert!.portCount - 100) < 8);
  assert.deepEqual(alert!.peers, ['10.0.0.9']);
  const [outside] = judged(probed(100, { from: '203.0.113.5', ...SYN_ONLY }));
  assert.equal(outside!.technique.id, 'T1595');
});

test('stays quiet just below the thresholds and across windows', () => {
  assert.deepEqual(judged(swept(24)), []);
  assert.deepEqual(judged(probed(19)), []);
  // One destination each 20 s never fills a window of 300 s with 25.
  assert.deepEqual(judged(many(200, (i) => ({ ...swept(200)[i]!, at: i * 20 }))), []);
});

test('thresholds can be set', () => {
  assert.equal(judged(swept(24), { thresholds: { horizontalScanHosts: 10 } }).length, 1);
  assert.deepEqual(judged(swept(200), { thresholds: { horizontalScanHosts: 1000 } }), []);
  assert.throws(() => judged([], { thresholds: { horizontalScan: 10 } }), /DETECT_THRESHOLD/);
  assert.throws(() => judged([], { thresholds: { scanWindow: Number.NaN } }), /DETECT_THRESHOLD/);
});

test('a busy web server and its clients are no scanners', () => {
  const served = many(600, (i) => ({
    from: `198.51.${i >> 8}.${(i & 127) + 1}`,
    to: '10.0.0.80',
    port: 443,
    at: i / 20,
    ...(i % 50 === 0 ? SYN_ONLY : {}),
  }));
  assert.deepEqual(judged(served), []);
});

test('a crawler that mostly succeeds is no scanner', () => {
  const crawled = many(400, (i) => ({
    from: '10.0.0.4',
    to: `198.51.${100 + (i >> 7)}.${(i & 127) + 1}`,
    port: 443,
    at: i / 4,
    ...(i % 5 === 0 ? SYN_ONLY : {}),
  }));
  assert.deepEqual(judged(crawled), []);
});

test('a resolver that asks many servers, and answers late, is no scanner', () => {
  const asked = many(300, (i) => ({
    from: '10.0.0.53',
    to: `198.51.${100 + (i >> 7)}.${(i & 127) + 1}`,
    protocol: 'udp' as const,
    port: 53,
    at: i / 2,
    packets: [1, i % 8 === 0 ? 0 : 1] as const,
  }));
  const late = many(200, (i) => ({
    from: '10.0.0.53',
    to: '10.0.0.4',
    protocol: 'udp' as const,
    sourcePort: 53,
    port: 30_000 + i,
    at: i / 2,
    packets: [1, 0] as const,
  }));
  assert.deepEqual(judged([...asked, ...late]), []);
});

test('an originator that is not certain is not accused', () => {
  assert.deepEqual(judged(swept(200, { certain: false })), []);
});

test('multicast is no sweep', () => {
  const spoken = many(100, (i) => ({
    from: '10.0.0.4',
    to: `239.1.${i}.1`,
    protocol: 'udp' as const,
    port: 5004,
    at: i,
    packets: [5, 0] as const,
  }));
  assert.deepEqual(judged(spoken), []);
});

test('names the anomalies of its flows', () => {
  const names = (low: number): string[] => (low & 4 ? ['bad-checksum'] : []);
  const flows = swept(50).map((flow, i) => (i === 3 ? { ...flow, anomaly: 4 } : flow));
  assert.deepEqual(judged(flows, { anomalyNames: names })[0]!.anomalies, ['bad-checksum']);
});

test('many small scans on many ports make one alert of the host', () => {
  const flows = [80, 443, 22].flatMap((port) => swept(40, { port }));
  const alerts = judged(flows);
  assert.equal(alerts.length, 1);
  assert.deepEqual(alerts[0]!.ports, [22, 80, 443]);
  assert.equal(alerts[0]!.flows, 120);
});
