import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { raise } from '../../src/decode/anomaly.ts';
import { ANOMALIES, anomalyBit, anomalyNames, Packet } from '../../src/decode/index.ts';

test('at most 64 anomalies, each with its own name and a meaning', () => {
  assert.ok(ANOMALIES.length <= 64);
  assert.equal(new Set(ANOMALIES.map((entry) => entry.name)).size, ANOMALIES.length);
  for (const entry of ANOMALIES) {
    assert.match(entry.name, /^[a-z][a-z0-9_]+$/);
    assert.ok(entry.meaning.length > 10, entry.name);
    if (entry.name.endsWith('_truncated')) assert.equal(entry.cause, 'truncated', entry.name);
  }
});

test('every bit, low or high, comes back as its name', () => {
  ANOMALIES.forEach((entry, bit) => {
    const packet = new Packet();
    raise(packet, bit);
    assert.deepEqual(anomalyNames(packet.anomalyLow, packet.anomalyHigh), [entry.name]);
    // Columns keep the bits unsigned.
    assert.deepEqual(anomalyNames(packet.anomalyLow >>> 0, packet.anomalyHigh >>> 0), [entry.name]);
  });
  assert.equal(anomalyNames(-1, -1).length, ANOMALIES.length);
  assert.deepEqual(anomalyNames(0, 0), []);
  assert.equal(anomalyBit('link_type_unsupported'), 0);
});

test('the page names every anomaly with layer, cause and meaning, and no other', () => {
  const page = readFileSync(new URL('../../docs/decode.md', import.meta.url), 'utf8');
  const rows = page.split('\n').filter((line) => /^\| `[a-z0-9_]+` \|/.test(line));
  assert.deepEqual(
    rows,
    ANOMALIES.map((e) => `| \`${e.name}\` | ${e.layer} | ${e.cause} | ${e.meaning} |`),
  );
});
