import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainText } from '../../src/base/index.ts';
import { type Alert, alertRows, eveLine } from '../../src/detect/index.ts';
import { many, SYN_ONLY } from './flows.ts';
import { judged } from './judged.ts';

const [scan] = judged(
  many(60, (i) => ({ from: '10.0.0.66', to: `10.2.0.${i + 1}`, port: 22, at: i, ...SYN_ONLY })),
) as [Alert];

// Top-level and alert keys that Suricata's EVE schema knows, as far as they are used here.
const TOP = [
  'timestamp',
  'flow_id',
  'event_type',
  'src_ip',
  'dest_ip',
  'dest_port',
  'proto',
  'community_id',
  'alert',
];
const INNER = [
  'action',
  'gid',
  'signature_id',
  'rev',
  'signature',
  'category',
  'severity',
  'metadata',
];

test('a line holds EVE fields of the right types and puts the rest aside', () => {
  const line = eveLine(scan);
  assert.ok(!line.includes('\n'));
  const event = JSON.parse(line);
  assert.deepEqual(Object.keys(event), [...TOP, 'wiresift']);
  assert.deepEqual(Object.keys(event.alert), INNER);
  assert.match(event.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+0000$/);
  assert.equal(event.event_type, 'alert');
  assert.equal(event.src_ip, '10.0.0.66');
  assert.equal(event.dest_port, 22);
  assert.equal(event.proto, 'TCP');
  assert.match(event.community_id, /^1:[A-Za-z0-9+/]{27}=$/);
  assert.equal(event.alert.action, 'allowed');
  assert.equal(event.alert.severity, 2);
  assert.ok(Number.isInteger(event.alert.signature_id) && event.alert.signature_id > 1_000_000);
  assert.deepEqual(event.alert.metadata.mitre_technique_id, ['T1046']);
  for (const values of Object.values(event.alert.metadata)) assert.ok(Array.isArray(values));
  assert.equal(event.wiresift.id, scan.id);
  assert.equal(event.wiresift.flows, 60);
  assert.equal(event.wiresift.agreement, 'no model');
  assert.equal(event.wiresift.versions.program, '0.0.0-test');
});

test('a victim is the destination', () => {
  const event = JSON.parse(eveLine({ ...scan, role: 'victim', peers: ['198.51.100.1'] }));
  assert.equal(event.src_ip, '198.51.100.1');
  assert.equal(event.dest_ip, '10.0.0.66');
});

test('leaves out what is not known', () => {
  const event = JSON.parse(
    eveLine({ ...scan, peers: [], ports: [], portCount: 0, communityIds: [], flowIds: [] }),
  );
  for (const name of ['dest_ip', 'dest_port', 'community_id', 'flow_id']) {
    assert.ok(!(name in event), name);
  }
});

const HOSTILE = 'a\u001b[31m\u0007\n\u009b\u202e\u2028"\\\ud800{}';

test('hostile text stays one plain line, and numbers JSON cannot hold become null', () => {
  const hostile: Alert = {
    ...scan,
    reasons: [
      { feature: HOSTILE, value: HOSTILE, contribution: Number.NaN },
      { feature: 'x', value: Number.POSITIVE_INFINITY, contribution: 1 },
    ],
    anomalies: [HOSTILE],
    versions: { program: HOSTILE, modelHash: HOSTILE, modelClass: HOSTILE, schema: HOSTILE },
  };
  const line = eveLine(hostile);
  for (const character of line) {
    const code = character.codePointAt(0)!;
    assert.ok(code >= 0x20 && !(code >= 0x7f && code < 0xa0) && code !== 0x202e && code !== 0x2028);
  }
  const { wiresift } = JSON.parse(line);
  assert.equal(wiresift.reasons[0].contribution, null);
  assert.equal(wiresift.reasons[1].value, null);
  const cells = Object.values(alertRows([hostile])[0]!).join(' ');
  assert.equal(plainText(cells.slice(0, 200)), cells.slice(0, 200));
});

test('plain text is cut, and harmless text is left alone', () => {
  assert.equal(plainText('grüße, 世界 – ok'), 'grüße, 世界 – ok');
  assert.equal(plainText('x'.repeat(1000)).length, 200);
});

test('a table row says who, what, when, how much and why', () => {
  const [row] = alertRows([scan]);
  assert.equal(row!.severity, 'medium');
  assert.equal(row!.host, '10.0.0.66');
  assert.equal(row!.what, 'Horizontal scan');
  assert.equal(row!.technique, 'T1046');
  assert.equal(row!.when, '2026/01/01 00:00:00 +60 s');
  assert.equal(row!.flows, '60');
  assert.match(row!.score, /^\d+ \(25\) destinations$/);
  assert.match(row!.peers, /^\d+ hosts tcp\/22$/);
  assert.match(row!.why, /^distinct destinations \d+; share of flows without success 1$/);
  assert.match(row!.communityIds, /^1:\S{28} \+9$/);
});
