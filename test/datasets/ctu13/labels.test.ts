import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapLabels } from '../../../src/datasets/ctu13/labels.ts';
import { CTU13_CLASSES, CTU13_LABELS, labelClass, labelRule } from '../../../src/datasets/index.ts';

const cases: [string | undefined, string, number][] = [
  ['flow=From-Botnet-V47-TCP-Attempt-SPAM', 'From-Botnet', 1],
  ['flow=To-Botnet-V47-UDP', 'To-Botnet', -1],
  ['flow=From-Normal-V47-Stribrek', 'From-Normal', 0],
  ['flow=To-Normal-V47-UDP-NTP-server', 'To-Normal', -1],
  ['flow=Normal-V47-HTTP-windowsupdate', 'Normal', 0],
  ['flow=From-Background-CVUT-Proxy', 'From-Background', -1],
  ['flow=To-Background-UDP-CVUT-DNS-Server', 'To-Background', -1],
  ['flow=Background', 'Background', -1],
  ['Background-TCP-Attempt', 'Background', -1],
  ['flow=Malware', 'other', -1],
  ['flow=', 'other', -1],
  ['', 'none', -1],
  [undefined, 'none', -1],
];

for (const [raw, group, label] of cases) {
  test(`${raw} is ${group}, class ${label}`, () => {
    assert.equal(CTU13_LABELS[labelRule(raw)]!.group, group);
    assert.equal(labelClass(raw), label);
  });
}

test('every rule names a class that exists, or none', () => {
  for (const rule of CTU13_LABELS) {
    assert.ok(rule.class === null || CTU13_CLASSES.includes(rule.class));
  }
});

test('rows are mapped and counted by rule', () => {
  const { labels, counts } = mapLabels(Int32Array.of(1, 0, -1, 1), [
    'flow=Normal',
    'flow=From-Botnet',
  ]);
  assert.deepEqual([...labels], [1, 0, -1, 1]);
  assert.deepEqual(counts, [
    { group: 'From-Botnet', class: 'botnet', rows: 2 },
    { group: 'Normal', class: 'normal', rows: 1 },
    { group: 'none', class: null, rows: 1 },
  ]);
});
